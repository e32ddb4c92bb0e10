import Foundation
import Testing

/// Folders of pictures on the command line.
@Suite struct PictureCommandTests {
  /// A grey PNG file of 2×2, all of it 7.
  private static let picture =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mNkZ2BiYAAAADUAC7kyCs0AAAAASUVORK5CYII="

  private func place(_ files: [String], models: Bool = false) throws -> Workplace {
    let place = try Workplace(models: models)
    let bytes = try #require(Data(base64Encoded: Self.picture))
    for file in files { try place.write(bytes, to: file) }
    return place
  }

  @Test func showsWhatAFolderHas() throws {
    let place = try place(["photos/cat/1.png", "photos/cat/2.png", "photos/dog/1.png", "one.png"])
    let shown = try place.run("data show photos/ --json").json()
    #expect(shown["shape"] as? [Int] == [1, 2, 2])
    #expect(shown["colour"] as? String == "grey")
    #expect(shown["pixel_type"] as? String == "uint8")
    let classes = try #require(shown["classes"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == ["cat", "dog"])
    #expect(classes.map { $0["images"] as? Int } == [2, 1])
    let text = try place.run("data show photos/,colour=rgb,resize=3x4")
    #expect(text.output.contains("3 of 3×4×3, uint8, rgb"), "\(text.output)")
    let one = try place.run("data show one.png")
    #expect(one.code == 64)
    #expect(one.errors.contains("a picture alone has no label"))
    // A word without a slash is a name; the remedy says how a folder is meant.
    #expect(try place.run("data show photos").errors.contains("./photos"))
  }

  @Test func namesOfClassesTravelIntoTheModel() throws {
    let files = ["cat", "dog"].flatMap { name in (0..<4).map { "photos/train/\(name)/\($0).png" } }
    let place = try place(files, models: true)
    try place.run("finetune net.h5 --task photos/,split=train,resize=28 -o heads.h5").check()
    let report = try place.run("inspect heads.h5 --json").json()
    let tasks = try #require(report["tasks"] as? [[String: Any]])
    let named = tasks.compactMap { $0["class_names"] as? [String] }
    #expect(named.contains(["cat", "dog"]), "\(report)")
  }
}
