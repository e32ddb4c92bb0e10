import ArgumentParser
import Padawann

/// `padawann wann`: networks of single neurons, whose topology is searched for.
struct WannCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wann",
    abstract:
      "Weight-agnostic networks (WANN): search for graphs of single neurons, import, export, prune and tune them.",
    discussion: """
      A WANN is a graph of neurons, each with an activation of its own, whose connections share one weight; its topology is \
      searched for, and nothing is trained (Gaier and Ha, 2019; chapter 4 of the thesis). Its file (Formats/wann.md) is \
      taken by evaluate, compare, predict, stats, inspect and verify like any model.
      """,
    subcommands: [
      WannEvolveCommand.self, WannImportCommand.self, WannExportCommand.self, WannPruneCommand.self,
      WannTuneCommand.self, WannSweepCommand.self,
    ])
}
