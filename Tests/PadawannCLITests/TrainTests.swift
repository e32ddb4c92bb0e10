import Foundation
import Padawann
import Testing

/// Training from nothing, on drawn characters.
@Suite struct TrainTests {
  private static let train =
    "train --arch demo-net.json --data strokes:train,per-class=40 --epochs 8 --batch 20"
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: place.folder.appendingPathComponent(name).path)
  }

  @Test func killedTrainingGoesOnToTheSameModel() throws {
    let whole = try place.run("\(Self.train) -o model.h5 --json").check().output
    let bytes = try place.bytes("model.h5")
    try FileManager.default.removeItem(at: place.folder.appendingPathComponent("model.h5"))
    var generator = SystemRandomNumberGenerator()
    let command = "\"$PADAWANN\" \(Self.train) -o model.h5 --run state --json"
    var killed = 0
    for attempt in 0..<10 {
      let seconds = Double.random(in: 0.05...0.4, using: &generator)
      let outcome = try place.shell(
        "\(command) --threads \(1 + attempt % 2) & pid=$!; sleep \(seconds); kill -9 $pid; wait $pid")
      if outcome.code == 137 { killed += 1 }
      if has("model.h5") { break }
    }
    #expect(killed > 0)
    #expect(try place.shell(command).check().output == whole)
    #expect(try place.bytes("model.h5") == bytes)
  }

  @Test func aCheckpointOfAnotherTrainingIsRefused() throws {
    let begin = "\"$PADAWANN\" \(Self.train) -o model.h5 --run state"
    let stopped = try place.shell(
      "\(begin) & pid=$!; until [ -e state/checkpoint.h5 ]; do sleep 0.01; done; kill -TERM $pid; wait $pid")
    try #require(stopped.code == 75, "\(stopped.errors)")
    #expect(stopped.errors.contains("nothing is lost"))
    let state = try place.bytes("state/checkpoint.h5")
    for change in ["--seed 4", "--rate 0.5", "--dropout off", "--shifts", "--epochs 9"] {
      let plain =
        change.hasPrefix("--epochs")
        ? Self.train.replacing("--epochs 8", with: change) : "\(Self.train) \(change)"
      let outcome = try place.run("\(plain) -o model.h5 --run state")
      #expect(outcome.code == 73 && outcome.errors.contains("state"), "\(outcome.errors)")
    }
    for offset in stride(from: 0, to: state.count, by: state.count / 20) {
      var damaged = state
      damaged[offset] ^= 8
      try place.write(damaged, to: "state/checkpoint.h5")
      #expect(try place.run("\(Self.train) -o model.h5 --run state").code == 65, "byte \(offset)")
    }
    // A file that is something else is not written over.
    let model = try place.bytes("net.h5")
    #expect(try place.run("\(Self.train) -o model.h5 --run net.h5").code == 73)
    #expect(try place.bytes("net.h5") == model)
    try place.write(state, to: "state/checkpoint.h5")
    let done = try place.run("\(Self.train) -o model.h5 --run state").check()
    #expect(done.errors.contains("going on after step"))
  }
}
