import Foundation

/// How much went through a rank's connection, and what that took.
package struct RankTraffic: Sendable, Equatable {
  /// Bytes of messages.
  package private(set) var sentBytes = 0
  package private(set) var receivedBytes = 0
  /// Messages.
  package private(set) var sentMessages = 0
  package private(set) var receivedMessages = 0

  /// The CPU time of the connection's thread.
  var linkSeconds = 0.0
  /// The CPU time of this process while it computed pieces.
  var pieceSeconds = 0.0

  /// The CPU time of this process.
  package var processSeconds: Double { cpuSeconds(CLOCK_PROCESS_CPUTIME_ID) }
  /// What of it was not for pieces: messages, and all that one process does for the others. Messages while there are none to compute
  /// are counted twice.
  package var ownSeconds: Double { processSeconds - pieceSeconds + linkSeconds }

  mutating func count(sent bytes: Int) {
    sentBytes += bytes
    sentMessages += 1
  }

  mutating func count(received bytes: Int) {
    receivedBytes += bytes
    receivedMessages += 1
  }
}

/// What a clock of the system's says, in seconds.
func cpuSeconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
