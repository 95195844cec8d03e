import ArgumentParser
import Kit
import Reporting

/// Uses a trained model, instead of studying one.
@main
struct EnergyTransformerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy-transformer",
    abstract:
      "Complete pictures of your own with a trained Energy Transformer, in a file or in a local page.",
    version: SoftwareVersions.library, subcommands: [Complete.self, Serve.self])

  static func main() async {
    await main(attachingNegativeNumbers(Array(CommandLine.arguments.dropFirst())))
  }
}
