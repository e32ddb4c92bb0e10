import ArgumentParser
import Padawann

/// How pixels become inputs, on a command line.
struct PixelNormalisation: CustomStringConvertible {
  let choice: NormalisationChoice
  private let ofBytes: Normalisation

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    do throws(PadawannError) {
      choice = try NormalisationChoice(argument)
    } catch {
      throw ValidationError("--normalise: \(error.message). \(error.remedy ?? "")")
    }
    guard let ofBytes = choice.ofBytes else {
      throw ValidationError("--normalise own needs images: give MEAN/DEVIATION for each channel")
    }
    self.ofBytes = ofBytes
  }

  var description: String { choice.description }

  /// For pictures of so many channels.
  ///
  /// - Throws: ``PadawannError`` `usage` when it is for another number of channels.
  func normalisation(channels: Int) throws(PadawannError) -> Normalisation {
    guard [1, channels].contains(ofBytes.mean.count) else {
      throw PadawannError(
        .usage,
        "--normalise has \(ofBytes.mean.count) means and deviations, and the network reads \(channels) channels"
      )
    }
    return ofBytes
  }
}

extension Shape {
  /// Sizes with `x` between them, as datasets' option `shape` has them: channels, rows and columns.
  init(argument text: String) throws {
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard [1, 3].contains(sizes.count), sizes.allSatisfy({ (1...65_536).contains($0) }) else {
      throw ValidationError("“\(text)” is not a shape; write CHANNELSxROWSxCOLUMNS, for example 1x28x28")
    }
    let all = sizes + [1, 1]
    self.init(channels: all[0], height: all[1], width: all[2])
  }
}
