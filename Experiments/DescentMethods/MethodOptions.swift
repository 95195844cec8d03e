import ArgumentParser
import Kit

/// The model, the images for tuning and what is written.
struct MethodOptions: ParsableArguments {
  @OptionGroup var trained: TrainedModelOption
  @Option(help: "Training images on which settings are chosen.") var tuningImages = 200
  @Option(
    help: "By how much an error may exceed that of the trained steps and still be the same, as a share.")
  var slack = 0.05
  @Option(help: "Rounds of timing; each descent's least time counts.") var rounds = 5
  @Option(help: "Threads; all cores when left out. No number but the times depends on it.") var threads: Int?
  @Option(help: "Folder for the page, figures and records.")
  var output = defaultOutput(DescentMethods.self)
  @Flag(help: "A small version of everything, to see that it works: its figures mean nothing.")
  var quick = false
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    try checkRanges([
      ("tuning-images", tuningImages, 1...1_000_000), ("rounds", rounds, 1...1000),
      ("threads", threads ?? 1, 1...1024),
    ])
    try checkRanges([("slack", slack, .range(0...100))])
    try checkNames([("output", output)])
  }
}
