import Foundation
import Synchronization

/// A web server on 127.0.0.1 that answers as a test wants, also wrongly.
final class TestServer: Sendable {
  /// What is sent back.
  struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The `Content-Length` that is announced; none when `nil`.
    var announced: Int?
    /// How many bytes are really sent before the connection is closed.
    var sent: Int?
    /// Seconds between the head and the body.
    var pause = 0.0

    init(_ body: [UInt8] = [], status: Int = 200) {
      self.body = body
      self.status = status
      announced = body.count
    }
  }

  /// A request's path and the start of its range.
  struct Request: Sendable, Equatable {
    let path: String
    let rangeStart: Int?
    var isHead = false
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[Request]>([])

  /// The requests so far.
  var requests: [Request] { seen.withLock { $0 } }
  /// The address of its root, with a slash.
  var address: String { "http://127.0.0.1:\(port)/" }

  /// - Parameter keepsOpen: whether a connection may have more than one request.
  init(keepsOpen: Bool = false, answer: @escaping @Sendable (Request) -> Answer) throws {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        bind(descriptor, name, length) + listen(descriptor, 16) + getsockname(descriptor, name, &length)
      }
    }
    guard status == 0 else { throw CocoaError(.fileReadUnknown) }
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        Thread.detachNewThread { [weak self] in
          defer { close(connection) }
          repeat {
            guard let request = Self.read(connection) else { return }
            self?.seen.withLock { $0.append(request) }
            Self.send(answer(request), request, keepsOpen, to: connection)
          } while keepsOpen
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func read(_ connection: Int32) -> Request? {
    var text = ""
    while !text.contains("\r\n\r\n") {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let start = range.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) }
    return lines[0].split(separator: " ").dropFirst().first.map {
      Request(path: String($0), rangeStart: start, isHead: lines[0].hasPrefix("HEAD"))
    }
  }

  private static func send(_ answer: Answer, _ request: Request, _ keepsOpen: Bool, to connection: Int32) {
    var head = "HTTP/1.1 \(answer.status) Answer\r\n" + (keepsOpen ? "" : "Connection: close\r\n")
    for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    if let announced = answer.announced { head += "Content-Length: \(announced)\r\n" }
    send(Array((head + "\r\n").utf8), to: connection)
    if request.isHead { return }
    if answer.pause > 0 { Thread.sleep(forTimeInterval: answer.pause) }
    send(Array(answer.body.prefix(answer.sent ?? .max)), to: connection)
  }

  private static func send(_ bytes: [UInt8], to connection: Int32) {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var sent = 0
    while sent < bytes.count {
      let piece = Array(bytes[sent..<min(bytes.count, sent + 65_536)])
      #if canImport(Glibc)
        let count = Glibc.send(connection, piece, piece.count, flags)
      #else
        let count = Darwin.send(connection, piece, piece.count, flags)
      #endif
      guard count > 0 else { return }
      sent += count
    }
  }
}

/// Serves whole files, and their ends to those who ask for a range.
extension TestServer.Answer {
  static func file(_ body: [UInt8], _ request: TestServer.Request) -> TestServer.Answer {
    guard let start = request.rangeStart else { return TestServer.Answer(body) }
    guard start < body.count else { return TestServer.Answer(status: 416) }
    var answer = TestServer.Answer(Array(body[start...]), status: 206)
    answer.headers["Content-Range"] = "bytes \(start)-\(body.count - 1)/\(body.count)"
    return answer
  }
}
