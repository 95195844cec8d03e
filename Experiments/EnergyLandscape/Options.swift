import ArgumentParser
import Kit

/// The patterns of the Hopfield network and the descents on it.
struct ClusterOptions: ParsableArguments {
  @Option(help: "Patterns of each of the two clusters.") var patterns = 8
  @Option(help: "The angle of the circle that a cluster covers, in radians.") var arc = 1.4
  @Option(parsing: .upToNextOption, help: "Inverse temperatures.")
  var betas: [Double] = [0.1, 0.5, 1, 2, 4, 8, 16, 64, 256, 1024]
  @Option(help: "The one of them whose minima count in the summary.") var mainBeta = 8.0
  @Option(help: "Random starts of descents at each inverse temperature.") var starts = 400

  func validate() throws {
    try checkRanges([("patterns", patterns, 1...1000), ("starts", starts, 1...100_000)])
    try checkRanges(
      [("arc", arc, .above(0, upTo: 3)), ("main-beta", mainBeta, .above(0, upTo: 1e6))]
        + betas.map { ("betas", $0, .above(0, upTo: 1e6)) })
    guard Set(betas).count == betas.count, betas.contains(mainBeta) else {
      throw ValidationError("--betas must have each number once and --main-beta \(mainBeta) among them")
    }
  }
}

/// The trained model and how its landscape is walked.
struct ModelOptions: ParsableArguments {
  @OptionGroup var trained: TrainedModelOption
  @Option(help: "Test images whose descents are followed, evenly spaced.") var images = 40
  @Option(help: "Step size of the descents to rest.") var stepSize = 0.01
  @Option(help: "The most steps of a descent to rest.") var steps = 1000
  @Option(help: "The longest residual |r| that counts as rest.") var tolerance = 1e-6
  @Option(
    parsing: .upToNextOption,
    help: "Strengths of the first tokens as a force, each a landscape beside the one without.")
  var inputStrengths: [Double] = [1, 100]
  @Option(help: "Pairs of minima between which barriers are looked for.") var pairs = 6
  @Option(help: "Steps of each of the four rounds of a path.") var barrierSteps = 80

  func validate() throws {
    try checkRanges([
      ("images", images, 1...10_000), ("steps", steps, 1...1_000_000), ("pairs", pairs, 0...1000),
      ("barrier-steps", barrierSteps, 1...100_000),
    ])
    try checkRanges(
      [("step-size", stepSize, .above(0, upTo: 10)), ("tolerance", tolerance, .above(0, upTo: 1))]
        + inputStrengths.map { ("input-strengths", $0, .above(0, upTo: 1e6)) })
    guard Set(inputStrengths).count == inputStrengths.count else {
      throw ValidationError("--input-strengths must have each number once")
    }
  }
}
