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

  /// The model of signs with its biases and batch normalisations corrected by images, at its only shared weight; one that has its
  /// own weights is ``converted(by:on:threads:instructionSet:)`` first.
  ///
  /// - Parameter teacher: whose means the biases are corrected to; batch normalisations alone are measured without one.
  /// - Throws: as ``Calibration/calibrated(_:like:on:threads:instructionSet:)``, and ``PadawannError`` `usage` when several shared
  ///   weights may be meant, or a model with its own weights has a teacher.
  package func calibrated(
    by calibration: Calibration, like teacher: Network?, on datasets: [Dataset], threads: Int = 1,
    instructionSet: InstructionSet = .best
  ) throws(PadawannError) -> Model {
    guard !network.hasOwnValuesOnly else {
      guard teacher == nil else {
        throw PadawannError(
          .usage, "a teacher is for a model of signs, and this one has its own weights",
          remedy: "Leave the teacher out")
      }
      var conversion = SignConversion()
      conversion.calibration = calibration
      return try converted(by: conversion, on: datasets, threads: threads, instructionSet: instructionSet)
    }
    guard teacher != nil || network.hasStatistics else {
      throw PadawannError(
        .usage,
        "nothing of this model is measured by images alone: it has no batch normalisations, or they are folded",
        remedy: "Name the trained network that it was made of as its teacher")
    }
    let network = try network.absorbing(onlyMagnitude())
    return try folded(
      calibration.calibrated(
        network, like: teacher, on: datasets, threads: threads, instructionSet: instructionSet))
  }

  private func folded(_ network: Network) throws(PadawannError) -> Model {
    let folded = try network.folded()
    var model = made(folded.network, sharedWeights: [folded.sharedWeight])
    (model.normalisation, model.classNames) = (statedNormalisation, statedClassNames)
    model.provenance = provenance
    return model
  }
}
