import Foundation
import Padawann
import Synchronization
import Testing
import Zlib

@Suite struct DownloadTests {
  let folder: TemporaryFolder
  /// Long enough to arrive in several pieces.
  let content = DataFixture.pixels(1, of: 300_000)

  init() throws { folder = try TemporaryFolder() }

  private var file: PublishedFile {
    PublishedFile(
      name: "set.gz", byteCount: content.count, md5: MD5Digest(of: content), sha256: Digest(of: content))
  }

  private func download(_ addresses: [String], of file: PublishedFile? = nil, timeout: Double = 10)
    -> Download
  {
    Download(
      file ?? self.file, from: addresses.map { $0 + "set.gz" }, into: folder.path,
      settings: Download.Settings(timeout: timeout))
  }

  private func stored() throws -> [UInt8] { try StoredFile.read(folder.path + "/set.gz") }

  /// The error of a download from these mirrors, of which none has the file.
  private func refusal(_ addresses: [String], of file: PublishedFile? = nil, timeout: Double = 10)
    async throws
    -> PadawannError
  {
    do {
      try await download(addresses, of: file, timeout: timeout).run { _ in }
    } catch let error as PadawannError {
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/set.gz"))
      return error
    }
    throw CancellationError()
  }

  /// On Linux, a session spins while the body of the first request over a connection arrives.
  @Test func aLargeFileComesOverAConnectionThatIsOpenAlready() async throws {
    let large = [UInt8](repeating: 7, count: 3 << 20)
    let published = PublishedFile(name: "set.gz", byteCount: large.count, md5: MD5Digest(of: large))
    let server = try TestServer(keepsOpen: true) { .file(large, $0) }
    try await download([server.address], of: published).run { _ in }
    #expect(try stored() == large)
    #if canImport(FoundationNetworking)
      #expect(server.requests.map(\.isHead) == [true, false])
    #endif
  }

  @Test func placesTheFileAndReportsProgress() async throws {
    let server = try TestServer { [content] in .file(content, $0) }
    let log = Mutex<[String]>([])
    let last = Mutex(0)
    try await download([server.address]).run { event in
      switch event {
      case .started(let file, _, let present): log.withLock { $0.append("started \(file) \(present)") }
      case .progress(_, let received, let expected):
        last.withLock { $0 = received }
        #expect(expected == 300_000)
      case .finished(_, let count): log.withLock { $0.append("finished \(count)") }
      default: log.withLock { $0.append("other") }
      }
    }
    #expect(try stored() == content)
    #expect(log.withLock { $0 } == ["started set.gz 0", "finished 300000"])
    #expect(last.withLock { $0 } == 300_000)
    #expect(try folder.names() == ["set.gz"])
    #expect(server.requests == [TestServer.Request(path: "/set.gz", rangeStart: nil)])
  }

  @Test func goesToTheNextMirror() async throws {
    let wrong: [(String, TestServer.Answer)] = [
      ("404", TestServer.Answer(status: 404)),
      (
        "web page",
        {
          var page = TestServer.Answer(content); page.headers["Content-Type"] = "text/html; charset=utf-8";
          return page
        }()
      ),
      ("announces", TestServer.Answer([1, 2, 3])),
      ("checksum", TestServer.Answer([UInt8](repeating: 1, count: content.count))),
      (
        "more than",
        {
          var long = TestServer.Answer(content + [0]); long.announced = nil; return long
        }()
      ),
    ]
    for (reason, answer) in wrong {
      let bad = try TestServer { _ in answer }
      let good = try TestServer { [content] in .file(content, $0) }
      let reasons = Mutex<[String]>([])
      try await download([bad.address, good.address]).run { event in
        if case .failed(_, let reason) = event { reasons.withLock { $0.append(reason) } }
      }
      #expect(reasons.withLock { $0.contains { $0.contains(reason) } }, "\(reason)")
      #expect(try stored() == content)
      try FileManager.default.removeItem(atPath: folder.path + "/set.gz")
      #expect(try folder.names() == [])
    }
  }

  @Test func resumesAfterACut() async throws {
    let server = try TestServer { [content] request in
      var answer = TestServer.Answer.file(content, request)
      if request.rangeStart == nil { answer.sent = 100_000 }
      return answer
    }
    try await download([server.address]).run { _ in }
    #expect(try stored() == content)
    let starts = server.requests.map(\.rangeStart)
    #expect(starts.first == .some(nil))
    #expect(starts.count == 2)
    #expect((starts.last ?? nil).map { $0 > 0 && $0 <= 100_000 } == true)
  }

  @Test func resumesWhatAnEarlierRunLeft() async throws {
    try folder.write(Array(content[..<1234]), to: "set.gz.part")
    let server = try TestServer { [content] in .file(content, $0) }
    try await download([server.address]).run { _ in }
    #expect(try stored() == content)
    #expect(server.requests.map(\.rangeStart) == [1234])
  }

  @Test func startsAgainWhereRangesAreNotServed() async throws {
    try folder.write(Array(content[..<1234]), to: "set.gz.part")
    let server = try TestServer { [content] _ in TestServer.Answer(content) }
    try await download([server.address]).run { _ in }
    #expect(try stored() == content)
    #expect(server.requests.count == 1)
  }

  @Test func throwsAWrongStartAway() async throws {
    try folder.write([UInt8](repeating: 9, count: 1234), to: "set.gz.part")
    let server = try TestServer { [content] in .file(content, $0) }
    try await download([server.address]).run { _ in }
    #expect(try stored() == content)
    #expect(server.requests.map(\.rangeStart) == [1234, nil])
    try folder.write(content + content, to: "set.gz.part")
    try await download([server.address]).run { _ in }
    #expect(server.requests.map(\.rangeStart) == [1234, nil, nil])
  }

  @Test func finishesAFileThatWasCompleteAlready() async throws {
    try folder.write(content, to: "set.gz.part")
    try await download(["http://127.0.0.1:1/"]).run { _ in }
    #expect(try stored() == content)
  }

  @Test func keepsWhatArrivedWhenEveryMirrorFails() async throws {
    let server = try TestServer { [content] request in
      if request.rangeStart != nil { return TestServer.Answer(status: 503) }
      var answer = TestServer.Answer(content)
      answer.sent = 50_000
      return answer
    }
    let error = try await refusal([server.address])
    #expect(error.kind == .unavailable)
    #expect(try folder.names() == ["set.gz.part"])
    #expect(try StoredFile.read(folder.path + "/set.gz.part") == Array(content[..<50_000]))
  }

  @Test func saysThatNobodyAnswersAndWhatToDo() async throws {
    let error = try await refusal(["http://127.0.0.1:1/", "ftp://127.0.0.1/"])
    #expect(error.kind == .unavailable)
    #expect(error.location == folder.path)
    #expect(
      error.message == "set.gz cannot be downloaded (http://127.0.0.1:1/set.gz: the connection is refused; "
        + "ftp://127.0.0.1/set.gz: this is not an http or https address)")
    #expect(error.remedy?.contains("name another server") == true)
    #expect(error.choice == .server)
    #expect(try folder.names() == [])
  }

  @Test(.timeLimit(.minutes(20))) func givesUpOnASilentServer() async throws {
    let server = try TestServer { [content] _ in
      var answer = TestServer.Answer(content)
      answer.pause = 3600
      return answer
    }
    func message(_ reason: String) -> String {
      "set.gz cannot be downloaded (\(server.address)set.gz: the server was silent for \(reason))"
    }
    // On a busy machine the session's own limit, five seconds more, is sometimes noticed first.
    var error = try await refusal([server.address], timeout: 0.3)
    for _ in 0..<20 where error.message == message("too long") {
      error = try await refusal([server.address], timeout: 0.3)
    }
    #expect(error.kind == .unavailable)
    #expect(error.message == message("0.3 seconds"))
  }

  @Test func acceptsAFileWithoutAPublishedSize() async throws {
    let server = try TestServer { [content] in .file(content, $0) }
    let unknown = PublishedFile(name: "set.gz", md5: MD5Digest(of: content))
    try await download([server.address], of: unknown).run { _ in }
    #expect(try stored() == content)
  }

  @Test func onlyOneProcessDownloadsAFile() async throws {
    let server = try TestServer { [content] request in
      var answer = TestServer.Answer.file(content, request)
      answer.pause = 0.5
      return answer
    }
    async let first: Void = download([server.address]).run { _ in }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let error = await #expect(throws: PadawannError.self) {
      try await download([server.address]).run { _ in }
    }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.message.contains("another process") == true)
    try await first
    #expect(try stored() == content)
  }

  @Test(.timeLimit(.minutes(20))) func canBeCancelled() async throws {
    let server = try TestServer { [content] _ in
      var answer = TestServer.Answer(content)
      answer.pause = 3600
      return answer
    }
    let download = download([server.address, server.address])
    let task = Task { try await download.run { _ in } }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(server.requests.count == 1)
  }

  @Test func cannotWriteIntoAFile() async throws {
    let path = try folder.write([1], to: "file")
    let download = Download(file, from: ["http://127.0.0.1:1/set.gz"], into: path + "/inner")
    await #expect { try await download.run { _ in } } throws: { error in
      (error as? PadawannError)?.kind == .cannotCreate
    }
  }
}

@Suite struct SetInstallationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func file(_ name: String, _ content: [UInt8]) -> PublishedFile {
    PublishedFile(name: name, byteCount: content.count, md5: MD5Digest(of: content))
  }

  /// A set of two files, alone or in an archive.
  private func set(_ files: [PublishedFile], archive: PublishedFile? = nil) -> PublishedSet {
    PublishedSet(
      name: "tiny", folder: "tiny", format: .idx, files: files, archive: archive, mirrors: [],
      licence: "none",
      imageCounts: [1, 1])
  }

  private func install(_ set: PublishedSet, _ server: TestServer, replaces: Bool = false, keeps: Bool = false)
    async throws
  {
    try await SetInstallation(
      set, into: DataFolder(path: folder.path), mirrors: [String(server.address.dropLast())],
      replaces: replaces,
      keepsArchive: keeps
    ).run { _ in }
  }

  @Test func fetchesOnlyWhatIsMissing() async throws {
    let tiny = set([Self.file("a.gz", [1, 2, 3]), Self.file("b.gz", [4, 5])])
    let server = try TestServer { TestServer.Answer($0.path == "/a.gz" ? [1, 2, 3] : [4, 5]) }
    try folder.write([9], to: "tiny/a")
    try await install(tiny, server)
    #expect(server.requests.map(\.path) == ["/b.gz"])
    #expect(try folder.names(in: "tiny") == ["a", "b.gz"])
    try await install(tiny, server, replaces: true)
    #expect(server.requests.map(\.path) == ["/b.gz", "/a.gz", "/b.gz"])
  }

  @Test(arguments: [true, false]) func takesFilesOutOfAZipArchive(_ deflated: Bool) async throws {
    let (a, b) = (DataFixture.pixels(1, of: 500), [UInt8](repeating: 7, count: 900))
    let entries = [("gzip/x.gz", [0]), ("gzip/a.gz", a), ("gzip/b.gz", b)]
    let zip = try ZipWriter.archive(
      entries.map { ZipWriter.Entry(name: $0.0, content: $0.1) }, deflated: deflated)
    let server = try TestServer { _ in TestServer.Answer(zip) }
    let files = [PublishedFile(name: "a.gz"), PublishedFile(name: "b.gz")]
    try await install(set(files, archive: Self.file("all.zip", zip)), server)
    #expect(try folder.names(in: "tiny") == ["a.gz", "b.gz"])
    #expect(try StoredFile.read(folder.path + "/tiny/a.gz") == a)
    #expect(try StoredFile.read(folder.path + "/tiny/b.gz") == b)
    try await install(set(files, archive: Self.file("all.zip", zip)), server, replaces: true, keeps: true)
    #expect(try folder.names(in: "tiny") == ["a.gz", "all.zip", "b.gz"])
    #expect(server.requests.count == 2)
  }

  @Test func refusesAnArchiveWithoutTheFiles() async throws {
    let zip = try ZipWriter.archive([ZipWriter.Entry(name: "a.gz", content: [1])], deflated: false)
    let server = try TestServer { _ in TestServer.Answer(zip) }
    let wanted = set([PublishedFile(name: "c.gz")], archive: Self.file("all.zip", zip))
    await #expect { try await install(wanted, server) } throws: { error in
      (error as? PadawannError)?.message.contains("no file c.gz") == true
    }
    let longer = set([PublishedFile(name: "a.gz", byteCount: 2)], archive: Self.file("all.zip", zip))
    await #expect { try await install(longer, server) } throws: { error in
      (error as? PadawannError)?.message.contains("should have 2") == true
    }
  }

  @Test func takesFilesOutOfATarArchive() async throws {
    let a = DataFixture.pixels(1, of: 700)
    let whole = Self.tar([("cifar/a.bin", a), ("cifar/empty.bin", []), ("cifar/b.bin", [1])])
    let archive = try deflate(whole, .gzip)
    let server = try TestServer { _ in TestServer.Answer(archive) }
    let files = [PublishedFile(name: "a.bin", byteCount: 700), PublishedFile(name: "b.bin")]
    try await install(set(files, archive: Self.file("all.tar.gz", archive)), server)
    #expect(try folder.names(in: "tiny") == ["a.bin", "b.bin"])
    #expect(try StoredFile.read(folder.path + "/tiny/a.bin") == a)
  }

  @Test func refusesADamagedTarArchive() async throws {
    let whole = Self.tar([("a.bin", [UInt8](repeating: 1, count: 600))])
    var header = whole
    header[3] ^= 1
    for (bytes, reason) in [(header, "damaged"), (Array(whole.prefix(900)), "truncated")] {
      let archive = try deflate(bytes, .gzip)
      let server = try TestServer { _ in TestServer.Answer(archive) }
      let wanted = set(
        [PublishedFile(name: "a.bin")], archive: Self.file("all-\(reason.count).tar.gz", archive))
      await #expect { try await install(wanted, server) } throws: { error in
        (error as? PadawannError)?.message.contains(reason) == true
      }
    }
  }

  /// A tar archive of regular files.
  private static func tar(_ files: [(String, [UInt8])]) -> [UInt8] {
    func field(_ text: String, _ width: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
    }
    func octal(_ number: Int, _ width: Int) -> [UInt8] {
      let digits = String(number, radix: 8)
      return field(String(repeating: "0", count: width - 1 - digits.count) + digits, width)
    }
    let entries = files.flatMap { name, content -> [UInt8] in
      var header = field(name, 100) + octal(420, 8) + octal(0, 8) + octal(0, 8) + octal(content.count, 12)
      header +=
        octal(0, 12) + Array("        ".utf8) + [48] + field("", 100) + field("ustar", 6) + Array("00".utf8)
      header += [UInt8](repeating: 0, count: 512 - header.count)
      let sum = header.reduce(0) { $0 + Int($1) }
      header.replaceSubrange(148..<156, with: octal(sum, 7) + [32])
      return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
    return entries + [UInt8](repeating: 0, count: 1024)
  }
}
