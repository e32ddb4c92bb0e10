import ArgumentParser

@main
struct PadawannCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "padawann",
    abstract: "Neural networks of one sign bit and one mask bit per edge.",
    version: "0.1.0")
}
