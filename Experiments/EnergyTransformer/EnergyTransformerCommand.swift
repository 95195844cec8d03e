import ArgumentParser

/// Uses a trained model, instead of studying one.
@main
struct EnergyTransformerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy-transformer",
    abstract:
      "Complete pictures of your own with a trained Energy Transformer, in a file or in a local page.",
    subcommands: [Complete.self, Serve.self])
}
