import ArgumentParser

@main
struct ResultsTables: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "results-tables")
  func run() throws {}
}
