import ArgumentParser
import Reporting

/// What a command may replace, and what it prints.
package struct WritingOptions: ParsableArguments {
  @Flag(help: "Replace the results of another run in the output folder.")
  package var overwrite = false
  @Flag(help: "Print results and errors only: no lines of progress, no remarks.")
  package var quiet = false

  package init() {}

  package init(overwrite: Bool, quiet: Bool) { (self.overwrite, self.quiet) = (overwrite, quiet) }

  /// Makes the process quiet where that is asked for: before any work, whose remarks would come before a command could.
  package func validate() { if quiet { ProgressLine.isQuiet = true } }
}

/// Prints what a user may want to know but has not asked for; nothing where the process is quiet.
package func remark(_ text: String) {
  if !ProgressLine.isQuiet { print(text) }
}
