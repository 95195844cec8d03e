import EnergyTransformer
import Kit

/// What the smaller tasks gave: for each method its figure in every run.
struct SmallTaskResult {
  /// The name in the summary: `bit_pattern_accuracy`, with the method before it.
  let measure: String
  let rows: [(method: String, title: String, values: [Double])]
  /// What the runs have in common.
  let dependence: MethodDifference.Dependence
}

extension SmallTaskResult {
  /// The figures of all methods in all runs, each training on one core, side by side with others.
  ///
  /// - Parameters:
  ///   - methods: What stands before the name in the summary, and the title of each.
  ///   - dependence: What the runs have in common; nothing where their data are generated anew.
  ///   - figure: The figure of a method, by its index, in a run.
  init(
    measure: String, runs: Int, methods: [(method: String, title: String)],
    dependence: MethodDifference.Dependence = .independent,
    _ figure: (_ method: Int, _ run: Int) throws -> Double
  ) throws {
    let found = try Parallelism.map(runs * methods.count) { index in
      Result { try figure(index % methods.count, index / methods.count) }
    }.map { try $0.get() }
    self.measure = measure
    self.dependence = dependence
    rows = methods.enumerated().map { index, method in
      let values = stride(from: index, to: found.count, by: methods.count).map { found[$0] }
      return (method.method, method.title, values)
    }
  }
}

/// Bit patterns and latch sequences, as the examples of the published Hopfield layers have them.
struct SmallTasks {
  let options: SmallTaskOptions
  let random: RandomStream

  private static let ofBits = [
    (method: "", title: "Hopfield pooling"), ("association_", "Hopfield association"),
    ("lookup_", "Hopfield lookup"), ("mean_", "Mean of the bag"),
  ]
  private static let ofLatch = [
    (method: "", title: "Hopfield pooling"), ("association_", "Hopfield association"),
    ("lstm_", "LSTM with 4 units"), ("mean_", "Mean of the sequence"),
  ]
  /// Trainings of the bit patterns and the latch sequences in a run.
  static var bitMethods: Int { ofBits.count }
  static var latchMethods: Int { ofLatch.count }

  /// 2,048 bags, of which the middle three quarters are learned from.
  func bits(_ progress: SharedProgress) throws -> SmallTaskResult {
    try SmallTaskResult(measure: "bit_pattern_accuracy", runs: options.runs, methods: Self.ofBits) {
      method, run in
      let random = random.child(0).child(UInt64(run))
      let bags = BitPatternBags(using: random.child(0))
      let training = Array(bags.count / 8..<bags.count * 7 / 8)
      let test = Array(0..<bags.count / 8) + Array(bags.count * 7 / 8..<bags.count)
      func accuracy(_ model: some BagModel) throws -> Double {
        try BagTraining(
          epochs: options.bitEpochs, rate: 1e-3, random: random.child(1).child(UInt64(method)),
          progress: progress
        ).accuracy(model, training: training, test: test, isPositive: bags.isPositive) { bags.batch($0) }
      }
      let weights = random.child(2).child(UInt64(method))
      switch method {
      case 0:
        // The adapted variant of the example: 8 heads of 8, three updates, a low beta, much dropout.
        var configuration = HopfieldConfiguration.association(size: bags.size, headCount: 8, headSize: 8)
        configuration.beta = .value(0.25)
        configuration.updates = .count(3)
        configuration.dropout = 0.5
        return try accuracy(PoolingModel(configuration, random: weights))
      case 1:
        return try accuracy(
          AssociationModel(size: bags.size, instances: bags.instanceCount, random: weights))
      case 2:
        return try accuracy(
          LookupModel(
            patterns: Self.different(bags.batch(training)), instances: bags.instanceCount, random: weights))
      default: return try accuracy(MeanModel(size: bags.size, random: weights))
      }
    }
  }

  /// 4,096 sequences, of which the last quarter is tested on.
  func latch(_ progress: SharedProgress) throws -> SmallTaskResult {
    try SmallTaskResult(measure: "latch_accuracy", runs: options.runs, methods: Self.ofLatch) {
      method, run in
      let random = random.child(1).child(UInt64(run))
      let sequences = LatchSequences(using: random.child(0))
      let (training, test) = (
        Array(0..<sequences.count * 3 / 4), Array(sequences.count * 3 / 4..<sequences.count)
      )
      func accuracy(_ model: some BagModel) throws -> Double {
        try BagTraining(
          epochs: options.latchEpochs, rate: 1e-3, random: random.child(1).child(UInt64(method)),
          progress: progress
        ).accuracy(model, training: training, test: test, isPositive: sequences.isPositive) {
          sequences.batch($0)
        }
      }
      let (size, weights) = (sequences.characterCount, random.child(2).child(UInt64(method)))
      switch method {
      case 0: return try accuracy(PoolingModel(.association(size: size), random: weights))
      case 1:
        return try accuracy(AssociationModel(size: size, instances: sequences.length, random: weights))
      case 2: return try accuracy(RecurrentModel(size: size, stateSize: 4, random: weights))
      default: return try accuracy(MeanModel(size: size, random: weights))
      }
    }
  }

  /// The different instances of some bags, in the order they first stand in.
  private static func different(_ bags: Tensor<Float>) -> Tensor<Float> {
    let size = bags.shape[2]
    let elements = bags.elements
    var seen: Set<[Float]> = []
    var rows: [Float] = []
    for start in stride(from: 0, to: elements.count, by: size) {
      let row = Array(elements[start..<start + size])
      if seen.insert(row).inserted { rows += row }
    }
    return Tensor(shape: [rows.count / size, size], elements: rows)
  }
}
