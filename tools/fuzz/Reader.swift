import Foundation
import HDF5
import Padawann

/// What is fuzzed: a way in which bytes from outside come into the library.
enum Reader: String, CaseIterable {
  /// Files of weights, with their graph if they have one: what `import` reads.
  case onnx, pt2, torch, safetensors, weights
  /// The parts of archives whose checksums would hide them.
  case pickle, program
  case architecture
  /// Datasets: what `--data` reads.
  case idx, csv, arrays, hdf5, cifar
  case spec
  case png, jpeg
  /// Our own files.
  case model, checkpoint, predictions
  /// Our own files with all digests made right again.
  case sealedModel = "sealed-model"
  case sealedWANN = "sealed-wann"
  /// What is in a checkpoint, given to what goes on from it.
  case state
  /// The tables of the published search of WANN.
  case neurons

  /// Reads bytes, or throws what a user would see.
  func function() throws -> ([UInt8]) throws -> Void {
    switch self {
    case .onnx, .pt2, .torch, .safetensors, .weights: return { try Self.imported($0) }
    case .pickle: return { try Self.imported(Self.torchArchive(pickle: $0)) }
    case .program:
      return { try Self.imported(Self.exportArchive(program: $0)) }
    case .architecture:
      return { bytes in
        let architecture = try ArchitectureFile.architecture(json: bytes)
        _ = ArchitectureFile.json(of: architecture)
      }
    case .idx, .csv, .arrays, .hdf5, .cifar: return Self.dataset(named: rawValue)
    case .spec:
      return { bytes in
        let spec = try DatasetSpec.parse(String(decoding: bytes, as: UTF8.self))
        guard try DatasetSpec.parse(spec.description) == spec else { fatalError("\(spec) is another spec") }
      }
    case .png, .jpeg:
      let spec = try DatasetSpec.parse("./picture.png,colour=grey,resize=28")
      return { _ = try spec.picture(decoding: $0) }
    case .model: return { _ = try StoredContent.content(encoded: $0) }
    case .sealedModel: return try SealedModel().read
    case .sealedWANN: return try SealedModel(ofNeurons: true).read
    case .state: return try ForgedState().read
    case .neurons: return { _ = try NeuronTable($0).graph(inputs: 2, outputs: 1, keepsWeights: true) }
    case .checkpoint: return { _ = try RunCheckpoint($0, .learn) }
    case .predictions: return { _ = try PredictionFile($0) }
    }
  }

  /// What `import` does with a file.
  private static func imported(_ bytes: [UInt8]) throws {
    let file = try TensorFile(bytes: bytes, path: "input")
    let graph = try ONNXNetwork(file)
    let parameters = try graph?.parameters ?? ImportedParameters(file).parameters
    let preset = try graph == nil ? NetworkImport.preset(for: parameters)?.architecture : nil
    guard let architecture = graph?.architecture ?? preset else { return }
    _ = try NetworkImport().network(parameters, architecture)
  }

  /// A dataset is read from a file, since its kind is told by what is there.
  private static func dataset(named name: String) -> ([UInt8]) throws -> Void {
    let ending = name == "cifar" ? ".bin" : ""
    let path = "/dev/shm/padawann-fuzz-\(getpid())\(ending)"
    let nowhere = DataFolder(path: "/nowhere")
    return { bytes in
      guard let file = fopen(path, "wb") else { return }
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
      let dataset = try DatasetSpec.parse(path).load(from: nowhere)
      _ = dataset.digest
    }
  }

  /// An archive of `torch.save` with the bytes as its pickle, and storages with the numbers 0 to 3.
  private static func torchArchive(pickle: [UInt8]) throws -> [UInt8] {
    try ZipWriter.archive(
      [ZipWriter.Entry(name: "archive/data.pkl", content: pickle)]
        + (0..<4).map {
          .init(name: "archive/data/\($0)", content: [UInt8](repeating: UInt8($0), count: 64 << $0))
        }
        + [.init(name: "archive/version", content: Array("3\n".utf8))])
  }

  /// An archive of `torch.export` with the bytes as its program.
  private static func exportArchive(program: [UInt8]) throws -> [UInt8] {
    try ZipWriter.archive([
      .init(name: "net/archive_format", content: Array("pt2".utf8)),
      .init(name: "net/models/model.json", content: program),
      .init(name: "net/data/weights/model_weights_config.json", content: Array(#"{"config": {}}"#.utf8)),
      .init(name: "net/byteorder", content: Array("little".utf8)),
    ])
  }
}
