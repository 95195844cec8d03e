import ArgumentParser
import Kit

/// The sizes of the model and how it descends.
struct ModelOptions: ParsableArguments {
  @Option(help: "Numbers of a token.") var dimension = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Numbers of a head's query or key.") var keySize = 16
  @Option(help: "Stored patterns.") var memories = 256
  @Option(help: "Blocks, each with its own weights.") var blocks = 1
  @Option(help: "Steps of a block's descent.") var steps = 12
  @Option(help: "Step size alpha.") var stepSize = 0.1

  func validate() throws {
    for (name, value) in [
      ("dimension", dimension), ("heads", heads), ("key-size", keySize), ("memories", memories),
      ("blocks", blocks), ("steps", steps),
    ] where value < 1 || value > 1 << 16 {
      throw ValidationError("--\(name) must lie in 1 ... \(1 << 16), not \(value)")
    }
    let parameters =
      Double(blocks) * Double(dimension) * (2 * Double(heads) * Double(keySize) + Double(memories))
    if parameters > 1e9 {
      throw ValidationError("these sizes make \(parameters) parameters; the limit is 1,000,000,000")
    }
    if !(stepSize > 0 && stepSize <= 1e6) {
      throw ValidationError("--step-size must lie between 0 and 1e6, not \(stepSize)")
    }
  }
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
    for (name, value, most) in [
      ("epochs", epochs, 1_000_000), ("batch", batch, 1_000_000), ("threads", threads ?? 1, 1024),
    ] where value < 1 || value > most {
      throw ValidationError("--\(name) must lie in 1 ... \(most), not \(value)")
    }
    for (name, value) in [
      ("muon-rate", muonRate), ("rate", rate), ("weight-deviation", weightDeviation),
      ("visible-weight", visibleWeight),
    ] where !(value >= 0 && value.isFinite) {
      throw ValidationError("--\(name) must be at least 0, not \(value)")
    }
    if !(shortShare >= 0 && shortShare <= 1) {
      throw ValidationError("--short-share must lie in 0 ... 1, not \(shortShare)")
    }
  }
}

/// What is read and written.
struct OutputOptions: ParsableArguments {
  @Option(help: "Folder for the page, figures and records.") var output = "Results/masked-images"
  @Option(help: "Checkpoint file; the output folder's checkpoint.safetensors when left out.")
  var checkpoint: String?
  @Flag(help: "Continue from the checkpoint; the same options give the same weights as an unbroken run.")
  var resume = false
  @Flag(help: "Load the checkpoint and only evaluate.") var evaluateOnly = false
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

  func validate() throws {
    if resume && evaluateOnly { throw ValidationError("--resume and --evaluate-only exclude each other") }
    if compare && evaluateOnly {
      throw ValidationError("--compare trains, so it has no meaning with --evaluate-only")
    }
    try checkRanges([("seeds", seeds, 1...1_000), ("trials", trials, 1...1_000)])
    if !(trialShare > 0 && trialShare <= 1) {
      throw ValidationError("--trial-share must lie above 0 and up to 1, not \(trialShare)")
    }
    if output.isEmpty { throw ValidationError("--output must name a folder") }
  }

  var checkpointPath: String { checkpoint ?? "\(output)/checkpoint.safetensors" }
}
