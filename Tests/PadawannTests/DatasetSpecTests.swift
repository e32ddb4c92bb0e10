import Padawann
import Testing

@Suite struct DatasetSpecTests {
  @Test(arguments: [
    ("mnist", "mnist:test"), ("mnist:train", "mnist:train"), ("10letters", "10letters:test"),
    ("./set.npz", "./set.npz"), ("set.csv.gz", "set.csv.gz"), ("C:/a b/x.csv", "C:/a b/x.csv"),
    ("train-images-idx3-ubyte", "train-images-idx3-ubyte"), ("\"mnist\"", "\"mnist\""),
    ("./a:b=c", "./a:b=c"),
    (#"./a\,b.csv"#, #""./a,b.csv""#), (#""./a,\"b\\.csv""#, #""./a,\"b\\.csv""#),
    ("mnist,classes=0-4+7", "mnist:test,classes=0-4+7"),
    ("mnist,classes=3+1+2+0", "mnist:test,classes=3+1-2+0"),
    ("mnist,classes=4-2", "mnist:test,classes=4+3+2"), ("mnist,map=3:0+7-9:1", "mnist:test,map=3:0+7-9:1"),
    ("mnist,map=9-7:1+3:0", "mnist:test,map=7-9:1+3:0"),
    ("mnist,drop-last,transpose", "mnist:test,transpose,drop-last"),
    ("mnist,per-class=700", "mnist:test,per-class=700"), ("mnist,first=5", "mnist:test,first=5"),
    ("mnist,per-class=601-700", "mnist:test,per-class=601-700"),
    ("mnist,per-class=3-3", "mnist:test,per-class=3-3"),
    ("mnist,random=5", "mnist:test,random=5@0"),
    (
      "mnist,random-per-class=5@18446744073709551615",
      "mnist:test,random-per-class=5@18446744073709551615"
    ),
    ("mnist,normalise=0.1/0.2/0.5/0.25", "mnist:test,normalise=0.1/0.2/0.5/0.25"),
    ("mnist,normalise=own", "mnist:test,normalise=own"),
    ("mnist,normalise=none", "mnist:test,normalise=none"),
    ("mnist,normalise=fashion", "mnist:test,normalise=fashion"), ("strokes,seed=4", "strokes:test,seed=4"),
    ("cifar100,labels=coarse", "cifar100:test,labels=coarse"),
    ("./x.h5,images-key=/a/b,labels-key=c", "./x.h5,images-key=/a/b,labels-key=c"),
    (#"./x.bin,more="./y,1.bin"+./z.bin"#, #"./x.bin,more="./y,1.bin"+./z.bin"#),
    (#"./x.csv,class-names=a+b\+c+"d,e""#, #"./x.csv,class-names=a+"b+c"+"d,e""#),
    ("./x.csv,label-column=last", "./x.csv,label-column=last"),
    ("./x.csv,label-column=2", "./x.csv,label-column=2"),
    (#"./x.csv,label-column="2""#, #"./x.csv,label-column="2""#),
    ("./x.csv,shape=28x28", "./x.csv,shape=1x28x28"),
    ("./d,split=train,classes-count=12", "./d,split=train,classes-count=12"),
    ("./x.npz,channels=last", "./x.npz,channels=last"),
    ("photo.png", "photo.png"), ("a.JPG", "a.JPG"), ("photos/,split=val", "photos/,split=val"),
    ("./p,resize=28x28", "./p,resize=28"), ("./p,resize=28x20", "./p,resize=28x20"),
    ("./p,resize=shorter:256", "./p,resize=shorter:256"), ("./p,crop=224x224", "./p,crop=224"),
    ("./p,ground=#FF8000", "./p,ground=#ff8000"), ("./p,ground=#ffffff", "./p,ground=white"),
    (
      "./p,transpose,invert,crop=20x24,resize=32,colour=grey,ground=black,first=3",
      "./p,ground=black,colour=grey,resize=32,crop=20x24,invert,transpose,first=3"
    ),
    ("mnist,resize=14,colour=rgb", "mnist:test,colour=rgb,resize=14"),
    (
      "10letters,deskew,resize=16x16:bilinear,transpose,invert",
      "10letters:test,invert,transpose,resize=16:bilinear,deskew"
    ), ("mnist,resize=12x16:bilinear", "mnist:test,resize=12x16:bilinear"),
  ])
  func readsAndWritesItself(_ text: String, _ canonical: String) throws {
    let spec = try DatasetSpec.parse(text)
    #expect(spec.description == canonical)
    #expect(try DatasetSpec.parse(canonical, defaultSplit: .train) == spec)
  }

  @Test func takesTheCommandsSplit() throws {
    #expect(try DatasetSpec.parse("kmnist", defaultSplit: .train).source == .named(.kmnist, .train))
    #expect(try DatasetSpec.parse("kmnist:test", defaultSplit: .train).source == .named(.kmnist, .test))
  }

  @Test(arguments: [
    ("", "no dataset"), ("mnst", "Did you mean mnist?"), ("fashion", "fashion-mnist"),
    ("mnist:valid", "train or test"),
    ("mnist,perclass=3", "Did you mean per-class?"), ("mnist,normalize=own", "Did you mean normalise?"),
    ("mnist,first=1,first=2", "given twice"), ("mnist,first=1,random=2", "only one of"),
    ("mnist,first", "needs a value"),
    ("mnist,per-class=7-3", "from 7"), ("mnist,per-class=0-3", "from 1"),
    ("mnist,per-class=-3", "whole number"),
    ("mnist,per-class=3-", "whole number"), ("mnist,per-class=1-2-3", "whole number"),
    ("mnist,first=", "empty"), ("mnist,first=0", "from 1"), ("mnist,first=-1", "whole number"),
    ("mnist,first=99999999999999999999", "whole number"), ("mnist,transpose=yes", "takes no value"),
    ("mnist,random=3@x", "not a seed"), ("mnist,random=3@1@2", "N@SEED"), ("mnist,classes=", "empty"),
    ("mnist,classes=1+1", "listed twice"), ("mnist,classes=0-", "not a class"),
    ("mnist,classes=a", "not a class"),
    ("mnist,classes=70000", "not a class"), ("mnist,map=1", "OLD:NEW"), ("mnist,map=1:2:3", "OLD:NEW"),
    ("mnist,map=0-3:1+2:5", "class 2 is listed twice"), ("mnist,classes=1,map=1:0", "exclude each other"),
    ("mnist,normalise=0.1", "not a normalisation"), ("mnist,normalise=a/b", "not a normalisation"),
    ("mnist,normalise=nan/1", "not a normalisation"), ("mnist,shape=28", "is for files"),
    ("mnist,seed=1", "no seed"),
    ("./x.csv,seed=1", "sets that are drawn"), ("mnist,labels=fine", "is for files"),
    ("./x.csv,shape=1x2x3x4", "shape"),
    ("./x.csv,shape=0x1", "whole number"), ("./x.csv,class-names=a+a", "differ"),
    ("./x.csv,split=dev", "train or val or test"), ("mnist:val", "train or test"),
    ("./p,resize=0", "whole number"), ("./p,resize=1x2x3", "not a size"),
    ("./p,resize=28@lanczos", "whole number"),
    ("./p,resize=shorter:", "whole number"), ("./p,crop=shorter:3", "whole number"),
    ("./p,crop=70000", "whole number"),
    ("./p,colour=blue", "grey or rgb"), ("./p,color=grey", "Did you mean colour?"),
    ("./p,channels=grey", "Write colour=grey"), ("./p,ground=red", "#rrggbb"),
    ("./p,ground=#12345", "#rrggbb"),
    ("./p,ground=#１２３４５６", "#rrggbb"), ("./p,invert=1", "takes no value"),
    ("mnist,ground=white", "seen through"),
    ("./x.csv,\"", "not closed"), ("./x.csv\\", "backslash"), ("\"\"", "no dataset"),
    ("mnist,,", "no option"),
  ])
  func saysWhatIsWrong(_ text: String, _ reason: String) throws {
    let error = try #require(DataFixture.error { try DatasetSpec.parse(text) })
    #expect(error.kind == .usage)
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func listsTheValidWords() throws {
    let error = try #require(DataFixture.error { try DatasetSpec.parse("digits") })
    for set in NamedSet.allCases { #expect(error.description.contains(set.rawValue)) }
    #expect(error.description.contains("./digits"))
    let option = try #require(DataFixture.error { try DatasetSpec.parse("mnist,zzz=1") })
    #expect(option.description.contains("random-per-class"))
    #expect(!option.description.contains("Did you mean"))
  }
}

/// What the options do to a small set: 12 images of 28×28, labelled 0 1 2 0 1 2 ….
@Suite struct DatasetOptionTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try DataFixture.writeSet(folder, "mnist", stem: "t10k", labels: (0..<12).map { $0 % 3 })
  }

  private func load(_ options: String) throws -> Dataset {
    try DataFixture.load("mnist:test" + options, folder: folder.path)
  }

  /// Which image of the file each image is.
  private func places(_ dataset: Dataset) throws -> [Int] {
    let all = DataFixture.pixels(12, of: 784)
    guard case .bytes(let pixels) = dataset.pixels else { return [] }
    return (0..<dataset.count).compactMap { index in
      (0..<12).first { pixels[(index * 784)..<((index + 1) * 784)] == all[($0 * 784)..<(($0 + 1) * 784)] }
    }
  }

  @Test(
    arguments: [
      ("", Array(0..<12)), (",first=3", [0, 1, 2]), (",per-class=2", [0, 1, 2, 3, 4, 5]),
      (",per-class=2-3", [3, 4, 5, 6, 7, 8]), (",per-class=4-4", [9, 10, 11]),
      (",drop-last", Array(0..<11)),
      (",drop-last,per-class=3", [0, 1, 2, 3, 4, 5, 6, 7, 8]), (",classes=2+0", [0, 2, 3, 5, 6, 8, 9, 11]),
      (",classes=2,drop-last", [2, 5, 8]), (",classes=1+2,first=3", [1, 2, 4]),
      (",map=0:1+2:0", [0, 2, 3, 5, 6, 8, 9, 11]),
    ] as [(String, [Int])])
  func keepsFileOrder(_ options: String, _ expected: [Int]) throws {
    #expect(try places(load(options)) == expected)
  }

  @Test func relabels() throws {
    let chosen = try load(",classes=2+0")
    #expect(chosen.labels == [1, 0, 1, 0, 1, 0, 1, 0])
    #expect(chosen.classNames == ["2", "0"])
    let permuted = try load(",classes=1+2+0+3-9")
    #expect(permuted.labels == (0..<12).map { [2, 0, 1][$0 % 3] })
    #expect(permuted.classNames == ["1", "2", "0", "3", "4", "5", "6", "7", "8", "9"])
    let merged = try load(",map=0-1:1+2:3")
    #expect(merged.labels == (0..<12).map { [1, 1, 3][$0 % 3] })
    #expect(merged.classNames == ["0", "0/1", "2", "2"])
    let error = try #require(DataFixture.error { try load(",classes=0-10") })
    #expect(error.kind == .usage)
    #expect(error.message.contains("no class 10"))
  }

  @Test func drawsByTheSeedAlone() throws {
    let first = try places(load(",random=5@1"))
    #expect(first.count == 5)
    #expect(first == first.sorted())
    #expect(Set(first).count == 5)
    #expect(try places(load(",random=5@1")) == first)
    let draws = try (1...20).map { try places(load(",random=5@\($0)")) }
    #expect(Set(draws).count > 10)
    #expect(Set(draws.joined()).count == 12)
  }

  @Test func drawsWithinEachClass() throws {
    let all = try load(",random-per-class=2@3")
    #expect(all.labels.sorted() == [0, 0, 1, 1, 2, 2])
    // A class's draw does not depend on which other classes are there, as long as its label is the same.
    let alone = try places(load(",classes=0,random-per-class=2@3"))
    #expect(try places(all).filter { $0 % 3 == 0 } == alone)
  }

  @Test func refusesToDrawMoreThanThereIs() throws {
    for options in [",first=13", ",random=13@1", ",per-class=5", ",per-class=3-5", ",random-per-class=5@1"] {
      let error = try #require(DataFixture.error { try load(options) })
      #expect(error.kind == .usage)
      #expect(error.remedy?.contains("at most") == true)
    }
  }

  @Test func transposes() throws {
    let path = try folder.write(
      DataFixture.idx(sizes: [1, 2, 3], [1, 2, 3, 4, 5, 6]), to: "a-images-idx3-ubyte")
    try folder.write(DataFixture.idx(sizes: [1], [0]), to: "a-labels-idx1-ubyte")
    let dataset = try DataFixture.load("\(path),transpose")
    #expect(dataset.shape == Shape(channels: 1, height: 3, width: 2))
    #expect(dataset.pixels == .bytes([1, 4, 2, 5, 3, 6]))
    let coloured = try folder.write(
      DataFixture.idx(sizes: [1, 2, 1, 3], [1, 2, 3, 4, 5, 6]), to: "b-images-idx3-ubyte")
    let turned = try DataFixture.load("\(coloured),labels-file=\(folder.path)/a-labels-idx1-ubyte,transpose")
    #expect(turned.shape == Shape(channels: 2, height: 3, width: 1))
    #expect(turned.pixels == .bytes([1, 2, 3, 4, 5, 6]))
  }

  @Test func normalisesAsTheThesisDoesUnlessTold() throws {
    #expect(try load("").normalisation == .mnist)
    #expect(try load(",normalise=none").normalisation == .none(divisor: 255))
    #expect(try load(",normalise=fashion").normalisation.mean == [0.2860])
    #expect(try load(",normalise=0.5/0.25").normalisation == Normalisation(mean: [0.5], deviation: [0.25]))
    #expect(throws: PadawannError.self) { try load(",normalise=0.5/0.25/0.5/0.25") }
    #expect(throws: PadawannError.self) { try load(",normalise=0.5/0") }
  }

  @Test func ownStatisticsAreThoseOfTheWholeSplit() throws {
    let values: [UInt8] = [0, 2, 4, 10, 10, 10, 20, 30]
    let path = try folder.write(DataFixture.idx(sizes: [2, 2, 1, 2], values), to: "c-images-idx3-ubyte")
    try folder.write(DataFixture.idx(sizes: [2], [0, 1]), to: "c-labels-idx1-ubyte")
    let dataset = try DataFixture.load("\(path),normalise=own,first=1")
    // Channel 0 has 0 2 10 10, channel 1 has 4 10 20 30.
    #expect(dataset.normalisation.mean == [Float(5.5 / 255), Float(16.0 / 255)])
    let deviations = [20.75, 98.0].map { Float($0.squareRoot() / 255) }
    #expect(dataset.normalisation.deviation == deviations)
    let flat = try folder.write(DataFixture.idx(sizes: [2, 1, 2], [7, 7, 7, 7]), to: "d-images-idx3-ubyte")
    try folder.write(DataFixture.idx(sizes: [2], [0, 1]), to: "d-labels-idx1-ubyte")
    #expect(
      try #require(DataFixture.error { try DataFixture.load("\(flat),normalise=own") }).message.contains(
        "same value"))
  }
}
