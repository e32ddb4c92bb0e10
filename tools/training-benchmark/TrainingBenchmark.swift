import Foundation
import Padawann

/// Trains a network whenever it is told to, so that another process can take turns with PyTorch.
///
///     training-benchmark ARCHITECTURE BATCH ORDER THREADS
///
/// ARCHITECTURE is a name or a JSON file, ORDER `position` or `fastest`. Each line of standard input is a number of steps: each
/// step goes forward and backward to all weights, biases, scales and shifts, with batch normalisations in training mode, and
/// changes them all by Adam. Each line of standard output is a JSON object with the seconds that they took, `cpu` and `wall`,
/// and the last `loss`. The images are random.
@main struct TrainingBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let batch = Int(arguments[2]), let threads = Int(arguments[4]) else {
      throw PadawannError(.usage, "training-benchmark ARCHITECTURE BATCH position|fastest THREADS")
    }
    let architecture =
      try Preset(rawValue: arguments[1])?.architecture
      ?? ArchitectureFile.architecture(json: Array(Data(contentsOf: URL(fileURLWithPath: arguments[1]))))
    let network = try Network.initialised(architecture, seed: 1)
    var trainer = try Trainer(
      network, on: [TrainingTask(try images(architecture, count: batch * 4))],
      settings: TrainingSettings(optimiser: .adam(), rate: 0.001, epochs: 100_000, batch: batch),
      threads: threads,
      instructionSet: InstructionSet(
        named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"]),
      gradients: arguments[3] == "fastest" ? .fastest : .byPosition)
    while let line = readLine() {
      let (cpu, wall) = (seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
      var loss = 0.0
      for _ in 0..<(Int(line) ?? 1) { loss = try trainer.advance().loss }
      let took = (cpu: seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall: seconds(CLOCK_MONOTONIC) - wall)
      print(#"{"cpu": \#(took.cpu), "wall": \#(took.wall), "loss": \#(loss)}"#)
      fflush(nil)
    }
  }

  private static func images(_ architecture: Architecture, count: Int) throws -> Dataset {
    var generator = SystemRandomNumberGenerator()
    let pixels = (0..<(count * architecture.input.count)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    let classes = architecture.outputs
    return try Dataset(
      name: "random", shape: architecture.input, pixels: .bytes(pixels),
      labels: (0..<count).map { $0 % classes },
      classNames: (0..<classes).map { "\($0)" }, normalisation: .mnist)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
