package import ArgumentParser

/// Where a command writes, and how it computes: options that are the same for commands of one seed.
///
/// Results lie in a folder of the command's name, which git ignores, unless told otherwise.
package struct RunOptions<Command: ParsableCommand>: ParsableArguments {
  @Option(help: "Folder for the page, figures and records.")
  package var output = defaultOutput(Command.self)
  @Option(help: "Seed of all random numbers.")
  package var seed: UInt64 = 0
  @Option(help: "Threads; all cores when left out. No number but the times depends on it.")
  package var threads: Int?
  @Flag(help: "A small version of everything, to see that it works: its figures mean nothing.")
  package var quick = false
  @OptionGroup package var writing: WritingOptions

  package init() {}

  package func validate() throws {
    try checkNames([("output", output)])
    try checkRanges([("threads", threads ?? 1, 1...1_024)])
  }
}

/// The folder that a command writes to when no option names one.
package func defaultOutput(_ command: any ParsableCommand.Type) -> String {
  "Runs/\(command.configuration.commandName ?? "")"
}
