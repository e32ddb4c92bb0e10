import Foundation
import Padawann

/// Evaluates one model over one dataset whenever it is told to, so that another process can take turns with its peers.
///
///     EngineBenchmark MODEL DATASET
///     EngineBenchmark load MODEL…
///
/// The second form says what reading and verifying each file takes: milliseconds of CPU time, the median and the least of 41 times.
///
/// Each line of standard input is `THREADS WEIGHT…`. Each line of standard output is a JSON object with the seconds that the
/// evaluation took (`wall`, and `cpu` of all threads together) and, apart from those, the seconds of preparing the network
/// (`prepare`) and the bytes of activations of one thread (`workspace`). `child THREADS WEIGHT…` does what evolution does
/// with a new child, preparing it included. The first line describes the model. `logits FILE WEIGHT` writes the logits as
/// little-endian `Float`.
@main struct EngineBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    if arguments.count > 2, arguments[1] == "load" { return try load(arguments.dropFirst(2)) }
    guard arguments.count == 3 else { throw PadawannError(.usage, "EngineBenchmark MODEL DATASET") }
    var network = try ModelFile.read(arguments[1]).model.network
    // What reading and verifying takes, without starting the process and its libraries.
    let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
    for _ in 0..<8 { network = try ModelFile.read(arguments[1]).model.network }
    let load = (seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / 8
    let folder = DataFolder(path: FileManager.default.currentDirectoryPath)
    let dataset = try DatasetSpec.parse(arguments[2]).load(from: folder)
    let set = try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    print(#"{"set": "\#(set.rawValue)", "images": \#(dataset.count), "load": \#(load)}"#)
    fflush(nil)
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3, words[0] == "logits", let weight = Float(words[2]) {
        try await write(network, dataset, weight, set, to: words[1])
      } else if words.first == "child", let threads = words.dropFirst().first.flatMap({ Int($0) }) {
        try await evaluateChild(network, dataset, words.dropFirst(2).compactMap { Float($0) }, threads, set)
      } else if let threads = words.first.flatMap({ Int($0) }) {
        try await measure(network, dataset, words.dropFirst().compactMap { Float($0) }, threads, set)
      }
      fflush(nil)
    }
  }

  static func load(_ paths: ArraySlice<String>) throws {
    for path in paths {
      var times: [Double] = []
      for _ in 0..<41 {
        let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
        _ = try ModelFile.read(path)
        times.append(1000 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - start))
      }
      times.sort()
      print("\(path): \(times[20]) ms, least \(times[0])")
    }
  }

  static func measure(
    _ network: Network, _ dataset: Dataset, _ weights: [Float], _ threads: Int, _ set: InstructionSet
  ) async throws {
    let magnitudes = weights.map(Magnitude.shared)
    let before = seconds(CLOCK_MONOTONIC)
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset, using: set)
    let prepare = seconds(CLOCK_MONOTONIC) - before
    let (wall, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    let inference = Inference(threads: threads, instructionSet: set)
    let result = try await inference.predictions(by: engine, on: dataset)
    let took = (seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
    let sizes = #""weights": \#(result.count), "workspace": \#(engine.workspaceBytes)"#
    print(#"{"wall": \#(took.0), "cpu": \#(took.1), "prepare": \#(prepare), \#(sizes)}"#)
  }

  static func evaluateChild(
    _ network: Network, _ dataset: Dataset, _ weights: [Float], _ threads: Int, _ set: InstructionSet
  ) async throws {
    let (wall, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    let inference = Inference(threads: threads, instructionSet: set)
    let losses = try await inference.evaluate(
      [network], on: dataset, magnitudes: weights.map(Magnitude.shared)
    ) { _, predictions in
      try predictions.map { try Scores(of: $0).crossEntropy }
    }
    let took = (seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
    print(#"{"wall": \#(took.0), "cpu": \#(took.1), "losses": \#(losses[0].map { $0 ?? .infinity })}"#)
  }

  static func write(
    _ network: Network, _ dataset: Dataset, _ weight: Float, _ set: InstructionSet, to path: String
  ) async throws {
    let inference = Inference(threads: 1, instructionSet: set)
    let result = try await inference.predictions(of: network, on: dataset, magnitudes: [.shared(weight)])
    let bytes = result[0].logits.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    print("{}")
  }

  static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
