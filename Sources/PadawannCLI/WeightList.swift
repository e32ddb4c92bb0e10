import ArgumentParser
import Padawann

/// Shared weights on a command line: numbers separated by commas.
struct WeightList: ExpressibleByArgument, CustomStringConvertible {
  var values: [Float]

  init(values: [Float]) { self.values = values }

  /// `nil` unless there are 1 to 64 finite numbers, none of them zero.
  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Float($0) }
    guard values.count == parts.count, (1...64).contains(values.count),
      values.allSatisfy({ $0.isFinite && $0 != 0 })
    else { return nil }
    self.values = values
  }

  var description: String { values.map(Format.weight).joined(separator: ",") }
  var defaultValueDescription: String { description }
}
