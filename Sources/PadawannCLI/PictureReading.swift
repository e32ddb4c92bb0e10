import Foundation
import Padawann

/// A picture that a user has named.
struct PictureArgument {
  /// The path, or `-`.
  let path: String
  /// The bytes, where they came by standard input.
  let bytes: [UInt8]?

  /// The largest picture from standard input, in bytes.
  private static let mostBytes = 1 << 30

  /// The pictures that an argument stands for: itself, or those of a folder.
  static func files(_ argument: String) throws(PadawannError) -> [PictureArgument] {
    if argument == "-" { return [PictureArgument(path: argument, bytes: try standardInput())] }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder), isFolder.boolValue else {
      return [PictureArgument(path: argument, bytes: nil)]
    }
    return try PictureListing(folder: argument).entries.map { PictureArgument(path: $0.path, bytes: nil) }
  }

  private static func standardInput() throws(PadawannError) -> [UInt8] {
    do {
      let data = try FileHandle.standardInput.read(upToCount: mostBytes) ?? Data()
      guard !data.isEmpty else { throw PadawannError(.data, "nothing came", at: "standard input") }
      return Array(data)
    } catch let error as PadawannError {
      throw error
    } catch {
      throw PadawannError(.inputOutput, systemReason(of: error), at: "standard input")
    }
  }
}

/// How pictures become what a network reads.
struct PictureReading {
  /// A picture of the network's size, or one that gets it in real numbers.
  struct Picture {
    let path: String
    let shape: Shape
    let pixels: [UInt8]

    /// With dark and bright exchanged.
    var inverted: Picture { Picture(path: path, shape: shape, pixels: pixels.map { 255 - $0 }) }

    /// From 0, black, to 1.
    var brightness: Double { pixels.reduce(0) { $0 + Double($1) } / Double(255 * max(pixels.count, 1)) }
  }

  /// Whether a picture has the ground of those that the network knows.
  enum Ground: String, Encodable {
    case same
    /// Dark where theirs is bright, or bright where it is dark.
    case opposite
    /// Bright, and nobody has said what the network knows.
    case doubtful
  }

  /// The options that are in force, for the report.
  let spec: DatasetSpec
  let normalisation: Normalisation
  let origin: NormalisationOrigin
  private let shape: Shape
  private let ownMean: Double?

  /// - Parameters:
  ///   - subject: the network.
  ///   - options: a dataset's options, as text.
  ///   - invert: whether dark and bright are exchanged.
  /// - Throws: ``PadawannError`` `usage` for options that are not for single pictures.
  init(_ subject: PredictionSubject, options: String?, invert: Bool) throws(PadawannError) {
    let text = options.map { ",\($0)" } ?? ""
    var spec = try DatasetSpec.parse("./picture.png\(text)")
    guard spec.isOfSinglePictures else {
      throw PadawannError(
        .usage, "only resize, crop, colour, ground, invert, transpose, deskew and normalise are for pictures",
        at: "--with")
    }
    let shape = subject.network.input
    if spec.changes.colour == nil {
      switch shape.channels {
      case 1: spec.changes.colour = .grey
      case 3: spec.changes.colour = .rgb
      default: break
      }
    }
    if spec.changes.resize == nil, spec.changes.crop == nil, spec.realChanges.resize == nil {
      // A network that reads vectors is asked with pictures of as many pixels.
      spec.changes.resize = .exact(PictureSize(width: shape.width, height: shape.height))
    }
    if invert { spec.changes.invert = true }
    self.spec = spec
    self.shape = shape
    if let choice = spec.normalisation {
      guard let ofBytes = choice.ofBytes else {
        throw PadawannError(.usage, "normalise=own is for datasets: give numbers", at: "--with")
      }
      (normalisation, origin) = (ofBytes, .option)
    } else if let stated = subject.normalisation {
      (normalisation, origin) = (stated.value.adapted(to: .bytes), stated.origin)
    } else {
      let usual = NormalisationChoice.standard(for: shape, classNames: subject.answers.names)
      (normalisation, origin) = (usual.ofBytes ?? .none(divisor: 255), .guess)
    }
    // A mean of 0 or a half says nothing about what the network has seen.
    let mean = normalisation.mean.reduce(0) { $0 + Double($1) } / Double(normalisation.mean.count)
    let isKnown = origin != .guess && normalisation.divisor == 255 && mean > 0 && mean != 0.5
    ownMean = isKnown ? mean : nil
  }

  /// Reads some pictures; what cannot be read is told with its reason.
  func read(_ arguments: ArraySlice<PictureArgument>) -> (pictures: [Picture], failures: [PadawannError]) {
    var pictures: [Picture] = []
    var failures: [PadawannError] = []
    for argument in arguments {
      do throws(PadawannError) {
        pictures.append(try read(argument))
      } catch {
        failures.append(error)
      }
    }
    return (pictures, failures)
  }

  private func read(_ argument: PictureArgument) throws(PadawannError) -> Picture {
    let name = argument.bytes == nil ? argument.path : "standard input"
    let picture: (shape: Shape, pixels: Pixels)
    if let bytes = argument.bytes {
      do throws(PadawannError) {
        picture = try spec.picture(decoding: bytes)
      } catch {
        throw error.inside(name)
      }
    } else {
      picture = try spec.picture(at: argument.path)
    }
    let becomes = spec.realChanges.resize.map {
      Shape(channels: picture.shape.channels, height: $0.height, width: $0.width)
    }
    guard case .bytes(let pixels) = picture.pixels, becomes ?? picture.shape == shape else {
      throw PadawannError(
        .data, "the picture is \(becomes ?? picture.shape), and the network reads \(shape)", at: name,
        remedy: "Correct --with, or leave it out")
    }
    return Picture(path: argument.path, shape: picture.shape, pixels: pixels)
  }

  /// The pictures as a dataset whose labels mean nothing.
  func dataset(_ pictures: [Picture]) throws(PadawannError) -> Dataset {
    let isReal = !spec.realChanges.isEmpty
    return try Dataset(
      name: "pictures", shape: shape,
      pixels: isReal ? prepared(pictures) : .bytes(pictures.flatMap(\.pixels)),
      labels: pictures.map { _ in 0 }, classNames: ["?"],
      normalisation: isReal ? normalisation.adapted(to: .unit) : normalisation)
  }

  private func prepared(_ pictures: [Picture]) throws(PadawannError) -> Pixels {
    var all: [Float] = []
    for picture in pictures {
      let prepared = try spec.prepared((picture.shape, .bytes(picture.pixels)))
      if case .floats(let values) = prepared.pixels { all += values }
    }
    return .floats(all)
  }

  /// Whether a picture is as dark or bright as those that the network knows. Of coloured ones nobody could tell.
  func ground(of picture: Picture) -> Ground {
    guard shape.channels == 1 else { return .same }
    let brightness = picture.brightness
    guard let ownMean else { return brightness > 0.6 ? .doubtful : .same }
    return abs(brightness - ownMean) > abs(1 - brightness - ownMean) + 0.2 ? .opposite : .same
  }
}
