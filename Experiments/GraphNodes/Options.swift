import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// Which graph, and which of its nodes are learned from.
struct DataOptions: ParsableArguments, RecordedOptions {
  @Option(help: "A safetensors graph file; a generated graph of communities when left out.")
  var data: String?
  @Option(parsing: .upToNextOption, help: "Shares of the nodes to learn from, one or several.")
  var trainingShare = [0.01, 0.4]
  @Option(help: "Random splits for each share; results are means over them.") var splits = 5
  @Option(help: "Share of the nodes set aside for tuning, which never score; 0 for none.")
  var tuningShare = 0.25
  @Option(help: "Random splits of the nodes set aside, on which trials are judged.") var tuningSplits = 2
  @Option(help: "Laplacian eigenvectors that tell the Energy Transformer where a node stands.")
  var positions = 0

  func validate() throws {
    try checkNames([("data", data)])
    if trainingShare.isEmpty { throw ValidationError("--training-share needs at least one number") }
    try checkRanges(trainingShare.map { ("training-share", $0, .between(0, 1)) })
    if Set(trainingShare.map(percentName)).count < trainingShare.count {
      throw ValidationError("--training-share has the same share twice")
    }
    if tuningShare != 0 { try checkRanges([("tuning-share", tuningShare, .range(0.01...0.9))]) }
    try checkRanges([
      ("splits", splits, 1...1_000), ("tuning-splits", tuningSplits, 1...1_000),
      ("positions", positions, 0...1_000),
    ])
  }

  var recordedOtherwise: [String: String?] { ["data": String(lastPartOf: data) ?? "generated"] }
}

/// The sizes of the Energy Transformer and how it descends.
struct ModelOptions: ParsableArguments, BlockOptions {
  @Option(help: "Numbers of a token.") var dimension = 32
  @Option(help: "Attention heads.") var heads = 2
  @Option(help: "Numbers of a head's query or key.") var keySize = 16
  @Option(help: "Stored patterns.") var memories = 64
  @Option(help: "Blocks, each with its own weights.") var blocks = 1
  @Option(help: "Steps of a block's descent.") var steps = 2
  @Option(help: "Step size alpha.") var stepSize = 1.0
  @Option(help: "Deviation sigma of the noise sqrt(alpha) sigma after each step of training.")
  var noise = 0.02
  @Option(help: "Share of hidden units that training leaves out, in every model that has some.")
  var dropout = 0.5
  @Option(help: "Read beside the last step: first-step; start for before it; tokens for both without norm.")
  var readOut = "first-step"
  @Flag(help: "Read the node's own shares of the energy too, before the first step and after the last.")
  var readEnergies = false
  @Option(help: "Share of the features that training leaves out, in every model.")
  var inputDropout = 0.0

  func validate() throws {
    try checkBlocks()
    try checkRanges([
      ("noise", noise, .range(0...1e6)), ("dropout", dropout, .share),
      ("input-dropout", inputDropout, .share),
    ])
    if readOut != "first-step" && readOut != "start" && readOut != "tokens" {
      throw ValidationError("--read-out must be first-step, start or tokens, not \(readOut)")
    }
  }
}

/// How models learn.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Updates at most, each on all training nodes.") var epochs = 200
  @Option(help: "Updates without a better validation score after which a training ends.") var patience = 40
  @Option(help: "Trainings of every model on every split, each from other weights.") var seeds = 3
  @Option(help: "Settings of rate, decay and dropouts that every model tries; the first is the options'.")
  var trials = 8
  @Option(help: "Rate of AdamW.") var rate = 0.01
  @Option(help: "Weight decay of AdamW, on matrices.") var weightDecay = 0.01
  @Option(help: "Share of the nodes masked at a time where no labels are used.") var mask = 0.2
  @Option(help: "Updates of the training without labels.") var maskEpochs = 100
  @Option(help: "Trainings without labels, each from other weights; 0 for none.") var unlabelledRuns = 3
  @Option(help: "Seed of all random numbers.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores when left out. The result does not depend on it.") var threads: Int?

  func validate() throws {
    let counts = 1...1_000_000
    try checkRanges([
      ("epochs", epochs, counts), ("patience", patience, counts), ("mask-epochs", maskEpochs, counts),
      ("seeds", seeds, 1...1_000), ("trials", trials, 1...1_000),
      ("unlabelled-runs", unlabelledRuns, 0...1_000), ("threads", threads ?? 1, 1...1024),
    ])
    try checkRanges([
      ("rate", rate, .rate), ("weight-decay", weightDecay, .rate), ("mask", mask, .above(0, upTo: 0.5)),
    ])
  }
}

/// What is written.
struct OutputOptions: ParsableArguments {
  @Option(help: "Folder for the page, figures and records; Runs/graph-nodes-<set> when left out.")
  var output: String?
  @OptionGroup var resumption: ResumeOption
  @Flag(help: "A few epochs and splits, and a small generated graph, to see that everything works.")
  var quick = false
  @Flag(inversion: .prefixedNo, help: "Train the models to compare with.") var baselines = true
  @OptionGroup var writing: WritingOptions

  func validate() throws { try checkNames([("output", output)]) }
}

/// A part of the nodes as it ends names of results: 0.4 is `40`, 0.005 is `0_5`.
func percentName(_ fraction: Double) -> String {
  NumberText.percent(fraction).dropLast(2).split(separator: ".").joined(separator: "_")
}
