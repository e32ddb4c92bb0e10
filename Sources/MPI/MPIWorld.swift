#if MPI
  import CMPI

  /// All processes that one launcher (`mpirun`, `srun`) started together, numbered from 0.
  ///
  /// Nothing here waits: messages are begun and asked about, so that a process that is gone never holds up another. Everything
  /// must be called by the thread that opened it.
  public final class MPIWorld {
    /// The number of this process.
    public let rank: Int
    /// How many processes there are.
    public let count: Int
    private var sending: [Transfer] = []
    private var receiving: [(transfer: Transfer, source: Int)] = []

    /// Meets the other processes.
    ///
    /// - Throws: ``MPIError``.
    public init() throws(MPIError) {
      var (rank, count): (Int32, Int32) = (0, 0)
      try MPIError.check(padawann_mpi_open(&rank, &count))
      self.rank = Int(rank)
      self.count = Int(count)
    }

    /// Begins to send a message.
    ///
    /// - Throws: ``MPIError``, also for 2 GiB or more.
    public func send(_ message: [UInt8], to rank: Int) throws(MPIError) {
      guard let count = Int32(exactly: message.count) else {
        throw MPIError(text: "a message of 2 GiB or more")
      }
      let transfer = Transfer(message)
      try MPIError.check(padawann_mpi_send(transfer.bytes, count, Int32(rank), transfer.request))
      sending.append(transfer)
    }

    /// The next message that has arrived as a whole; `nil` when there is none now.
    ///
    /// - Throws: ``MPIError``.
    public func receive() throws(MPIError) -> (message: [UInt8], source: Int)? {
      try removeSent()
      var arrival = padawann_mpi_arrival()
      try MPIError.check(padawann_mpi_probe(&arrival))
      if arrival.found != 0 {
        let transfer = Transfer([UInt8](repeating: 0, count: Int(arrival.count)))
        try MPIError.check(padawann_mpi_receive(transfer.bytes, &arrival, transfer.request))
        receiving.append((transfer, Int(arrival.source)))
      }
      // Not only the first: a long one must not hold up a short one of another process. Those of one process arrive in order.
      for place in receiving.indices where try receiving[place].transfer.isDone() {
        let source = receiving[place].source
        guard receiving[..<place].allSatisfy({ $0.source != source }) else { continue }
        return (receiving.remove(at: place).transfer.message, source)
      }
      return nil
    }

    /// Whether everything was sent.
    ///
    /// - Throws: ``MPIError``.
    public func isIdle() throws(MPIError) -> Bool {
      try removeSent()
      return sending.isEmpty
    }

    /// Parts from the others, all of whom must do so.
    public func close() { MPI_Finalize() }

    /// Ends all processes at once.
    public func abort(_ code: Int32) { _ = padawann_mpi_abort(code) }

    private func removeSent() throws(MPIError) {
      var left: [Transfer] = []
      for transfer in sending where try !transfer.isDone() { left.append(transfer) }
      sending = left
    }
  }

  /// What MPI did not do, in its own words.
  public struct MPIError: Error {
    /// The words.
    public let text: String

    static func check(_ code: Int32) throws(MPIError) {
      guard code != MPI_SUCCESS else { return }
      var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
      var length: Int32 = 0
      MPI_Error_string(code, &text, &length)
      throw MPIError(
        text: String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
  }

  /// A message on its way, in memory that stays where it is until it has arrived.
  private final class Transfer {
    let bytes: UnsafeMutablePointer<UInt8>
    let request: UnsafeMutablePointer<padawann_mpi_request>
    private let count: Int
    private var hasArrived = false

    init(_ message: [UInt8]) {
      count = message.count
      bytes = .allocate(capacity: max(count, 1))
      _ = UnsafeMutableBufferPointer(start: bytes, count: count).initialize(from: message)
      request = .allocate(capacity: 1)
      request.initialize(to: padawann_mpi_request())
    }

    deinit {
      // What is still on its way may be read or written by MPI until the process ends.
      guard hasArrived else { return }
      bytes.deallocate()
      request.deallocate()
    }

    var message: [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: count)) }

    func isDone() throws(MPIError) -> Bool {
      if hasArrived { return true }
      var done: Int32 = 0
      try MPIError.check(padawann_mpi_test(request, &done))
      hasArrived = done != 0
      return hasArrived
    }
  }
#endif
