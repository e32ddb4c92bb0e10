extension PopulationJudge {
  /// What finds the saliency of edges on the images by which individuals are judged.
  ///
  /// Of several shared weights it is that of the middle magnitude; the logits are scaled, so that it hardly matters which.
  ///
  /// - Parameters:
  ///   - images: how many are looked at for each genome.
  ///   - seed: of the draw of images.
  /// - Throws: as ``SaliencyProbe/init(_:magnitude:on:images:seed:threads:instructionSet:)``.
  func saliencyProbe(images: Int, seed: UInt64) throws(PadawannError) -> SaliencyProbe {
    let magnitude: Magnitude
    switch values {
    case .shared(let weights):
      let ordered = weights.sorted { $0.magnitude < $1.magnitude }
      magnitude = .shared(ordered[ordered.count / 2])
    case .pretrained, .random: magnitude = .own
    }
    return try SaliencyProbe(
      body.network, magnitude: magnitude,
      on: tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }, images: images, seed: seed,
      threads: inference.threads, instructionSet: inference.instructionSet)
  }
}

extension EvolutionRun {
  /// Tells the evolution every saliency that it wants for its next generation.
  ///
  /// All genomes of a generation are measured on the same images, those of another on others.
  ///
  /// - Returns: what it took; `nil` when none was wanted.
  /// - Throws: as ``SaliencyProbe/saliency(of:draw:)``.
  mutating func prune() throws -> EvolutionLogLine.Gradients? {
    guard evolution.saliencyWanted != nil, let images = plan.gradientImages else { return nil }
    let probe = try judge.saliencyProbe(images: images, seed: plan.evolution.seed)
    let draw = evolution.champion == nil ? 0 : UInt64(evolution.generation + 1)
    var genomes = 0
    while let genome = evolution.saliencyWanted {
      let layers = try probe.saliency(of: genome.masks, draw: draw)
      try evolution.tell(saliency: EdgeSaliency(layers, of: genome.layout))
      genomes += 1
    }
    return EvolutionLogLine.Gradients(genomes: genomes, images: genomes * probe.imagesPerMask)
  }
}
