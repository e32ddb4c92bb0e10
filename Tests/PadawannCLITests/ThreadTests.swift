import Foundation
import Testing

/// Threads that cannot be had, and signals that arrive while they work.
@Suite struct ThreadTests {
  @Test func fourThousandThreadsAreRefused() throws {
    let outcome = try Workplace().run("evaluate net.h5 --data strokes:test --threads 4096")
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("--threads is a number from 1 to"))
  }

  /// It once slept for ever. Root is not bound by the limit, so that it takes another user's place, for whom the program is
  /// copied to where everybody can run it.
  @Test(
    .enabled(
      if: geteuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
      "skipped: root needs setpriv"))
  func aLimitOfOneProcessIsAnError() throws {
    let user = geteuid() == 0 ? "setpriv --reuid=65534 --clear-groups " : ""
    let outcome = try Workplace().shell(
      """
      cp "$PADAWANN" program && chmod 755 . program
      \(user)bash -c 'ulimit -u 1; exec ./program evaluate net.h5 --data strokes:test'
      """)
    #expect(outcome.code == 70)
    #expect(outcome.errors.contains("start 4 threads"))
  }

  /// SIGQUIT once left one `learn` of twelve waiting for itself.
  @Test func quitEndsTheProgramAtOnce() throws {
    let place = try Workplace(models: true)
    let outcome = try place.shell(
      """
      ulimit -c 0
      for delay in 0.3 0.5 0.8 1.0; do
        "$PADAWANN" learn net.h5 --task strokes --density 0.5 -o quit-$delay >/dev/null 2>&1 & program=$!
        sleep $delay
        kill -QUIT $program
        wait $program
        echo "ended with $?"
      done 2>/dev/null
      """)
    #expect(outcome.output == String(repeating: "ended with 131\n", count: 4))
  }
}
