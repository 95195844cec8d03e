import ArgumentParser

/// Whether a command continues what an interrupted run of it left.
package struct ResumeOption: ParsableArguments {
  @Flag(
    help: "Go on with an interrupted run in the output folder; the same options give the same results as an unbroken one.")
  package var resume = false

  package init() {}
}
