import ArgumentParser

@main
struct MaskedImages: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "masked-images")
  func run() throws {}
}
