import EnergyTransformer
import ExperimentCommands

/// What the smaller tasks gave: for each method its figure in every run.
struct SmallTaskResult {
  /// The name in the summary: `bit_pattern_accuracy`, with the method before it.
  let measure: String
  let rows: [(method: String, title: String, values: [Double])]
}

/// Bit patterns and latch sequences, as the examples of the published Hopfield layers have them.
struct SmallTasks {
  let options: SmallTaskOptions
  let random: RandomStream
  let progress: WorkProgress

  /// Trainings of the bit patterns and the latch sequences in a run.
  static let bitMethods = 4, latchMethods = 4

  /// 2,048 bags, of which the middle three quarters are learned from.
  func bits() throws -> SmallTaskResult {
    var rows: [(method: String, title: String, values: [Double])] = [
      ("", "Hopfield pooling", []), ("association_", "Hopfield association", []),
      ("lookup_", "Hopfield lookup", []), ("mean_", "Mean of the bag", []),
    ]
    for run in 0..<options.runs {
      let random = random.child(0).child(UInt64(run))
      let bags = BitPatternBags(using: random.child(0))
      let training = Array(bags.count / 8..<bags.count * 7 / 8)
      let test = Array(0..<bags.count / 8) + Array(bags.count * 7 / 8..<bags.count)
      func accuracy(_ model: some BagModel, _ index: UInt64) throws -> Double {
        try BagTraining(
          epochs: options.bitEpochs, rate: 1e-3, random: random.child(1).child(index), progress: progress
        ).accuracy(model, training: training, test: test, isPositive: bags.isPositive) { bags.batch($0) }
      }
      func weights(_ index: UInt64) -> RandomStream { random.child(2).child(index) }
      // The adapted variant of the example: 8 heads of 8, three updates, a low beta, much dropout.
      var configuration = HopfieldConfiguration.association(size: bags.size, headCount: 8, headSize: 8)
      configuration.beta = .value(0.25)
      configuration.updates = .count(3)
      configuration.dropout = 0.5
      rows[0].values.append(try accuracy(PoolingModel(configuration, random: weights(0)), 0))
      rows[1].values.append(
        try accuracy(
          AssociationModel(size: bags.size, instances: bags.instanceCount, random: weights(1)), 1))
      rows[2].values.append(
        try accuracy(
          LookupModel(
            patterns: Self.different(bags.batch(training)), instances: bags.instanceCount,
            random: weights(2)),
          2))
      rows[3].values.append(try accuracy(MeanModel(size: bags.size, random: weights(3)), 3))
    }
    return SmallTaskResult(measure: "bit_pattern_accuracy", rows: rows)
  }

  /// 4,096 sequences, of which the last quarter is tested on.
  func latch() throws -> SmallTaskResult {
    var rows: [(method: String, title: String, values: [Double])] = [
      ("", "Hopfield pooling", []), ("association_", "Hopfield association", []),
      ("lstm_", "LSTM with 4 units", []), ("mean_", "Mean of the sequence", []),
    ]
    for run in 0..<options.runs {
      let random = random.child(1).child(UInt64(run))
      let sequences = LatchSequences(using: random.child(0))
      let (training, test) = (
        Array(0..<sequences.count * 3 / 4), Array(sequences.count * 3 / 4..<sequences.count)
      )
      func accuracy(_ model: some BagModel, _ index: UInt64) throws -> Double {
        try BagTraining(
          epochs: options.latchEpochs, rate: 1e-3, random: random.child(1).child(index), progress: progress
        ).accuracy(model, training: training, test: test, isPositive: sequences.isPositive) {
          sequences.batch($0)
        }
      }
      func weights(_ index: UInt64) -> RandomStream { random.child(2).child(index) }
      let size = sequences.characterCount
      rows[0].values.append(
        try accuracy(PoolingModel(.association(size: size), random: weights(0)), 0))
      rows[1].values.append(
        try accuracy(AssociationModel(size: size, instances: sequences.length, random: weights(1)), 1))
      rows[2].values.append(try accuracy(RecurrentModel(size: size, stateSize: 4, random: weights(2)), 2))
      rows[3].values.append(try accuracy(MeanModel(size: size, random: weights(3)), 3))
    }
    return SmallTaskResult(measure: "latch_accuracy", rows: rows)
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
