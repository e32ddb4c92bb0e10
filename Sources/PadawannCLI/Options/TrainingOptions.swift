import ArgumentParser
public import Padawann

extension FineTuning.Profile: ExpressibleByArgument {}

/// How gradients become steps. What is not given is the command's.
struct TrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How often every image is seen.", valueName: "number"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Images of a batch.", valueName: "number"))
  var batch: Int?

  @Option(help: "sgd, nesterov, adam, adamw, adadelta.")
  var optimiser: OptimiserName?

  @Option(help: ArgumentHelp("The learning rate of the first step.", valueName: "number"))
  var rate: Double?

  @Option(
    help: ArgumentHelp("What sgd and nesterov keep of the last step (default: 0.9).", valueName: "share"))
  var momentum: Float?

  @Option(help: ArgumentHelp("The weight decay.", valueName: "number"))
  var weightDecay: Float?

  @Option(
    help: ArgumentHelp(
      "How the rate changes: constant, cosine, or step=F/N (times F after every N epochs).",
      valueName: "schedule"),
    transform: Schedule.init(argument:))
  var schedule: Schedule?

  @Option(help: "Whether dropouts drop: on, off.")
  var dropout: Switch?

  @Flag(help: "Shift every image by a pixel or not at all, at random.")
  var shifts = false

  @Option(help: "The seed of order, dropout and shifts.")
  var seed: UInt64 = 0

  enum OptimiserName: String, ExpressibleByArgument, CaseIterable {
    case sgd, nesterov, adam, adamw, adadelta

    /// The learning rate that one begins with.
    var usualRate: Double {
      switch self {
      case .sgd, .nesterov: 0.01
      case .adam, .adamw: 0.001
      case .adadelta: 1
      }
    }
  }

  enum Switch: String, ExpressibleByArgument, CaseIterable {
    case on, off
  }

  /// Changes what was given.
  ///
  /// - Parameter hasUsualRates: whether another optimiser brings the rate that is usual for it.
  /// - Throws: `ValidationError` when a momentum is given to an optimiser that has none.
  func apply(to settings: inout TrainingSettings, hasUsualRates: Bool = true) throws {
    if hasUsualRates, let optimiser { settings.rate = optimiser.usualRate }
    if let epochs { settings.epochs = epochs }
    if let batch { settings.batch = batch }
    if let rate { settings.rate = rate }
    if let schedule { settings.schedule = schedule }
    if shifts { settings.shifts = true }
    settings.seed = seed
    switch optimiser {
    case nil: break
    case .sgd: settings.optimiser = .gradientDescent(.init(momentum: 0.9))
    case .nesterov: settings.optimiser = .gradientDescent(.init(momentum: 0.9, isNesterov: true))
    case .adam: settings.optimiser = .adam()
    case .adamw: settings.optimiser = .adam(.init(weightDecay: 0.01, isDecoupled: true))
    case .adadelta: settings.optimiser = .adadelta()
    }
    settings.optimiser = try settings.optimiser.with(momentum: momentum, weightDecay: weightDecay)
  }
}

extension Optimiser {
  /// The same with another momentum or decay, where they are given.
  fileprivate func with(momentum: Float?, weightDecay: Float?) throws -> Optimiser {
    if case .gradientDescent(var settings) = self {
      if let momentum { settings.momentum = momentum }
      if let weightDecay { settings.weightDecay = weightDecay }
      return .gradientDescent(settings)
    }
    guard momentum == nil else { throw ValidationError("--momentum belongs to sgd and nesterov") }
    switch self {
    case .gradientDescent: return self
    case .adam(var settings):
      if let weightDecay { settings.weightDecay = weightDecay }
      return .adam(settings)
    case .adadelta(var settings):
      if let weightDecay { settings.weightDecay = weightDecay }
      return .adadelta(settings)
    }
  }
}

extension Schedule {
  /// - Throws: `ValidationError`.
  init(argument: String) throws {
    switch argument {
    case "constant": self = .constant
    case "cosine": self = .cosine
    default:
      guard let match = argument.wholeMatch(of: /step=([0-9.eE+-]+)\/([0-9]+)/), let factor = Double(match.1),
        let epochs = Int(match.2)
      else { throw ValidationError("--schedule is constant, cosine, or for example step=0.7/1") }
      self = .step(factor: factor, epochs: epochs)
    }
  }
}
