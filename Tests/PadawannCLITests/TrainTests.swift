import Foundation
import Padawann
import Testing

/// Training from nothing, on drawn characters.
@Suite struct TrainTests {
  private static let train =
    "train --arch demo-net.json --data strokes:train,per-class=40 --epochs 8 --batch 20"
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

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
