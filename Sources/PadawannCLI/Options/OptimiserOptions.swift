import ArgumentParser
import Padawann

/// How gradients become steps.
struct OptimiserOptions: ParsableArguments {
  /// The optimisers.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case adadelta, adam, adamw, sgd
  }

  @Option(help: "The optimiser: \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var optimiser = Kind.adadelta

  @Option(help: "The learning rate (default: 1 for adadelta, 0.001 for adam and adamw, 0.01 for sgd).")
  var rate: Double?

  @Option(help: "The momentum of sgd.")
  var momentum: Float = 0

  @Flag(help: "Nesterov's momentum.")
  var nesterov = false

  @Option(help: "The weight decay.")
  var weightDecay: Float = 0

  @Option(
    help: ArgumentHelp(
      "The learning rate is constant, falls to 0 (cosine), or is multiplied after every pass: step:FACTOR.",
      valueName: "schedule"), transform: ScheduleText.init)
  var schedule = ScheduleText(.step(factor: 0.7, passes: 1), "step:0.7")

  func validate() throws {
    guard kind == .sgd || (momentum == 0 && !nesterov) else {
      throw ValidationError("--momentum and --nesterov belong to --optimiser sgd")
    }
  }

  private var kind: Kind { optimiser }

  var learningRate: Double {
    if let rate { return rate }
    switch kind {
    case .adadelta: return 1
    case .adam, .adamw: return 0.001
    case .sgd: return 0.01
    }
  }

  var settings: [Provenance.Setting] {
    var settings = [Provenance.Setting("optimiser", kind.rawValue), .init("rate", "\(learningRate)")]
    if kind == .sgd { settings += [.init("momentum", "\(momentum)"), .init("nesterov", "\(nesterov)")] }
    return settings + [.init("weight-decay", "\(weightDecay)"), .init("schedule", schedule.description)]
  }
}

extension OptimiserOptions {
  /// What the library calls it.
  var choice: Optimiser {
    switch optimiser {
    case .adadelta: .adadelta(.init(weightDecay: weightDecay))
    case .adam: .adam(.init(weightDecay: weightDecay))
    case .adamw: .adam(.init(weightDecay: weightDecay, isDecoupled: true))
    case .sgd: .gradientDescent(.init(momentum: momentum, weightDecay: weightDecay, isNesterov: nesterov))
    }
  }
}

/// A schedule on a command line.
struct ScheduleText: CustomStringConvertible {
  let schedule: Schedule
  let description: String

  init(_ schedule: Schedule, _ description: String) {
    self.schedule = schedule
    self.description = description
  }

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    description = argument
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("constant", 1): schedule = .constant
    case ("cosine", 1): schedule = .cosine
    case ("step", 2):
      guard let factor = Double(parts[1]), factor > 0, factor <= 1 else { fallthrough }
      schedule = .step(factor: factor, passes: 1)
    default:
      throw ValidationError("give constant, cosine or step:FACTOR with a factor above 0 and up to 1")
    }
  }
}
