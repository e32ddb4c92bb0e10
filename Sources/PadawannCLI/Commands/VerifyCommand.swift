import ArgumentParser
import Padawann

/// `padawann verify`
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every byte of model files.",
    discussion: """
      Structure, sizes, checksums and digests are checked, and that the network is well-formed. The exit code is 0 when \
      all files are good and 1 when one is not.
      """)

  @Argument(help: "The model files.", completion: .file(extensions: ["h5"]))
  var models: [String]

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let verdicts = models.map(Verdict.init)
    try report.print(Result(files: verdicts)) { verdicts.map(\.line).joined(separator: "\n") }
    if verdicts.contains(where: { !$0.isGood }) { throw ExitCode(1) }
  }

  private struct Result: Encodable {
    let schema = "padawann.verify/1"
    let files: [Verdict]
  }

  private struct Verdict: Encodable {
    let file: String
    let isGood: Bool
    let sha256: String?
    let bytes: Int?
    let problem: String?

    init(_ path: String) {
      file = path
      do throws(PadawannError) {
        let stored = try ModelFile.read(path)
        isGood = true
        sha256 = stored.digest.description
        bytes = stored.byteCount
        problem = nil
      } catch {
        isGood = false
        sha256 = nil
        bytes = nil
        problem = error.description
      }
    }

    var line: String {
      problem ?? "\(file): good, \(Format.count(bytes ?? 0)) bytes, content sha256 \(sha256 ?? "")"
    }
  }
}
