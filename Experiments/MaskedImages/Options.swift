import ArgumentParser
import Foundation
import Kit

/// The sizes of the model and how it descends.
struct ModelOptions: ParsableArguments, BlockOptions {
  @Option(help: "Numbers of a token.") var dimension = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Numbers of a head's query or key.") var keySize = 16
  @Option(help: "Stored patterns.") var memories = 256
  @Option(help: "Blocks, each with its own weights.") var blocks = 1
  @Option(help: "Steps of a block's descent.") var steps = 12
  @Option(help: "Step size alpha.") var stepSize = 0.1

  func validate() throws { try checkBlocks() }
}

/// How the model learns.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Passes over the training images.") var epochs = 56
  @Option(help: "Images an update.") var batch = 16
  @Option(help: "Seed of all random numbers of training.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores when left out. The result does not depend on it.") var threads: Int?
  @Option(help: "Peak rate of Muon, which learns the energies' matrices.") var muonRate = 0.03
  @Option(help: "Peak rate of AdamW, which learns all other parameters.") var rate = 0.01
  @Option(help: "Weight of the error of visible patches in the loss.") var visibleWeight = 0.3
  @Option(help: "Deviation of the first queries, keys and memories.") var weightDeviation = 0.03
  @Option(help: "Share of the updates with a third of the steps, each three times as long.")
  var shortShare = 0.7

  func validate() throws {
    try checkRanges([
      ("epochs", epochs, 1...1_000_000), ("batch", batch, 1...1_000_000), ("threads", threads ?? 1, 1...1024),
    ])
    try checkRanges([
      ("muon-rate", muonRate, .positiveOrZero), ("rate", rate, .positiveOrZero),
      ("weight-deviation", weightDeviation, .positiveOrZero),
      ("visible-weight", visibleWeight, .positiveOrZero),
      ("short-share", shortShare, .range(0...1)),
    ])
  }
}

/// What is read and written.
struct OutputOptions: ParsableArguments, RecordedOptions {
  @Option(help: "Folder for the page, figures and records.") var output = defaultOutput(MaskedImages.self)
  @Option(
    help: ArgumentHelp(
      "Checkpoint file; the output folder's checkpoint.safetensors when left out.",
      discussion: """
        With --evaluate-only also a model.safetensors that a run wrote; when left out, that of the output folder if it \
        holds no checkpoint.
        """))
  var checkpoint: String?
  @OptionGroup var resumption: ResumeOption
  @Flag(help: "Load a checkpoint, or the weights of one, and only evaluate.") var evaluateOnly = false
  @Flag(
    help:
      "Also tune and train, from several seeds, this model and a conventional transformer of the same size and time."
  )
  var compare = false
  @Option(help: "With --compare: trainings of each method, each from another seed.") var seeds = 3
  @Option(
    help:
      "With --compare: settings tried for each method on held-back training images; 1 for the options' alone."
  )
  var trials = 4
  @Option(help: "With --compare: share of the updates that a trial takes.") var trialShare = 0.1
  @Flag(help: "A small version of everything, to see that it works: its figures mean nothing.")
  var quick = false
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    if resume && evaluateOnly { throw ValidationError("--resume and --evaluate-only exclude each other") }
    if compare && evaluateOnly {
      throw ValidationError("--compare trains, so it has no meaning with --evaluate-only")
    }
    try checkRanges([("seeds", seeds, 1...1_000), ("trials", trials, 1...1_000)])
    try checkRanges([("trial-share", trialShare, .part)])
    try checkNames([("output", output), ("checkpoint", checkpoint)])
  }

  var resume: Bool { resumption.resume }

  var checkpointPath: String { checkpoint ?? "\(output)/checkpoint.safetensors" }

  /// The file of a model that is only evaluated.
  var evaluatedPath: String {
    let weights = "\(output)/\(WeightsFile.name)"
    func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    return checkpoint == nil && !isThere(checkpointPath) && isThere(weights) ? weights : checkpointPath
  }

  var recordedOtherwise: [String: String?] { ["checkpoint": nil] }
}
