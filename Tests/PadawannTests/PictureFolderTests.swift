import Foundation
import Padawann
import Testing

/// Folders and tables of pictures.
@Suite struct PictureFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes pictures of 4×4 whose grey value is that of the dictionary.
  private func write(_ pictures: [String: UInt8]) throws {
    for (name, value) in pictures { try folder.write(PictureFixture.grey(value), to: name) }
  }

  private func load(_ options: String = "", _ name: String = "") throws -> Dataset {
    try DataFixture.load("\(folder.path)\(name.isEmpty ? "" : "/\(name)")\(options)")
  }

  /// The grey value of each picture.
  private func values(_ dataset: Dataset) -> [UInt8] {
    guard case .bytes(let pixels) = dataset.pixels else { return [] }
    return stride(from: 0, to: pixels.count, by: dataset.shape.count).map { pixels[$0] }
  }

  private func error(_ options: String = "", _ name: String = "") throws -> PadawannError {
    try #require(DataFixture.error { try load(options, name) })
  }

  @Test func readsClassesAndFilesInOrder() throws {
    try write([
      "10/a.png": 1, "9/b.png": 2, "9/10.png": 3, "9/9.png": 4, "9/a b.png": 5, "cat/x.png": 6,
      "Zoo/y.jpg": 7,
      "09/z.png": 8,
    ])
    let dataset = try load()
    #expect(dataset.classNames == ["09", "9", "10", "Zoo", "cat"])
    #expect(values(dataset) == [8, 4, 3, 5, 2, 1, 7, 6])
    #expect(dataset.labels == [0, 1, 1, 1, 1, 2, 3, 4])
    #expect(dataset.shape == Shape(channels: 1, height: 4, width: 4))
    #expect(dataset.normalisation == .none(divisor: 255))
  }

  @Test func takesASlashAtTheEnd() throws {
    try write(["a/1.png": 1, "b/x.txt": 2])
    try folder.write("x", to: "b/y.txt")
    let error = try #require(DataFixture.error { try DataFixture.load("\(folder.path)/") })
    #expect(error.location == "\(folder.path)/b/y.txt")
  }

  @Test func laterOptionsWorkOnPictures() throws {
    try write(["a/1.png": 1, "a/2.png": 2, "b/1.png": 3, "c/1.png": 4])
    let chosen = try load(",classes=2+0,first=2,invert,normalise=0.5/0.25")
    #expect(chosen.classNames == ["c", "a"])
    #expect(values(chosen) == [254, 253])
    #expect(chosen.labels == [1, 1])
    #expect(chosen.normalisation == Normalisation(mean: [0.5], deviation: [0.25]))
    #expect(try load(",map=0:0+1-2:1,per-class=1").classNames == ["a", "b/c"])
  }

  @Test func leavesAloneWhatIsNoPicture() throws {
    try write(["a/1.png": 1, "b/1.png": 2])
    try folder.write("free", to: "LICENCE.txt")
    for name in [".DS_Store", "a/.hidden", "a/Thumbs.db", "b/desktop.ini", ".git/config"] {
      try folder.write("x", to: name)
    }
    #expect(try values(load()) == [1, 2])
    try folder.write("x,y", to: "a/notes.csv")
    let notes = try error()
    #expect(notes.location == "\(folder.path)/a/notes.csv")
    #expect(notes.message == "this is no picture")
  }

  @Test func refusesPicturesAndFoldersThatAreOutOfPlace() throws {
    try write(["a/1.png": 1, "b/1.png": 2, "stray.png": 3])
    let stray = try error()
    #expect(stray.location == "\(folder.path)/stray.png")
    #expect(stray.message.contains("beside"))
    try FileManager.default.removeItem(atPath: folder.path + "/stray.png")
    try write(["b/more/1.png": 4])
    let inner = try error()
    #expect(inner.location == "\(folder.path)/b/more")
    #expect(inner.kind == .data)
  }

  @Test func refusesFoldersWithoutPictures() throws {
    let empty = try error()
    #expect(empty.kind == .usage)
    #expect(empty.message.contains("no pictures either"))
    try FileManager.default.createDirectory(
      atPath: folder.path + "/a", withIntermediateDirectories: true)
    #expect(try error().message == "the folder has no pictures")
    #expect(try error("", "missing").kind == .missing)
  }

  @Test func namesTwoThatDiffer() throws {
    try write(["a/1.png": 1])
    try folder.write(PictureFixture.grey(9, width: 6, height: 5), to: "b/2.png")
    let size = try error()
    #expect(size.location == "\(folder.path)/b/2.png")
    #expect(size.message.contains("6×5 grey") && size.message.contains("\(folder.path)/a/1.png is 4×4 grey"))
    #expect(size.remedy?.contains("resize=") == true)
    #expect(try values(load(",resize=3")) == [1, 9])
    #expect(try load(",crop=4").shape == Shape(channels: 1, height: 4, width: 4))
    try folder.write(
      PictureFixture.png(width: 4, height: 4, channels: 3, [UInt8](repeating: 7, count: 48)), to: "b/2.png")
    let colour = try error()
    #expect(colour.remedy == "Write colour=grey or colour=rgb")
    #expect(try load(",colour=rgb").shape == Shape(channels: 3, height: 4, width: 4))
    #expect(try values(load(",colour=grey")) == [1, 7])
  }

  @Test func takesPartsBySplit() throws {
    try write([
      "p/train/cat/1.png": 1, "p/train/dog/1.png": 2, "p/test/dog/1.png": 3, "p/test/emu/1.png": 4,
      "p/valid/cat/1.png": 5,
    ])
    let train = try load(",split=train", "p")
    #expect(train.classNames == ["cat", "dog", "emu"])
    #expect(train.labels == [0, 1])
    let test = try load(",split=test", "p")
    #expect(test.labels == [1, 2])
    #expect(values(test) == [3, 4])
    #expect(try values(load(",split=val", "p")) == [5])
    #expect(try load("", "p/train").classNames == ["cat", "dog"])
    let undecided = try error("", "p")
    #expect(undecided.kind == .usage)
    #expect(undecided.message == "the folder has the parts train, valid, test")
    #expect(try error(",split=test", "p/train").kind == .missing)
    try write(["p/validation/cat/1.png": 5])
    #expect(try error(",split=val", "p").message.contains("may both be meant"))
  }

  /// A class may be called as a part is.
  @Test func takesAFolderOfPicturesForAClass() throws {
    try write(["train/1.png": 1, "bus/1.png": 2])
    #expect(try load().classNames == ["bus", "train"])
  }

  @Test func arraysUnderOfficialNamesComeFirst() throws {
    try DataFixture.writeSet(folder, "x", stem: "train", labels: [0, 1])
    try write(["x/train/a/1.png": 1])
    #expect(try load(",split=train", "x").shape == Shape(channels: 1, height: 28, width: 28))
  }

  @Test func takesClassNamesInTheirOrder() throws {
    try write(["cat/1.png": 1, "dog/1.png": 2])
    let dataset = try load(",class-names=dog+emu+cat")
    #expect(dataset.classNames == ["dog", "emu", "cat"])
    #expect(dataset.labels == [0, 2])
    let unknown = try error(",class-names=dog+emu")
    #expect(unknown.location == "\(folder.path)/cat")
    #expect(try load(",classes-count=5").classNames.count == 5)
  }

  @Test(arguments: ["shape=1x4x4", "channels=last", "images-key=a", "labels-file=./x.npy", "more=./y.bin"])
  func refusesOptionsOfArrays(option: String) throws {
    try write(["a/1.png": 1, "b/1.png": 2])
    let error = try error(",\(option)")
    #expect(error.kind == .usage)
    #expect(error.message.contains("for arrays"), "\(error)")
  }

  @Test func refusesDamagedPicturesByName() throws {
    try write(["a/1.png": 1])
    try folder.write(Array(PictureFixture.grey(1).dropLast(20)), to: "a/2.png")
    let cut = try error()
    #expect(cut.location == "\(folder.path)/a/2.png")
    #expect(cut.kind == .data)
  }

  @Test func onePictureHasNoLabel() throws {
    try write(["one.png": 1, "more/1.png": 2, "more/2.png": 3])
    let one = try error("", "one.png")
    #expect(one.kind == .usage)
    #expect(one.message.contains("no label"))
    #expect(try error("", "more").message.contains("no labels"))
    #expect(try error(",split=train", "one.png").message.contains("split"))
  }

  @Test func picturesWithoutLabelsAreListedAndRead() throws {
    try write(["one.png": 1, "more/2.png": 2, "more/10.png": 3])
    try folder.write("x", to: "more/readme")
    let spec = try DatasetSpec.parse("./any.png,invert")
    guard case .bytes(let pixels) = try spec.picture(at: "\(folder.path)/one.png").pixels else {
      Issue.record("a picture has bytes")
      return
    }
    #expect(Set(pixels) == [254])
    #expect(spec.isOfSinglePictures)
    #expect(spec.pictureOptions == "invert")
    for wrong in ["first=1", "classes=0", "drop-last", "class-names=a+b", "shape=1x1x1"] {
      #expect(try !DatasetSpec.parse("./any.png,\(wrong)").isOfSinglePictures)
    }
    let more = try PictureListing(folder: "\(folder.path)/more")
    #expect(more.entries.map(\.path) == ["2.png", "10.png"].map { "\(folder.path)/more/\($0)" })
    #expect(more.classNames == nil)
    try write(["classes/b/1.png": 5, "classes/a/1.png": 4])
    let listing = try PictureListing(folder: "\(folder.path)/classes")
    #expect(listing.classNames == ["a", "b"])
    #expect(listing.entries.map(\.label) == [0, 1])
  }

  /// What was trained on one part was measured on it again.
  @Test func theTestPartOfAFolderOrFileIsKnown() throws {
    try write([
      "both/train/a/1.png": 1, "both/train/b/1.png": 2, "both/test/a/1.png": 3, "one/train/a/1.png": 4,
    ])
    func test(_ text: String) throws -> String? {
      try DatasetSpec.parse("\(folder.path)/\(text)").testSplit?.description
    }
    #expect(try test("both,split=train,resize=2,first=1") == "\(folder.path)/both,split=test,resize=2")
    for none in [
      "both,split=test", "both,split=train,normalise=own", "one,split=train", "nothing,split=train",
    ] {
      #expect(try test(none) == nil, "\(none)")
    }
    func array(_ name: String) throws -> NumPyArchive.Item {
      NumPyArchive.Item(
        name: name,
        array: name.hasSuffix("labels")
          ? try NumPyArray(shape: [1], integers: [0])
          : try NumPyArray(shape: [1, 2, 2], bytes: [1, 2, 3, 4]))
    }
    let all = try ["train_images", "train_labels", "test_images", "test_labels"].map(array)
    for (name, items) in [("all.npz", all), ("some.npz", Array(all.dropLast()))] {
      _ = try folder.write(NumPyArchive.file(of: items), to: name)
    }
    #expect(try test("all.npz,split=train") == "\(folder.path)/all.npz,split=test")
    #expect(try test("some.npz,split=train") == nil)
  }

  @Test func readsTablesOfPaths() throws {
    try write(["t/pictures/a.png": 1, "t/b.PNG": 2, "c.png": 3])
    func table(_ text: String, _ options: String = "") throws -> Dataset {
      try DataFixture.load(folder.write(text, to: "t/list.csv") + options)
    }
    let plain = try table("pictures/a.png,1\nb.PNG,0\n\(folder.path)/c.png,3\n")
    #expect(values(plain) == [1, 2, 3])
    #expect(plain.labels == [1, 0, 3])
    #expect(plain.classNames == ["0", "1", "2", "3"])
    let named = try table("name,path\r\ndog,pictures/a.png\r\ncat,b.PNG\r\n")
    #expect(named.classNames == ["cat", "dog"])
    #expect(named.labels == [1, 0])
    let ordered = try table("path,label\nb.PNG,cat\n", ",class-names=dog+cat")
    #expect(ordered.labels == [1])
    let wide = "id,label,path,weight\n7,x,b.PNG,0.5\n8,y,pictures/a.png,0.1\n"
    #expect(try table(wide).classNames == ["x", "y"])
    #expect(try table(wide, ",label-column=id").labels == [7, 8])
    #expect(try table(wide, ",label-column=0").classNames.count == 9)
    #expect(try table(wide, ",invert,resize=2").shape == Shape(channels: 1, height: 2, width: 2))
    let unclear = try #require(DataFixture.error { try table("7,x,b.PNG\n") })
    #expect(unclear.remedy?.contains("label-column=") == true)
    for column in ["path", "2", "none"] {
      #expect(try #require(DataFixture.error { try table(wide, ",label-column=\(column)") }).kind == .data)
    }
    let short = try #require(DataFixture.error { try table("b.PNG,1\npictures/a.png\n") })
    #expect(short.location?.hasSuffix("list.csv: line 2") == true)
    let missing = try #require(DataFixture.error { try table("none.png,1\n") })
    #expect(missing.kind == .missing)
    #expect(missing.description.contains("t/none.png"), "\(missing)")
    let unknown = try #require(DataFixture.error { try table("b.PNG,emu\n", ",class-names=a+b") })
    #expect(unknown.message.contains("emu"))
  }

  @Test func changesArraysToo() throws {
    let pixels = DataFixture.pixels(2, of: 12)
    let items = [
      NumPyArchive.Item(name: "x", array: try NumPyArray(shape: [2, 3, 4], bytes: pixels)),
      NumPyArchive.Item(name: "y", array: try NumPyArray(shape: [2], integers: [0, 1])),
    ]
    let path = try folder.write(NumPyArchive.file(of: items), to: "set.npz")
    let inverted = try DataFixture.load("\(path),invert")
    #expect(inverted.pixels == .bytes(pixels.map { 255 - $0 }))
    let cropped = try DataFixture.load("\(path),crop=2x1,colour=rgb")
    #expect(cropped.shape == Shape(channels: 3, height: 1, width: 2))
    #expect(cropped.pixels == .bytes([5, 6, 5, 6, 5, 6, 17, 18, 17, 18, 17, 18].map { pixels[$0] }))
    let ground = try #require(DataFixture.error { try DataFixture.load("\(path),ground=white") })
    #expect(ground.message.contains("seen through"))
    let reals = [
      NumPyArchive.Item(name: "x", array: try NumPyArray(shape: [1, 2], floats: [0.5, 1])), items[1],
    ]
    let other = try folder.write(NumPyArchive.file(of: reals), to: "reals.npz")
    #expect(try #require(DataFixture.error { try DataFixture.load("\(other),invert") }).kind == .data)
    let huge = try #require(DataFixture.error { try DataFixture.load("\(path),resize=65536x4096") })
    #expect(huge.kind == .usage)
    #expect(huge.message == "an image cannot become as large as 65536×4096")
    #expect(try DataFixture.load("strokes:test,per-class=1,resize=14").shape.height == 14)
  }
}

/// npz files with a part for each purpose.
@Suite struct ArchivePartTests {
  private func load(_ items: [(String, NumPyArray)], _ options: String) throws -> Dataset {
    let folder = try TemporaryFolder()
    let bytes = try NumPyArchive.file(of: items.map { NumPyArchive.Item(name: $0.0, array: $0.1) })
    return try DataFixture.load(folder.write(bytes, to: "set.npz") + options)
  }

  private func medMNIST() throws -> [(String, NumPyArray)] {
    try ["train", "val", "test"].enumerated().flatMap { place, part in
      [
        ("\(part)_images", try NumPyArray(shape: [1, 5, 5, 3], bytes: (0..<75).map { UInt8($0 + place) })),
        ("\(part)_labels", try NumPyArray(shape: [1, 1], bytes: [UInt8(place)])),
      ]
    }
  }

  @Test func takesThePartsOfMedMNIST() throws {
    for (place, part) in ["train", "val", "test"].enumerated() {
      let dataset = try load(medMNIST(), ",split=\(part)")
      #expect(dataset.labels == [place])
      #expect(dataset.shape == Shape(channels: 3, height: 5, width: 5))
      let red = (0..<25).map { UInt8(3 * $0 + place) }
      guard case .bytes(let pixels) = dataset.pixels else { throw PadawannError(.data, "no bytes") }
      #expect(Array(pixels[..<25]) == red)
    }
    let undecided = try #require(DataFixture.error { try load(medMNIST(), "") })
    #expect(
      undecided.remedy?.contains("Write split=train or split=val or split=test, or choose with images-key=")
        == true, "\(undecided)")
    #expect(try load(medMNIST(), ",split=val,channels=first").shape.channels == 5)
  }

  @Test func takesThePartsOfKeras() throws {
    let items = [
      ("x_train", try NumPyArray(shape: [1, 2, 2], bytes: [1, 2, 3, 4])),
      ("y_train", try NumPyArray(shape: [1], bytes: [3])),
    ]
    #expect(try load(items, ",split=train").labels == [3])
    let none = try #require(DataFixture.error { try load(items, ",split=test") })
    #expect(none.remedy?.contains("x_train") == true)
  }

  @Test func refusesSeveralLabelsPerImage() throws {
    let items = [
      ("images", try NumPyArray(shape: [2, 2, 2], bytes: [UInt8](repeating: 1, count: 8))),
      ("labels", try NumPyArray(shape: [2, 3], bytes: [0, 1, 1, 1, 0, 0])),
    ]
    let error = try #require(DataFixture.error { try load(items, "") })
    #expect(error.message.contains("3 labels per image"), "\(error)")
  }
}
