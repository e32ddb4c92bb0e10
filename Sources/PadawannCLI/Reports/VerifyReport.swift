import Padawann

/// What `padawann verify` found: `padawann.verify/1`.
struct VerifyReport: Encodable {
  let schema = "padawann.verify/1"
  let good: Bool
  let files: [Entry]

  /// One file.
  struct Entry: Encodable {
    let file: String
    let good: Bool
    let sha256: String?
    let bytes: Int?
    let problem: String?

    /// Reads and checks a file.
    init(_ path: String) {
      file = path
      do throws(PadawannError) {
        let stored = try StoredContent.read(path)
        (good, problem) = (true, nil)
        (sha256, bytes) = (stored.digest.description, stored.byteCount)
      } catch {
        (good, problem) = (false, error.text)
        (sha256, bytes) = (nil, nil)
      }
    }

    fileprivate var text: String {
      problem.map { "BAD   \($0)" }
        ?? "good  \(file.inOneLine): \(Format.count(bytes ?? 0)) bytes, content sha256 \(sha256 ?? "")"
    }
  }

  init(files: [Entry]) {
    self.files = files
    good = files.allSatisfy(\.good)
  }

  var text: String { files.map(\.text).joined(separator: "\n") }
}
