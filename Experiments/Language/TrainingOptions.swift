import ArgumentParser
import EnergyTransformer
import Kit

/// How all networks learn.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Minutes that each network trains; its rates follow the share of them that is spent.")
  var minutes = 30.0
  @Option(
    help: "Updates of each network instead of minutes; 0 for the minutes. Then a run repeats bit by bit.")
  var updates = 0
  @Option(help: "Sequences an update.") var batch = 16
  @Option(help: "Peak rate of Muon, which learns the matrices.") var muonRate = 0.03
  @Option(help: "Peak rate of AdamW, which learns all other parameters.") var rate = 0.01
  @Option(help: "Weight decay of matrices; embeddings, positions, norms and biases do not decay.")
  var weightDecay = 0.05
  @Option(help: "Share of the training in which rates rise to their peaks.") var warmUp = 0.05
  @Option(help: "Share of the peaks that is left of the rates at the end.") var finalRate = 0.02
  @Option(
    help:
      "Share of the training in which the energy model takes a third of the steps, each three times as long.")
  var shortShare = 0.0
  @Option(help: "Looks at held-out windows during a training, each with a checkpoint.") var looks = 40

  func validate() throws {
    try checkRanges([("minutes", minutes, .above(0, upTo: 1e6))])
    try checkRanges([
      ("updates", updates, 0...1_000_000_000), ("batch", batch, 1...100_000), ("looks", looks, 1...100_000),
    ])
    try checkRates([("muon-rate", muonRate), ("rate", rate), ("weight-decay", weightDecay)])
    try checkShares([("warm-up", warmUp)])
    try checkRanges([("final-rate", finalRate, .range(0...1)), ("short-share", shortShare, .range(0...1))])
  }

  /// How long each network trains.
  var budget: TrainingBudget { updates > 0 ? .updates(updates) : .seconds(60 * minutes) }
  /// How rates rise and fall.
  var rates: RateCourse { RateCourse(warmUp: warmUp, finalFraction: finalRate) }
  /// The setting that was asked for.
  var setting: Setting { Setting(muonRate: muonRate, rate: rate, weightDecay: weightDecay) }
}

/// Which models are compared, and how much of tuning each has.
struct ComparisonOptions: ParsableArguments, RecordedOptions {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Some of energy, conventional-shared, conventional, recurrent, ngram.",
      discussion: "All when left out, with --masked all that can fill in."))
  var methods: [LanguageMethod] = []
  @Flag(
    help:
      "Each network first tries the same number of settings, judged on the last tenth of what is learned from."
  )
  var tuning = false
  @Option(help: "With --tuning: settings that each network tries, the first of them that of the options.")
  var trials = 4
  @Option(help: "With --tuning: share of the training that a trial takes.") var trialShare = 0.1

  func validate() throws {
    try checkRanges([("trials", trials, 1...1_000)])
    try checkRanges([("trial-share", trialShare, .part)])
    if Set(methods).count < methods.count { throw ValidationError("--methods names a method twice") }
  }

  /// Checks that every method that was named can do the task.
  func check(masked: Bool) throws {
    if masked, let method = methods.first(where: { !$0.fillsIn }) {
      throw ValidationError("--methods \(method.rawValue) has no meaning with --masked")
    }
  }

  /// The methods of a run, those of counts first, which take a moment.
  func chosen(masked: Bool) -> [LanguageMethod] {
    let named = methods.isEmpty ? LanguageMethod.allCases : methods
    let able = LanguageMethod.allCases.filter { named.contains($0) && (!masked || $0.fillsIn) }
    return able.filter { $0 == .ngram } + able.filter { $0 != .ngram }
  }

  var recordedOtherwise: [String: String?] {
    ["methods": methods.isEmpty ? "all" : methods.map(\.rawValue).joined(separator: " ")]
  }
}

/// What trained models are looked at with.
struct LookOptions: ParsableArguments {
  @Option(help: "Held-out windows whose descents are recorded, with energies and attention.") var windows = 16
  @Option(help: "Symbols of each model's sample; 0 for no samples.") var sampleLength = 400
  @Option(help: "Temperature of samples; 0 takes the most probable symbol.") var temperature = 0.8
  @Option(help: "Samples are drawn from so many of the most probable symbols; 0 for all.") var topK = 0

  func validate() throws {
    try checkRanges([
      ("windows", windows, 1...100_000), ("sample-length", sampleLength, 0...1_000_000),
      ("top-k", topK, 0...1_000_000),
    ])
    try checkRanges([("temperature", temperature, .range(0...100))])
  }

  var sampling: SymbolSampling { SymbolSampling(temperature: temperature, topK: topK > 0 ? topK : nil) }
}
