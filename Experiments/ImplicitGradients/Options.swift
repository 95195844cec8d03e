import ArgumentParser
import EnergyTransformer
import Kit

/// The sizes of the model and the descent whose steps are differentiated.
struct ModelOptions: ParsableArguments, BlockOptions {
  @Option(help: "Numbers of a token.") var dimension = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Numbers of a head's query or key.") var keySize = 16
  @Option(help: "Stored patterns.") var memories = 256
  @Option(help: "Steps of the descent that is differentiated step by step.") var steps = 12
  @Option(help: "Its step size alpha.") var stepSize = 0.1

  var blocks: Int { 1 }

  func validate() throws { try checkBlocks() }
}

/// The descent that comes to rest, and the system behind the derivative of its rest.
struct RestOptions: ParsableArguments {
  @Option(help: "Strength s of the input, - s ⟨x0, g⟩ in the energy of every method but one.")
  var inputStrength = 1.0
  @Option(help: "Steps within which a descent is to come to rest.") var mostSteps = 200
  @Option(help: "Step size alpha of the descent to rest: of its first step, after which steps adapt.")
  var restStepSize = 0.01
  @Flag(
    inversion: .prefixedNo,
    help: "Tokens of visible patches are held where they are, by every method but one.")
  var holdVisible = true
  @Flag(help: "All steps of the descent to rest have the size of the first.") var constantSteps = false
  @Option(help: "Largest number of the tangential gradient at rest.") var tolerance = 0.01
  @Option(help: "Residual of the linear system in training, as a share of its right side.")
  var solveTolerance = 0.001
  /// Left early, the system has little along directions in which the energy hardly bends, which else outweigh all others.
  @Option(help: "Most Hessian-vector products of a linear system in training.") var solveIterations = 10

  func validate() throws {
    try checkRanges([
      ("most-steps", mostSteps, 1...100_000), ("solve-iterations", solveIterations, 1...100_000),
    ])
    try checkRanges([
      ("input-strength", inputStrength, .above(0, upTo: 1e6)),
      ("rest-step-size", restStepSize, .above(0, upTo: 1e6)), ("tolerance", tolerance, .above(0, upTo: 1e6)),
      ("solve-tolerance", solveTolerance, .above(0, upTo: 1)),
    ])
  }

  /// How the system is solved in training. There every solution is taken: where a point is no rest yet, or a saddle, what was
  /// found within the iterations is a direction all the same, and training must go on.
  var solve: ImplicitGradient {
    ImplicitGradient(
      tolerance: solveTolerance, maximumIterations: solveIterations, acceptedResidual: .infinity,
      allowsSaddles: true)
  }

  /// A descent that ends at rest.
  func descent(_ path: GradientPath) -> BlockDescent {
    BlockDescent(
      settings: .atRest(
        within: mostSteps, stepSize: restStepSize, tolerance: tolerance, inputStrength: inputStrength,
        gradientPath: path),
      adaptsSteps: !constantSteps, holdsVisible: holdVisible)
  }

  /// The same descent with a number of steps that are all taken.
  func descent(_ path: GradientPath, takingAll steps: Int) -> BlockDescent {
    var descent = descent(path)
    (descent.settings.steps, descent.settings.restTolerance) = (steps, nil)
    return descent
  }
}

/// How all methods learn.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Passes over the training images.") var epochs = 8
  @Option(help: "Updates, instead of whole passes; 0 for those of the passes.") var updates = 0
  @Option(help: "Images an update.") var batch = 16
  @Option(help: "Trainings of each method, each from another seed.") var seeds = 2
  @Option(help: "Peak rate of Muon, which learns the energies' matrices.") var muonRate = 0.01
  @Option(help: "Peak rate of AdamW, which learns all other parameters.") var rate = 0.003
  @Option(help: "Weight decay of matrices.") var weightDecay = 1.0
  @Option(help: "Weight of the error of visible patches in the loss.") var visibleWeight = 0.3
  @Option(help: "Deviation of the first queries, keys and memories.") var weightDeviation = 0.03

  func validate() throws {
    try checkRanges([
      ("epochs", epochs, 1...1_000_000), ("updates", updates, 0...1_000_000_000),
      ("batch", batch, 1...1_000_000), ("seeds", seeds, 1...1_000),
    ])
    try checkRates([("muon-rate", muonRate), ("rate", rate), ("weight-decay", weightDecay)])
    try checkRanges([
      ("visible-weight", visibleWeight, .positiveOrZero),
      ("weight-deviation", weightDeviation, .positiveOrZero),
    ])
  }
}
