import Padawann
import Testing

@Suite struct CIFARTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { $1 + [UInt8](repeating: UInt8($0), count: 3072) }
  }

  @Test func readsCIFAR10() throws {
    let path = try folder.write(Self.records([[3], [9]]), to: "data_batch_1.bin")
    let dataset = try DataFixture.load(path)
    #expect(dataset.shape == Shape(channels: 3, height: 32, width: 32))
    #expect(dataset.labels == [3, 9])
    #expect(dataset.classNames.count == 10)
    #expect(dataset.classNames[9] == "truck")
    #expect(dataset.normalisation.mean == [0.4914, 0.4822, 0.4465])
    #expect(dataset.pixels == .bytes([UInt8](repeating: 0, count: 3072) + [UInt8](repeating: 1, count: 3072)))
  }

  @Test func readsSeveralFiles() throws {
    let first = try folder.write(Self.records([[3]]), to: "a.bin")
    let second = try folder.write(Self.records([[4], [5]]), to: "b+c.bin")
    #expect(try DataFixture.load("\(first),more=\"\(second)\"+\(first)").labels == [3, 4, 5, 3])
  }

  @Test func readsBothKindsOfLabelsOfCIFAR100() throws {
    let path = try folder.write(Self.records([[19, 99], [0, 1]]), to: "train.bin")
    #expect(try DataFixture.load(path).labels == [99, 1])
    let coarse = try DataFixture.load("\(path),labels=coarse")
    #expect(coarse.labels == [19, 0])
    #expect(coarse.classNames.count == 20)
  }

  @Test func readsTheFoldersOfTheDistributions() throws {
    for batch in 1...5 { try folder.write(Self.records([[UInt8(batch)]]), to: "data_batch_\(batch).bin") }
    try folder.write(Self.records([[7]]), to: "test_batch.bin")
    #expect(try DataFixture.load("\(folder.path),split=train").labels == [1, 2, 3, 4, 5])
    #expect(try DataFixture.load("\(folder.path),split=test").labels == [7])
    #expect(
      try #require(DataFixture.error { try DataFixture.load(folder.path) }).remedy?.contains("split=") == true
    )
  }

  @Test func asksWhenTheSizeFitsBothKinds() throws {
    let bytes = [UInt8](repeating: 0, count: 3073 * 3074)
    let path = try folder.write(bytes, to: "x.bin")
    let error = try #require(DataFixture.error { try DataFixture.load(path) })
    #expect(error.message.contains("may be CIFAR-10 or CIFAR-100"))
    #expect(try DataFixture.load("\(path),labels=fine,first=1").classNames.count == 100)
    #expect(
      try DataFixture.load("\(folder.write(bytes, to: "test_batch.bin")),first=1").classNames.count == 10)
  }

  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 3072), "", "whole number"), (records([[10]]), "", "label 10"),
      (records([[20, 0]]), ",labels=coarse", "label 20"), (records([[0, 100]]), "", "label 100"),
      (records([[0]]), ",labels=fine", "CIFAR-10, which has no fine"), ([], "", "0 bytes"),
    ] as [([UInt8], String, String)])
  func refusesWhatIsNoCIFAR(_ bytes: [UInt8], _ options: String, _ reason: String) throws {
    let path = try folder.write(bytes, to: "x.bin")
    let error = try #require(DataFixture.error { try DataFixture.load(path + options) })
    #expect(error.kind == .data)
    #expect(error.location?.hasPrefix(path) == true)
    #expect(error.description.contains(reason), "\(error)")
  }
}
