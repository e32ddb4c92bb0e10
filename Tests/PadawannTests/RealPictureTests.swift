import Foundation
import Padawann
import Testing

/// Pictures that nobody of this project made.
@Suite struct RealPictureTests {
  private func load(_ name: String, _ options: String = "") throws -> Dataset {
    try DataFixture.load(SharedFiles.path("real/data/\(name)") + options, folder: SharedFiles.data.path)
  }

  private func image(_ dataset: Dataset, _ index: Int) -> ArraySlice<UInt8> {
    guard case .bytes(let pixels) = dataset.pixels else { return [] }
    return pixels[(index * dataset.shape.count)..<((index + 1) * dataset.shape.count)]
  }

  /// The number that a file is called by.
  private func number(_ path: String) throws -> Int {
    try #require(Int(URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent))
  }

  @Test(.enabled(if: SharedFiles.have("real/data/mnist-png-500", "data/mnist"), SharedFiles.skipped))
  func picturesOfMNISTAreThoseOfItsFile() throws {
    let pictures = try load("mnist-png-500")
    let mnist = try DataFixture.load("mnist:test", folder: SharedFiles.data.path)
    let listing = try PictureListing(folder: SharedFiles.path("real/data/mnist-png-500"))
    #expect(pictures.count == 500)
    #expect(pictures.classNames == mnist.classNames)
    #expect(pictures.normalisation == mnist.normalisation)
    for (place, entry) in listing.entries.enumerated() {
      let index = try number(entry.path) - 60_000
      #expect(image(pictures, place) == image(mnist, index))
      #expect(pictures.labels[place] == mnist.labels[index])
    }
  }

  @Test(.enabled(if: SharedFiles.have("real/data/cifar10-test-1017"), SharedFiles.skipped))
  func picturesOfCIFARAreAllThere() throws {
    let pictures = try load("cifar10-test-1017")
    #expect(pictures.count == 1017)
    #expect(pictures.shape == Shape(channels: 3, height: 32, width: 32))
    #expect(pictures.normalisation.mean == [0.4914, 0.4822, 0.4465])
    let counts = (0..<10).map { label in pictures.labels.count { $0 == label } }
    #expect(counts == [105, 93, 100, 104, 92, 87, 114, 102, 110, 110])
    // SHA-256 of what numpy and Pillow make of the same files in the same order; see Goldens/pictures/digests.py.
    #expect(pictures.digest.description == "a16a161c9e38df7d77ce3482038a35355351cdcb6883fe4c102d8def33018297")
  }

  @Test(.enabled(if: SharedFiles.have("real/data/cifar10-test-jpeg-100"), SharedFiles.skipped))
  func jpegsAreThoseOfPillow() throws {
    let pictures = try load("cifar10-test-jpeg-100")
    #expect(pictures.count == 100)
    #expect(pictures.digest.description == "23c4e61b423e898e7e1bdb3500ec8e40310ea856453516e625f7e84e933ce478")
  }

  @Test(.enabled(if: SharedFiles.have("real/data/medmnist/pneumoniamnist.npz"), SharedFiles.skipped))
  func medMNISTHasItsParts() throws {
    let val = try load("medmnist/pneumoniamnist.npz", ",split=val")
    #expect(val.shape == Shape(channels: 1, height: 28, width: 28))
    #expect([0, 1].map { label in val.labels.count { $0 == label } } == [135, 389])
    let test = try load("medmnist/pneumoniamnist.npz", ",split=test")
    #expect([0, 1].map { label in test.labels.count { $0 == label } } == [234, 390])
    #expect(try load("medmnist/pneumoniamnist.npz", ",split=train").count == 3882)
  }

  @Test(.enabled(if: SharedFiles.have("real/data/digits-7eraflops"), SharedFiles.skipped))
  func drawnDigitsBecomeSmall() throws {
    let path = SharedFiles.path("real/data/digits-7eraflops")
    let spec = try DatasetSpec.parse("\(path),colour=grey,resize=28")
    let paths = try PictureListing(folder: path).entries.map(\.path)
    #expect(paths.count == 10)
    #expect(try paths.map(number) == Array(0..<10))
    var bytes: [UInt8] = []
    for path in paths {
      if case .bytes(let pixels) = try spec.picture(at: path).pixels { bytes += pixels }
    }
    let dataset = try Dataset(
      name: "digits", shape: Shape(channels: 1, height: 28, width: 28), pixels: .bytes(bytes),
      labels: [Int](repeating: 0, count: 10), classNames: (0..<10).map(String.init), normalisation: .mnist)
    #expect(
      dataset.digest.description == "b068395a8dc57e62d8a4ff8469212c0c21a4efd9897c5023dd215d919c60beed")
  }

  /// The import example of tracel-ai/burn, which its authors trained on MNIST, and digits that somebody else drew.
  @Test(
    .enabled(
      if: SharedFiles.have("real/data/digits-7eraflops", "real/models/tracel-ai__burn/mnist.pt"),
      SharedFiles.skipped))
  func aNetworkOfOthersKnowsDrawnDigits() async throws {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node("conv1", .convolution(Convolution(outputs: 8, kernel: Extent(3))), inputs: [-1]),
        Node("relu1", .relu, inputs: [0]),
        Node("conv2", .convolution(Convolution(outputs: 16, kernel: Extent(3))), inputs: [1]),
        Node("relu2", .relu, inputs: [2]),
        Node("conv3", .convolution(Convolution(outputs: 24, kernel: Extent(3))), inputs: [3]),
        Node("relu3", .relu, inputs: [4]),
        Node("norm1", .batchNormalisation(epsilon: 1e-5), inputs: [5]),
        Node("flatten", .flatten, inputs: [6]),
        Node("fc1", .linear(Linear(outputs: 32)), inputs: [7]),
        Node("relu4", .relu, inputs: [8]),
        Node("fc2", .linear(Linear(outputs: 10)), inputs: [9]),
        Node("norm2", .batchNormalisation(epsilon: 1e-5), inputs: [10]),
      ])
    let file = try TensorFile.read(SharedFiles.path("real/models/tracel-ai__burn/mnist.pt"))
    let parameters = try ImportedParameters(file).parameters
    let network = try NetworkImport(weights: .keep).network(parameters, architecture)
    let folder = try TemporaryFolder()
    let digits = SharedFiles.path("real/data/digits-7eraflops")
    let rows = (0..<10).map { "\(digits)/\($0).png,\($0)\n" }
    let table = try folder.write(rows.joined(), to: "digits.csv")
    let dataset = try DataFixture.load("\(table),colour=grey,resize=28")
    let predictions = try await Inference(threads: 1).predictions(of: network, on: dataset, magnitude: .own)
    #expect(predictions.predictedClasses == Array(0..<10))
  }
}
