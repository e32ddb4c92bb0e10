import ArgumentParser
import Foundation
import Padawann

/// What an error tells the user, and the exit code that it ends the program with (`Formats/report.md`, "Exit codes").
package struct Failure: Sendable, Equatable {
  /// What is printed; nothing when empty.
  package let message: String
  /// The exit code; 0 for help that was asked for, whose text is a result.
  package let code: Int32

  /// Judges an error of the library, of the argument parser, of the system, or one that nobody expected.
  package init(_ error: any Error) {
    let parsed = PadawannCommand.exitCode(for: error)
    if let error = error as? PadawannError {
      self.init("padawann: \(error.text)", error.kind)
    } else if error is ExitCode {
      self.init(message: "", code: parsed.rawValue)
    } else if parsed == .success || parsed == .validationFailure {
      self.init(message: Self.parserMessage(error), code: parsed.rawValue)
    } else if error is CocoaError || error is POSIXError {
      self.init("padawann: reading or writing failed: \(systemReason(of: error))", .inputOutput)
    } else if error is CancellationError {
      self.init("padawann: stopped", .interrupted)
    } else {
      self.init(
        "padawann: this should not happen (\(type(of: error))). Please report it with the command that you gave",
        .unsupported)
    }
  }

  /// Ends the program. Help that was asked for is printed as a result, anything else as an error.
  func leave() -> Never {
    guard code == 0 else {
      if !message.isEmpty { Output.writeError(message + "\n") }
      exit(code)
    }
    do {
      try Output.write(message)
    } catch {
      Failure(error).leave()
    }
    exit(0)
  }

  private init(_ message: String, _ kind: PadawannError.Kind) {
    self.init(message: message, code: kind.exitCode)
  }

  private init(message: String, code: Int32) {
    self.message = message
    self.code = code
  }

  /// The parser's message and usage, introduced like every other message.
  private static func parserMessage(_ error: any Error) -> String {
    var text = PadawannCommand.fullMessage(for: error)
    let prefix = "Error: "
    if text.hasPrefix(prefix) { text = "padawann: " + text.dropFirst(prefix.count) }
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}

extension PadawannError {
  /// The description, and behind it the options that the remedy asks for.
  var text: String { (choice.map { "\(self) (\($0.option))" } ?? description).inOneLine }
}

extension PadawannError.Choice {
  /// What is typed for it.
  fileprivate var option: String {
    switch self {
    case .architecture: "--arch"
    case .architectureOrIgnored(let tensor): "--arch, --ignore \(Shell.quoted(tensor))"
    case .keptWeights: "padawann import --weights keep"
    case .dataset: "--data"
    case .importOrDataset: "padawann import, --data"
    case .imported: "padawann import"
    case .perClass(let count): "--per-class \(count)"
    case .maskedLayers(let names): "--density, --layers \(Shell.quoted(names.joined(separator: ",")))"
    case .density: "--density"
    case .ownHead(let dataset): "padawann finetune MODEL --task \(Shell.quoted(dataset))"
    case .amount: "--amount"
    case .threshold: "--times-mean"
    case .resumption: "--resume"
    case .dataFolder: "--data-dir or PADAWANN_DATA"
    case .server: "--mirror"
    case .limit: "--no-limit"
    case .normalisation: "--normalise"
    case .sharedWeight: "--weight"
    case .download(let set): "padawann data get \(set)"
    }
  }
}

extension PadawannError.Kind {
  /// The exit code of a program that ends with it, by BSD's `sysexits.h`.
  package var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .missing: 66
    case .unavailable: 69
    case .unsupported: 70
    case .cannotCreate: 73
    case .inputOutput: 74
    case .interrupted: 75
    }
  }
}
