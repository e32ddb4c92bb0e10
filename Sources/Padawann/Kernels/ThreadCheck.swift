import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Checks that the system lets this process start the few threads without which asynchronous work would wait for ever.
///
/// - Throws: ``PadawannError`` `unsupported`.
package func checkThreadsCanStart() throws(PadawannError) {
  // Two of Dispatch's and two of Swift's concurrency.
  let needed = 4
  let gate = DispatchSemaphore(value: 0)
  var started: [ThreadHandle] = []
  for _ in 0..<needed {
    guard let thread = ThreadHandle(waitingFor: gate) else { break }
    started.append(thread)
  }
  for _ in started { gate.signal() }
  for thread in started { thread.join() }
  guard started.count == needed else {
    throw PadawannError(
      .unsupported, "the system does not let this program start \(needed) threads",
      remedy: "End other programs, or raise the limit of processes: see ulimit -u")
  }
}

/// A thread that waits for a semaphore and ends.
private struct ThreadHandle {
  private let identifier: pthread_t

  /// `nil` when the system refuses.
  init?(waitingFor gate: DispatchSemaphore) {
    let argument = Unmanaged.passRetained(gate)
    #if canImport(Darwin)
      var identifier: pthread_t?
    #else
      var identifier = pthread_t()
    #endif
    let status = pthread_create(
      &identifier, nil,
      { argument in
        #if canImport(Darwin)
          let argument: UnsafeMutableRawPointer? = argument
        #endif
        if let argument { Unmanaged<DispatchSemaphore>.fromOpaque(argument).takeRetainedValue().wait() }
        return nil
      }, argument.toOpaque())
    #if canImport(Darwin)
      guard status == 0, let identifier else {
        argument.release()
        return nil
      }
    #else
      guard status == 0 else {
        argument.release()
        return nil
      }
    #endif
    self.identifier = identifier
  }

  func join() { pthread_join(identifier, nil) }
}
