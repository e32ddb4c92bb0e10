// What a run was begun with, on its way to the ranks that compute for it.
extension RunStart {
  /// The configuration and the models to start from; data every rank loads itself.
  var sent: [UInt8] {
    get throws {
      var writer = ByteWriter()
      writer.append(configuration.kind.rawValue)
      writer.append(list: try RunJSON.bytes(configuration, isPretty: false))
      writer.append(UInt32(parents.count))
      for parent in parents { writer.append(list: try ModelFile.encoded(parent)) }
      return writer.bytes
    }
  }

  /// Loads the data that the run is about, which must be what it was begun with.
  ///
  /// - Throws: ``PadawannError`` `data` for other data, `missing` where there is none.
  fileprivate init(sent reader: inout ByteReader, _ environment: RunEnvironment) throws(PadawannError) {
    let configuration = try RunJSON.value(RunConfiguration<Settings>.self, try reader.list(), at: "the run")
    var parents: [Model] = []
    for _ in 0..<(try reader.count()) {
      parents.append(try ModelFile.model(encoded: try reader.list()).model)
    }
    try self.init(configuration, parents, environment)
  }
}

/// What computes the pieces of a run that another rank leads.
///
/// - Parameter task: what its ``PieceSharing/begin(_:)`` was given.
/// - Throws: as ``RunStart/init(_:in:_:)``; ``PadawannError`` `unsupported` for a run that is not cut into pieces.
package func pieceComputer(of task: [UInt8], _ environment: RunEnvironment) throws -> any PieceComputer {
  var reader = ByteReader(task)
  let kind = RunKind(rawValue: try reader.text())
  let computer: (any PieceComputer)? =
    switch kind {
    case .evolve: try EvolutionJob.computer(RunStart(sent: &reader, environment), environment)
    case .wann: try WannJob.computer(RunStart(sent: &reader, environment), environment)
    case .learn, .train, .finetune, nil: nil
    }
  guard let computer else { throw PadawannError(.unsupported, "a run of this kind is not cut into pieces") }
  return computer
}
