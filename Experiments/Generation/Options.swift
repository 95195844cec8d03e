import ArgumentParser
import EnergyTransformer
import Kit

/// The memory that is sampled, and how.
struct MemoryOptions: ParsableArguments {
  @Option(help: "The class whose images are stored, by its name; `all` for images of every class.")
  var label = "3"
  @Option(help: "Images stored, the first of the class.") var stored = 100
  @Option(
    help: "Inverse temperature beta of the main chains, of Metropolis's rule and of the end of cooling.")
  var beta = 2_000.0
  @Option(help: "Inverse temperature of the warm chains and of the start of cooling.") var warmBeta = 200.0
  @Option(help: "Step size alpha.") var stepSize = 0.01
  @Option(help: "Chains.") var chains = 30
  @Option(help: "Steps of every chain.") var steps = 5_000
  @Option(help: "Steps before the first sample.") var burnIn = 2_000
  @Option(help: "Samples of each method.") var samples = 150
  @Option(help: "Repetitions of everything with other random numbers.") var seeds = 5

  func validate() throws {
    try checkRanges([
      ("stored", stored, 2...100_000), ("chains", chains, 2...10_000), ("steps", steps, 1...10_000_000),
      ("burn-in", burnIn, 0...10_000_000), ("samples", samples, 2...100_000), ("seeds", seeds, 1...1_000),
    ])
    try checkRanges([
      ("beta", beta, .range(1e-3...1e6)), ("warm-beta", warmBeta, .range(1e-3...1e6)),
      ("step-size", stepSize, .part),
    ])
    try checkNames([("label", label)])
    if !samples.isMultiple(of: chains) {
      throw ValidationError("--samples \(samples) must be a multiple of --chains \(chains)")
    }
    if steps - burnIn < samples {
      throw ValidationError(
        "--steps \(steps) leaves \(max(0, steps - burnIn)) behind --burn-in \(burnIn), fewer than --samples \(samples), "
          + "which one chain is to give")
    }
  }

  /// The same in small.
  mutating func makeQuick() {
    (stored, chains, steps, burnIn, samples, seeds) = (min(stored, 10), 5, 60, 20, 10, 2)
  }

  /// Whether this is the published protocol, so that its figures can stand beside.
  var isPublished: Bool {
    (stored, chains, steps, burnIn, samples) == (100, 30, 5_000, 2_000, 150)
      && (beta, warmBeta, stepSize) == (2_000, 200, 0.01)
  }
}

/// The trained energy that is sampled, and how.
struct CompletionOptions: ParsableArguments {
  @OptionGroup var trained: TrainedModelOption
  @Option(help: "Masked images to complete, evenly spaced over those under test.") var completed = 12
  @Option(help: "Chains for each image.") var completionChains = 8
  @Option(help: "Steps of a chain.") var completionSteps = 200
  @Option(help: "Step size of the samples of the trained energy.") var completionStepSize = 0.005
  @Option(
    parsing: .upToNextOption,
    help:
      "Temperatures of the samples of the trained energy; beside them 0, and the highest one falling to 0.")
  var temperatures = [0.01, 0.1, 1]

  func validate() throws {
    try checkRanges([
      ("completed", completed, 1...10_000), ("completion-chains", completionChains, 2...10_000),
      ("completion-steps", completionSteps, 2...1_000_000),
    ])
    try checkRanges([("completion-step-size", completionStepSize, .above(0, upTo: 1))])
    try checkRanges(temperatures.map { ("temperatures", $0, .above(0, upTo: 1e6)) })
    if temperatures.isEmpty || Set(temperatures).count != temperatures.count {
      throw ValidationError("--temperatures: expected at least one, and none twice")
    }
  }

  /// The same in small.
  mutating func makeQuick() { (completed, completionChains, completionSteps) = (3, 2, 6) }
}
