/// How messages travel between the processes of a job, which are numbered from 0 and called ranks. One thread alone uses it, and
/// nothing of it waits for another rank but ``close()``.
package protocol RankTransport {
  /// The number of this process.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }
  /// Begins to send a message. Two to the same rank arrive in their order.
  func send(_ message: [UInt8], to rank: Int) throws(PadawannError)
  /// The next message that has arrived; `nil` when there is none now.
  func receive() throws(PadawannError) -> (message: [UInt8], source: Int)?
  /// Whether everything was sent.
  func isIdle() throws(PadawannError) -> Bool
  /// Parts from the other ranks, all of whom must do so.
  func close()
  /// Ends all ranks at once.
  func abort(_ code: Int32)
}
