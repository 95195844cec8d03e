import Baselines
import EnergyTransformer
import Kit
import Reporting

/// A task of small bags, on which methods are trained in several runs.
struct SmallTask {
  /// One training of one method.
  struct Trial {
    /// The method, by its index.
    let method: Int
    /// What the run draws from, whatever the method.
    let random: RandomStream
    let progress: WorkProgress
    /// Whether it is the first method's first, of which is shown where it looks.
    let isShown: Bool

    /// What the method draws from for a purpose.
    func stream(_ purpose: UInt64) -> RandomStream { random.child(purpose).child(UInt64(method)) }
  }

  /// What comes out of a trial.
  struct Outcome: Sendable {
    let score: Double
    /// Where the trained pooling looks; nil where that is not shown.
    var looks: [BagLook]?
  }

  /// What its time is called.
  let name: String
  /// The name of the first method's figure in the summary; the others have a word before it.
  let measure: String
  let title: String
  let words: String
  /// What stands before the name in the summary, and the title of each.
  let methods: [(prefix: String, title: String)]
  /// What the runs have in common; nothing where their data are generated anew.
  var dependence = MethodDifference.Dependence.independent
  /// Epochs of a training.
  let epochs: Int
  /// Its children are those of the runs.
  let random: RandomStream
  /// Makes a viewer of where the first method looks; nil where that is not shown.
  var viewer: (([BagLook]) throws -> StepViewer)?
  /// What comes out of a trial.
  let figure: (Trial) throws -> Outcome

  /// The figures of all methods in all runs, each training on one core, side by side with others, but for those that are
  /// finished; and where the first method looks.
  func results(
    runs: Int, _ progress: WorkProgress, _ finished: BagParts
  ) throws -> (section: PageSection, viewer: StepViewer?) {
    let found = try Parallelism.map(runs * methods.count) { index in
      let (run, method) = index.quotientAndRemainder(dividingBy: methods.count)
      let trial = Trial(
        method: method, random: random.child(UInt64(run)), progress: progress,
        isShown: run == 0 && method == 0)
      let part = "\(name)-\(run + 1)-\(method + 1)"
      if finished[part] != nil { progress.skip(epochs) }
      return Result {
        try finished.part(part) {
          let outcome = try figure(trial)
          return .score(outcome.score, looks: outcome.looks)
        }
      }
    }.map { try $0.get().outcome }
    var section = PageSection(title)
    section.addParagraph(words)
    section.addComparison(
      try MethodComparison(
        measure: measure,
        splits: methods.enumerated().map { index, method in
          (
            method.prefix, method.title, hopfieldName(method.title),
            stride(from: index, to: found.count, by: methods.count).map { found[$0].score }
          )
        }, better: .highest, dependence: dependence),
      name: measure, measureLabel: measure.hasSuffix("auc") ? "AUC" : "accuracy", digits: 3)
    return (section, try found[0].looks.flatMap { try viewer?($0) })
  }
}

/// What sentences call a method: a title that begins with Hopfield's name stays as it is.
func hopfieldName(_ title: String) -> String? { title.hasPrefix("Hopfield") ? title : nil }

extension SmallTaskOptions {
  private var runWords: String {
    "\(runs) runs, each with data and weights of its own, the same data for every method; each method has one "
      + "setting"
  }

  /// The share of the other bags whose class an encoder with a read-out tells, once they have learned from some.
  ///
  /// - Parameter looking: Looks into the trained model, where that is shown.
  private func outcome<Encoder: BagEncoder<Float>>(
    of encoder: Encoder, on bags: some LabelledBags, learnedFrom training: Range<Int>, epochs: Int,
    _ trial: SmallTask.Trial, looking: (any Parameterized<Float>) -> [BagLook]? = { _ in nil }
  ) throws -> SmallTask.Outcome {
    // The mean of the bag draws nothing before its read-out.
    let weights = trial.stream(2)
    let model = BagClassifier(encoder, random: encoder is InstanceMean<Float> ? weights : weights.child(1))
    let order = trial.stream(1)
    var loop = TrainingLoop(
      model: model, optimizer: AdamW<Float>(), schedule: .constant(1e-3), random: order, gradientNormLimit: 1)
    let task = BinaryClassifierTraining<BagClassifier<Encoder>>(
      isPositive: bags.isPositive, batchSize: 32, pieceSize: 16
    ) { $0.logits(bags.batch($1), dropout: $2) }
    try task.run(&loop, epochs: epochs, on: Array(training), random: order) {
      trial.progress.advance(loss: $0)
    }
    return SmallTask.Outcome(
      score: task.accuracy(of: loop.model, on: bags.indices(outside: training), atOnce: 64),
      looks: trial.isShown ? looking(loop.model) : nil)
  }

  /// Bit patterns: 2,048 bags, of which the middle three quarters are learned from.
  func bits(_ random: RandomStream) -> SmallTask {
    SmallTask(
      name: "bit_patterns", measure: "bit_pattern_accuracy", title: "Bit patterns",
      words: "2,048 bags of 16 patterns of 8 bits; positive ones hold one of 8 signals. The middle three "
        + "quarters are learned from, \(bitEpochs) epochs, the others are under test. \(runWords), of which only Hopfield pooling's is "
        + "adapted to the task.",
      methods: [
        ("", "Hopfield pooling"), ("association_", "Hopfield association"), ("lookup_", "Hopfield lookup"),
        ("mean_", "Mean of the bag"),
      ], epochs: bitEpochs, random: random,
      viewer: { try Self.viewer($0, of: BitPatternBags(random: random.child(0).child(0))) }
    ) { trial in
      let bags = BitPatternBags(random: trial.random.child(0))
      let training = bags.count / 8..<bags.count * 7 / 8
      let weights = trial.stream(2)
      let encoder: any BagEncoder<Float>
      switch trial.method {
      case 0:
        // The adapted variant of the example: 8 heads of 8, three updates, a low beta, much dropout.
        var configuration = HopfieldConfiguration.association(size: bags.size, headCount: 8, headSize: 8)
        (configuration.beta, configuration.updates, configuration.dropout) = (.value(0.25), .count(3), 0.5)
        encoder = HopfieldPooling<Float>(configuration, random: weights.child(0))
      case 1:
        encoder = AssociatedInstances<Float>(
          .association(size: bags.size), instanceCount: bags.instanceCount, random: weights.child(0))
      case 2:
        let lookup = HopfieldLookup<Float>(
          .association(size: bags.size), learning: bags.distinctPatterns(of: Array(training)), random: weights
        )
        encoder = LookedUpInstances(lookup, instanceCount: bags.instanceCount)
      default: encoder = InstanceMean<Float>(size: bags.size)
      }
      return try outcome(of: encoder, on: bags, learnedFrom: training, epochs: bitEpochs, trial) { model in
        let chosen = BagLook.chosen(
          3, of: bags.indices(outside: training), isPositive: bags.isPositive)
        return (model as? BagClassifier<HopfieldPooling<Float>>).map {
          BagLook.looks(of: $0, in: bags, at: chosen)
        }
      }
    }
  }

  /// Where the pooling of bit patterns looks after each of its updates.
  private static func viewer(_ looks: [BagLook], of bags: BitPatternBags) throws -> StepViewer {
    func text(_ bag: Int, _ instance: Int) -> String {
      let start = (bag * bags.instanceCount + instance) * bags.size
      return bags.bits[start..<start + bags.size].map { "\($0)" }.joined()
    }
    return try BagViewer(
      title: "Where Hopfield pooling looks among bit patterns",
      note:
        "Test bags of the first run. The state of each head is updated \(max(0, looks[0].scores.count - 1)) times before "
        + "the association that gives the result; the steps before show what would come of fewer updates. A positive bag "
        + "holds one of the 8 signals.",
      steps: looks[0].scores.indices.map { "\($0)" }, stepName: "update", instances: "patterns",
      witnesses: "signals",
      heads: ["mean"] + (1..<looks[0].weights.count).map { "\($0)" }, hasThreshold: true,
      bags: looks.map { look in
        let isPositive = bags.isPositive[look.bag]
        return BagViewer.Bag(
          name: "\(look.bag + 1), \(isPositive ? "positive" : "negative")", isPositive: isPositive,
          look: look,
          rows: look.instances.map {
            .init(text(look.bag, $0), mark: bags.signalIndices[look.bag] == $0 ? "signal" : "")
          })
      }
    ).viewer()
  }

  /// Latch sequences: 4,096, of which the last quarter is tested on.
  func latch(_ random: RandomStream) -> SmallTask {
    SmallTask(
      name: "latch", measure: "latch_accuracy", title: "Latch sequences",
      words:
        "4,096 sequences of 32 among 20 characters, of which the first alone tells the class; a quarter is "
        + "under test. \(latchEpochs) epochs. \(runWords).",
      methods: [
        ("", "Hopfield pooling"), ("association_", "Hopfield association"), ("lstm_", "LSTM with 4 units"),
        ("mean_", "Mean of the sequence"),
      ], epochs: latchEpochs, random: random
    ) { trial in
      let sequences = LatchSequences(random: trial.random.child(0))
      let (size, weights) = (sequences.characterCount, trial.stream(2))
      let encoder: any BagEncoder<Float> =
        switch trial.method {
        case 0: HopfieldPooling<Float>(.association(size: size), random: weights.child(0))
        case 1:
          AssociatedInstances<Float>(
            .association(size: size), instanceCount: sequences.length, random: weights.child(0))
        case 2:
          ModelBagEncoder(
            LongShortTermMemory<Float>(inputSize: size, size: 4, random: weights.child(0)), featureCount: 4
          ) { $0($1) }
        default: InstanceMean<Float>(size: size)
        }
      return try outcome(
        of: encoder, on: sequences, learnedFrom: 0..<sequences.count * 3 / 4, epochs: latchEpochs, trial)
    }
  }

  /// Bags of digits, positive where one of them is a 9: the MNIST bags, as many as published.
  ///
  /// - Throws: ``DataFileError`` where bags cannot be drawn of these images.
  func digits(_ images: ImageSource, _ random: RandomStream) throws -> SmallTask {
    let (trainingCount, testCount) = (200, 50)
    for dataset in [images.train, images.test] {
      _ = try DigitBags(of: dataset, bagCount: 1, random: random)
      if DigitFeatures<Float>.takes(height: dataset.height, width: dataset.width) { continue }
      throw DataFileError(
        file: dataset.name,
        problem: "images of \(dataset.height)x\(dataset.width), expected multiples of 4 from 16 up")
    }
    return SmallTask(
      name: "digits", measure: "mnist_bags_auc", title: "Bags of digits",
      words: "Bags of about 10 digits, positive where one is a 9; \(trainingCount) bags to learn from, "
        + "\(testCount) of other images under test, \(digitEpochs) epochs. Hopfield pooling has no norms here and "
        + "weights that begin with a deviation of 0.1: with those of the published package, 0.02 after norms, "
        + "training hardly begins in twelve epochs. \(runWords), of which only Hopfield pooling's is "
        + "adapted to the task.",
      methods: [
        ("", "Hopfield pooling"), ("attention_", "Attention pooling"),
        ("gated_attention_", "Attention pooling with a gate"),
      ],
      // Bags of all runs are drawn from the same images.
      dependence: .overlappingTraining(testCount: testCount, trainingCount: trainingCount),
      epochs: digitEpochs, random: random
    ) { trial in
      let bags = try ImageBags(of: images.train, bagCount: trainingCount, random: trial.random.child(0))
      let test = try ImageBags(of: images.test, bagCount: testCount, random: trial.random.child(1))
      let (order, weights) = (trial.stream(3), trial.stream(4))
      let features = DigitFeatures<Float>(
        height: images.train.height, width: images.train.width, random: trial.stream(2))
      func auc<Encoder: BagEncoder<Float>>(_ encoder: Encoder) throws -> SmallTask.Outcome {
        var loop = TrainingLoop(
          model: BagClassifier(ImageBagEncoder(features, encoder), random: weights.child(1)),
          optimizer: AdamW<Float>(weightDecay: WeightDecay(1e-4)), schedule: .constant(5e-4), random: order)
        let task = BinaryClassifierTraining<BagClassifier<ImageBagEncoder<Encoder>>>(
          isPositive: bags.isPositive, batchSize: 1, pieceSize: 1
        ) { $0.logits(bags.batch($1), dropout: $2) }
        try task.run(&loop, epochs: digitEpochs, on: Array(0..<bags.count), random: order) {
          trial.progress.advance(loss: $0)
        }
        let trained = loop.model
        let logits = binaryLogits(of: Array(0..<test.count), atOnce: 1) { trained.logits(test.batch($0)) }
        return SmallTask.Outcome(
          score: try BinaryScores(logits, isPositive: test.isPositive).areaUnderROC)
      }
      if trial.method == 0 {
        var configuration = HopfieldConfiguration.attention(size: features.featureCount, headSize: 32)
        (configuration.deviation, configuration.dropout) = (0.1, 0.1)
        return try auc(HopfieldPooling(configuration, random: weights.child(0)))
      }
      let scores = GatedAttentionScores<Float>(
        featureCount: features.featureCount, hiddenSize: 128, isGated: trial.method == 2,
        random: weights.child(0))
      return try auc(AttentionPooling(scores, size: features.featureCount))
    }
  }
}
