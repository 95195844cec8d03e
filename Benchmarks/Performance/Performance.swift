import ArgumentParser
import Kit
import Reporting

/// How fast is the library beside other systems that do the same work?
@main
struct Performance: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "performance",
    abstract: "Measure the library beside JAX and PyTorch, in turns, and write tables and curves.",
    version: SoftwareVersions.library,
    subcommands: [
      Compare.self, Graphs.self, Layered.self, LongRun.self, Sums.self, Worker.self, Repeat.self,
    ],
    defaultSubcommand: Compare.self)
}
