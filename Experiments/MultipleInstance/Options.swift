import ArgumentParser
import EnergyTransformer
import Kit

/// Which tasks are run.
enum BagTask: String, CaseIterable, ExpressibleByArgument {
  case repertoires, digits, bits, latch
}

/// The data of the tasks.
struct DataOptions: ParsableArguments, RecordedOptions {
  @Option(parsing: .upToNextOption, help: "Some of repertoires, digits, bits, latch; all when left out.")
  var tasks: [BagTask] = BagTask.allCases
  @Option(help: "A folder of metadata.tsv and a file for each repertoire; generated ones when left out.")
  var repertoires: String?
  @Option(help: "The column of metadata.tsv with the status; Status or a name like it when left out.")
  var status: String?
  @Flag(help: "End at a line without a whole productive sequence; left out and counted otherwise.")
  var strictSequences = false
  @Option(help: "Generated repertoires for each witness rate, half of them positive.") var bags = 300
  @Option(help: "Sequences of a generated repertoire.") var sequences = 300_000
  @Option(parsing: .upToNextOption, help: "Shares of a positive repertoire's sequences with a motif.")
  var rates: [Double] = [0.01, 0.001, 0.0001]
  @Option(parsing: .upToNextOption, help: "Implanted motifs: amino acids, and dots for any of them.")
  var motifs = ["FD.KN"]
  @Option(help: "MNIST's IDX files or a folder of labelled images; the library's digits when left out.")
  var digits: String?

  func validate() throws {
    try checkRanges([("bags", bags, 20...1_000_000), ("sequences", sequences, 10...10_000_000)])
    try checkNames([("repertoires", repertoires), ("status", status), ("digits", digits)])
    if rates.isEmpty || motifs.isEmpty || tasks.isEmpty {
      throw ValidationError("--rates, --motifs and --tasks need at least one value")
    }
    for rate in rates where !(rate > 0 && rate <= 1 && rate * Double(sequences) >= 1) {
      throw ValidationError("--rates must make at least one witness of \(sequences) sequences, not \(rate)")
    }
    if Set(rates).count < rates.count { throw ValidationError("--rates names a rate twice") }
    for motif in motifs {
      do {
        let span = try SequenceMotif(motif).span
        if span > 5 { throw ValidationError("--motifs takes up to 5 positions, not \(motif)") }
      } catch let error as MotifError {
        throw ValidationError("--motifs: \(error.description)")
      }
    }
  }

  var recordedOtherwise: [String: String?] {
    [
      "repertoires": String(lastPartOf: repertoires) ?? "generated", "status": status ?? "as named",
      "digits": String(lastPartOf: digits) ?? "embedded",
    ]
  }
}

/// The network that pools repertoires, and how it learns.
struct RepertoireOptions: ParsableArguments, RecordedOptions {
  @Option(help: "Folds; every repertoire is under test in one of them.") var folds = 5
  @Option(help: "Work on the first folds only; all when left out.") var firstFolds: Int?
  @Option(help: "Share of the repertoires outside a fold's test part that chooses epoch and ridge.")
  var validationShare = 0.2
  @Option(help: "Kernels of the convolution.") var kernels = 32
  @Option(help: "Letters of a kernel.") var width = 9
  @Option(help: "What a letter of a pair weighs in the kernel that begins with it; 0 for random kernels.")
  var pairWeight = 2.0
  @Option(help: "Variance of the random part of kernels that begin with a pair, over a window.")
  var pairVariance = 0.1
  @Option(help: "Inverse temperature of the Hopfield pooling at first.") var beta = 2.5
  @Option(help: "Layers of 32 units that make keys, published 2; 0 for a head for each kernel.")
  var keyLayers = 0
  @Option(help: "Share of a bag's sequences that derivatives go through.") var share = 0.1
  @Option(help: "Passes over the positive training repertoires at most.") var epochs = 6
  @Option(help: "Passes without a better validation loss after which training ends.") var patience = 3
  @Option(help: "Pairs of a positive and a negative repertoire an update.") var pairs = 4
  @Option(help: "Peak rate of AdamW.") var rate = 0.01
  @Option(help: "Weight decay of the kernels.") var weightDecay = 0.0
  @Flag(inversion: .prefixedNo, help: "Also train what Hopfield pooling is compared with.")
  var baselines = true
  @Flag(inversion: .prefixedNo, help: "Also exchange the starts of Hopfield pooling and gated attention.")
  var ablations = true

  func validate() throws {
    try checkRanges([
      ("folds", folds, 2...1_000), ("first-folds", firstFolds ?? 1, 1...1_000),
      ("kernels", kernels, 1...4_096), ("width", width, 1...32), ("key-layers", keyLayers, 0...16),
      ("epochs", epochs, 1...100_000), ("patience", patience, 1...100_000), ("pairs", pairs, 1...10_000),
    ])
    try checkRanges([
      ("validation-share", validationShare, .range(0.01...1)), ("beta", beta, .above(0, upTo: 1e6)),
      ("share", share, .part), ("rate", rate, .above(0, upTo: 10)), ("weight-decay", weightDecay, .rate),
      ("pair-weight", pairWeight, .range(0...1e6)), ("pair-variance", pairVariance, .range(0...1e6)),
    ])
    try checkShares([("validation-share", validationShare)])
  }

  var recordedOtherwise: [String: String?] { ["first-folds": firstFolds.map { "\($0)" } ?? "all"] }
}

/// The smaller tasks.
struct SmallTaskOptions: ParsableArguments {
  @Option(help: "Repetitions of the smaller tasks, each with data of its own.") var runs = 3
  @Option(help: "Passes over the bags of digits.") var digitEpochs = 20
  @Option(help: "Passes over the bags of bit patterns.") var bitEpochs = 250
  @Option(help: "Passes over the latch sequences.") var latchEpochs = 20

  func validate() throws {
    try checkRanges([
      ("runs", runs, 1...1_000), ("digit-epochs", digitEpochs, 1...100_000),
      ("bit-epochs", bitEpochs, 1...100_000), ("latch-epochs", latchEpochs, 1...100_000),
    ])
  }
}
