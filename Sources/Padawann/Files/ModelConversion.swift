extension Model {
  /// The model of signs that this one, which has its own weights, becomes in one step, with one shared weight.
  ///
  /// - Parameters:
  ///   - conversion: how.
  ///   - datasets: images of a calibration.
  ///   - threads: how many compute. It never changes the result.
  ///   - instructionSet: which vector instructions are used.
  /// - Throws: as ``SignConversion/converted(_:on:threads:instructionSet:)``.
  package func converted(
    by conversion: SignConversion, on datasets: [Dataset] = [], threads: Int = 1,
    instructionSet: InstructionSet = .best
  ) throws(PadawannError) -> Model {
    let network = try conversion.converted(
      network, on: datasets, threads: threads, instructionSet: instructionSet)
    return try folded(network)
  }

  /// The model of signs with its biases and batch normalisations corrected by images, at its only shared weight.
  ///
  /// - Parameter teacher: whose means the biases are corrected to; batch normalisations alone are measured without one.
  /// - Throws: as ``Calibration/calibrated(_:like:on:threads:instructionSet:)``, and ``PadawannError`` `usage` when several shared
  ///   weights may be meant.
  package func calibrated(
    by calibration: Calibration, like teacher: Network?, on datasets: [Dataset], threads: Int = 1,
    instructionSet: InstructionSet = .best
  ) throws(PadawannError) -> Model {
    let network = try network.absorbing(onlyMagnitude())
    return try folded(
      calibration.calibrated(
        network, like: teacher, on: datasets, threads: threads, instructionSet: instructionSet))
  }

  private func folded(_ network: Network) throws(PadawannError) -> Model {
    let folded = try network.folded()
    var model = made(folded.network, sharedWeights: [folded.sharedWeight])
    model.provenance = provenance
    return model
  }

  /// The only shared weight.
  ///
  /// - Throws: ``PadawannError`` `usage` when several may be meant.
  package func onlyMagnitude() throws(PadawannError) -> Magnitude {
    guard sharedWeights.count == 1 else {
      let list = sharedWeights.map { "\($0)" }.joined(separator: ", ")
      let others = tasks.isEmpty ? "" : ", and its tasks do not agree which is best"
      throw PadawannError(
        .usage, "the model has \(sharedWeights.count) shared weights (\(list))\(others)",
        remedy: "Say which one is meant", choice: .sharedWeight)
    }
    return .shared(sharedWeights[0])
  }
}
