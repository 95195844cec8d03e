import ArgumentParser

@main
struct Descend: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "descend")
  func run() throws {}
}
