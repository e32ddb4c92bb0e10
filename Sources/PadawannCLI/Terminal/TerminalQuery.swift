import Foundation

/// Asks the terminal which pictures it shows.
package enum TerminalQuery {
  /// What standard output can show: characters where it is no terminal, and what the terminal itself says where it is one.
  static func graphics(environment: [String: String] = ProcessInfo.processInfo.environment)
    -> TerminalGraphics
  {
    guard isatty(STDOUT_FILENO) == 1, environment["TERM"] != "dumb" else { return .shades }
    // A question about kitty's protocol, and one about the terminal itself, which all of them answer last.
    return graphics(answer: ask("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c"))
  }

  /// What an answer says.
  package static func graphics(answer: String) -> TerminalGraphics {
    if answer.contains("\u{1B}_Gi=31;OK") { return .kitty }
    let attributes = answer.firstMatch(of: /\u{1B}\[\?([0-9;]*)c/).map { $0.1.split(separator: ";") }
    return attributes?.contains("4") == true ? .sixel : .blocks
  }

  /// The characters of a line of the terminal that a stream leads to; 80 where it leads to none.
  static func width(of stream: Int32) -> Int {
    var size = winsize()
    return ioctl(stream, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Writes to the terminal and reads what it says, for at most half a second; nothing where there is none.
  private static func ask(_ question: String) -> String {
    let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { return "" }
    defer { close(terminal) }
    var settings = termios()
    guard tcgetattr(terminal, &settings) == 0 else { return "" }
    var raw = settings
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    guard tcsetattr(terminal, TCSANOW, &raw) == 0 else { return "" }
    defer { tcsetattr(terminal, TCSANOW, &settings) }
    guard write(terminal, question, question.utf8.count) == question.utf8.count else { return "" }
    var answer = ""
    let end = ContinuousClock.now + .milliseconds(500)
    while !answer.hasSuffix("c"), ContinuousClock.now < end {
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { continue }
      // What is there: a file handle would wait for all that it was asked for.
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = read(terminal, &bytes, bytes.count)
      guard count > 0 else { break }
      answer += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
    return answer
  }
}
