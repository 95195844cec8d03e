import ArgumentParser
import Kit

/// Where the graphs come from and how they are divided.
struct DataOptions: ParsableArguments, RecordedOptions {
  @Option(
    help: "A folder with a data set of the TU Dortmund collection; small generated graphs when left out.")
  var data: String?
  @Option(help: "Generated graphs, as many of each class.") var generatedGraphs = 240
  @Option(help: "Folds, stratified; those of the set, or ten, when left out.") var folds: Int?
  @Option(help: "Work on the first folds only; all when left out.") var firstFolds: Int?
  @Option(help: "Share of the graphs outside a fold's test part that chooses setting and epoch.")
  var validationShare = 0.1
  @Option(help: "Give nodes their degree, one-hot up to this one, beside labels and attributes; 0 for none.")
  var degrees = 10

  func validate() throws {
    try checkNames([("data", data)])
    try checkRanges([
      ("folds", folds ?? 2, 2...100_000), ("first-folds", firstFolds ?? 1, 1...100_000),
      ("degrees", degrees, 0...100_000), ("generated-graphs", generatedGraphs, 20...100_000),
    ])
    try checkRanges([("validation-share", validationShare, .between(0, 1))])
  }

  var recordedOtherwise: [String: String?] {
    [
      "data": String(lastPartOf: data) ?? "generated", "folds": folds.map { "\($0)" } ?? "default",
      "first-folds": firstFolds.map { "\($0)" } ?? "all",
    ]
  }
}

/// The sizes of the model and how it descends.
struct ModelOptions: ParsableArguments, BlockOptions {
  @Option(help: "Numbers of a token.") var dimension = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Numbers of a head's query or key.") var keySize = 16
  @Option(help: "Stored patterns.") var memories = 128
  @Option(help: "Blocks, each with its own weights.") var blocks = 4
  @Option(help: "Steps of a block's descent.") var steps = 1
  @Option(help: "Step size alpha.") var stepSize = 0.5
  @Option(help: "Eigenvectors of the Laplacian that make a position; 0 for none.") var positions = 15
  @Option(help: "Deviation of the Langevin noise of training; the paper: 0.02.") var noise = 0.02
  @Flag(help: "Weigh pairs by a learned adjacency, over all pairs of nodes; it sees their order.")
  var learnedAdjacency = false

  func validate() throws {
    try checkBlocks()
    try checkRanges([("positions", positions, 0...1024)])
    try checkRanges([("noise", noise, .range(0...1e6))])
  }
}

/// How the models learn.
struct TrainingOptions: ParsableArguments, RecordedOptions {
  static let defaultEpochs = 40

  @Option(help: "Passes over the training graphs: one budget for all methods, which no score chooses.")
  var epochs = Self.defaultEpochs
  @Option(help: "Settings, drawn by the seed, that every method tries on every fold; 1 for none tried.")
  var trials = 4
  @Option(help: "Share of the epochs that a trial takes.") var trialShare = 0.25
  @Option(help: "Trainings of every method on every fold, each from other weights.") var seeds = 1
  @Option(help: "Graphs an update.") var batch = 32
  @Option(help: "Seed of all random numbers of folds and training.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores when left out. The result does not depend on it.") var threads: Int?
  @Option(help: "With --trials 1: peak rate of AdamW for every method; 0.002 when left out.")
  var rate: Double?
  @Option(help: "With --trials 1: weight decay of matrices; 0.05 when left out.") var weightDecay: Double?
  @Option(help: "With --trials 1: share of features that training leaves out; 0 when left out.")
  var dropout: Double?
  @Option(help: "Share of the updates in which the rate rises.") var warmUp = 0.1
  @Option(help: "Share of the target that is spread over all classes.") var smoothing = 0.05
  @Flag(help: "Take the mean from the gradients of matrices, as the published recipe does.")
  var centralize = false

  func validate() throws {
    try checkRanges([
      ("epochs", epochs, 1...100_000), ("batch", batch, 1...1_000_000), ("threads", threads ?? 1, 1...1024),
      ("trials", trials, 1...1_000), ("seeds", seeds, 1...1_000),
    ])
    for (name, value) in [("rate", rate), ("weight-decay", weightDecay), ("dropout", dropout)]
    where value != nil && trials > 1 {
      throw ValidationError("--\(name) is drawn for each of --trials \(trials); give it with --trials 1")
    }
    try checkRanges([
      ("rate", rate, .rate), ("weight-decay", weightDecay, .rate), ("dropout", dropout, .share),
      ("trial-share", trialShare, .part), ("warm-up", warmUp, .share), ("smoothing", smoothing, .share),
    ])
  }

  var recordedOtherwise: [String: String?] {
    let setting = trials > 1 ? nil : settings[0]
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "drawn" }
    return [
      "rate": text(setting?.rate), "weight-decay": text(setting?.weightDecay),
      "dropout": text(setting?.dropout),
    ]
  }

  /// The settings that every method tries on every fold; where there is one, it is taken as it is.
  var settings: [Setting] {
    trials > 1
      ? Setting.drawn(trials, seed: seed)
      : [Setting(rate: rate ?? 0.002, weightDecay: weightDecay ?? 0.05, dropout: dropout ?? 0)]
  }

  /// Epochs of a trial.
  var trialEpochs: Int { max(1, Int((trialShare * Double(epochs)).rounded())) }
}

/// What is read and written.
struct OutputOptions: ParsableArguments {
  @Option(help: "Folder for page, figures and records; Runs/graph-classification-<set> when left out.")
  var output: String?
  @OptionGroup var resumption: ResumeOption
  @Flag(help: "A small version of everything, to see that it works: its figures mean nothing.")
  var quick = false
  @Flag(inversion: .prefixedNo, help: "Also train and judge the methods to compare with.")
  var baselines = true
  @OptionGroup var writing: WritingOptions

  func validate() throws { try checkNames([("output", output)]) }

  var resume: Bool { resumption.resume }
}
