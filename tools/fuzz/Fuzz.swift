// The readers of padawann under libFuzzer, started by `run` beside this file; PADAWANN_READER says which, `list` lists them.
//
// An error is what a reader should answer to nonsense. Whatever else ends the program (a trap, a bad access that the address
// sanitizer sees, more than five seconds, more than 1 GB) is a bug, and libFuzzer keeps the input.

import Foundation

/// The reader that the environment names. libFuzzer calls it from one thread.
nonisolated(unsafe) private let read: ([UInt8]) throws -> Void = {
  let name = ProcessInfo.processInfo.environment["PADAWANN_READER"] ?? "list"
  guard let reader = Reader(rawValue: name) else {
    print(Reader.allCases.map(\.rawValue).joined(separator: "\n"))
    exit(name == "list" ? 0 : 64)
  }
  do { return try reader.function() } catch {
    print("fuzz: \(error)")
    exit(70)
  }
}()

/// libFuzzer, whose own main function stands behind the package manager's.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's main function, which is not called, wants one of this name.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  do {
    try read(Array(UnsafeBufferPointer(start: start, count: size)))
  } catch {
    // Nonsense was refused.
  }
  return 0
}

@main struct Fuzz {
  static func main() {
    _ = read
    var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
    exit(runFuzzer(&count, &arguments) { start, size in test(start, size) })
  }
}
