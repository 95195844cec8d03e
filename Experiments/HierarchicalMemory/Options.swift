import ArgumentParser
import Kit

/// The layers of the memory and how it descends.
struct MemoryOptions: ParsableArguments {
  @Option(help: "Channels of the layer of features.") var features = 16
  @Option(help: "Side of the convolution's kernels.") var kernel = 5
  @Option(help: "Pixels from one window of the convolution to the next.") var stride = 2
  @Option(help: "Neurons of the hidden layer.") var hidden = 256
  @Option(help: "Steps of a descent.") var steps = 12
  @Option(help: "Step size alpha.") var stepSize = 0.3

  func validate() throws {
    try checkRanges([
      ("features", features, 1...4096), ("kernel", kernel, 1...64), ("stride", stride, 1...64),
      ("hidden", hidden, 1...100_000), ("steps", steps, 1...10_000),
    ])
    try checkRanges([("step-size", stepSize, .above(0, upTo: 10))])
  }
}

/// How the memory learns.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Passes over the training images.") var epochs = 20
  @Option(help: "Images an update.") var batch = 16
  @Option(help: "Peak rate of AdamW.") var rate = 0.003
  @Option(help: "Weight decay of AdamW.") var weightDecay = 0.01

  func validate() throws {
    try checkRanges([
      ("epochs", epochs, 1...1_000_000), ("batch", batch, 1...1_000_000),
    ])
    try checkRates([("rate", rate), ("weight-decay", weightDecay)])
  }
}

/// What the page compares with.
struct BlockOption: ParsableArguments, RecordedOptions {
  @Option(
    help: ArgumentHelp(
      "The record of a masked-images run on the same images, whose error the page compares with.",
      discussion:
        "When left out: that of Runs/masked-images, and where there is none that of Results/masked-images."))
  var block: String?

  /// Where it lies.
  var path: String { FormerRun.path(block, else: "masked-images/run.json") }

  func validate() throws { try checkNames([("block", block)]) }

  var recordedOtherwise: [String: String?] { ["block": nil] }
}
