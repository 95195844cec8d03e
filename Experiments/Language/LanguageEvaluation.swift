import Baselines
import EnergyTransformer
import Foundation

/// Losses of models on sequences.
enum LanguageEvaluation {
  /// The negative log-probabilities of the counted symbols of each sequence, in nats.
  static func losses(of model: LanguageModel, _ windows: [TextWindows.Evaluated]) -> [[Double]] {
    batches(windows).flatMap { batch in
      let logits = model.logits(batch.map { Array($0.symbols.dropLast()) })
      let labels = batch.flatMap { window in
        (0..<window.symbols.count - 1).map { window.counted.contains($0) ? window.symbols[$0 + 1] : nil }
      }
      var losses = negativeLogLikelihoods(logits, labels: labels).elements.map(Double.init)[...]
      return batch.map { window in
        defer { losses = losses.dropFirst(window.counted.count) }
        return Array(losses.prefix(window.counted.count))
      }
    }
  }

  /// Their mean over all sequences.
  static func loss(of model: LanguageModel, _ windows: [TextWindows.Evaluated]) -> Double {
    mean(losses(of: model, windows).flatMap { $0 })
  }

  /// Neighbouring sequences of equal length, some at a time.
  static func batches(_ windows: [TextWindows.Evaluated]) -> [[TextWindows.Evaluated]] {
    var batches: [[TextWindows.Evaluated]] = []
    for window in windows {
      if let last = batches.last, last.count < 16, last[0].symbols.count == window.symbols.count {
        batches[batches.count - 1].append(window)
      } else {
        batches.append([window])
      }
    }
    return batches
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}

/// What came out of one method.
struct LanguageResult: Codable, Sendable {
  let method: LanguageMethod
  /// Of a model that learns.
  var training: TrainedLanguageModel?
  /// The mean negative log-probability of a symbol of the text that is predicted, in nats.
  let loss: Double
  /// Of n-grams: the loss of each order on the text that is predicted, and the order that was chosen.
  var orders: [Double] = []
  var chosenOrder: Int?
  /// Of generated tasks.
  var answers: Answers?
  var agreement: Agreement?
  /// What it wrote, and how many symbols a second.
  var sample = ""
  var sampleRate = 0.0
}

/// The answers of a model to calculations, by depth.
struct Answers: Codable, Sendable {
  struct Count: Codable, Sendable {
    var asked = 0.0
    var valueRight = 0.0
    var stepsRight = 0.0
  }

  private(set) var byDepth: [Int: Count] = [:]

  /// Asks a model for calculations of the tests, greedily.
  init(of model: LanguageModel, _ task: ListOps, questions: Int, random: RandomStream) {
    let expressions = (0..<questions).map { index in
      var stream = random.child(UInt64(index))
      return task.expression(of: .test, using: &stream)
    }
    let judgements = Parallelism.map(questions) { index -> ListOps.Judgement in
      let expression = expressions[index]
      let wanted = ListOps.calculation(of: expression).count
      var (generation, stream) = (LanguageGeneration(model), random)
      let found =
        generation?.continued(
          ListOps.prompt(of: expression), count: wanted, .greedy, using: &stream
        ) { $0 == ListOps.end } ?? []
      return ListOps.judge(found, of: expression)
    }
    for (expression, judgement) in zip(expressions, judgements) {
      byDepth[expression.depth, default: Count()].asked += 1
      if judgement.valueIsRight { byDepth[expression.depth, default: Count()].valueRight += 1 }
      if judgement.stepsAreRight { byDepth[expression.depth, default: Count()].stepsRight += 1 }
    }
  }

  /// The share of right values.
  var accuracy: Double {
    byDepth.values.reduce(0) { $0 + $1.valueRight } / max(1, byDepth.values.reduce(0) { $0 + $1.asked })
  }
}

/// How much a model loses beside one that knows the grammar, and whether its verbs agree.
struct Agreement: Codable, Sendable {
  /// The loss of a model that knows the grammar, in nats a symbol.
  let optimum: Double
  /// Of verbs by their distance from the subject, in ranges: the number, and how many were the most probable verb.
  private(set) var byDistance: [Int: [Double]] = [:]

  /// The lower ends of the ranges of distances.
  static let ranges = [1, 2, 5, 9, 17, 33, 65]

  init(of model: LanguageModel, _ grammar: BracketGrammar, _ windows: [TextWindows.Evaluated]) {
    let costs = windows.map { grammar.costs(of: $0.symbols) }
    optimum = LanguageEvaluation.mean(costs.flatMap { $0.dropFirst().map(\.nats) })
    var next = 0
    for batch in LanguageEvaluation.batches(windows) {
      let logits = model.logits(batch.map { Array($0.symbols.dropLast()) })
      let (length, count) = (logits.shape[1], logits.shape[2])
      let values = logits.elements
      for (index, window) in batch.enumerated() {
        for position in 1..<window.symbols.count {
          guard let distance = costs[next][position].agreementDistance else { continue }
          let row = (index * length + position - 1) * count
          let best = grammar.verbs.max { values[row + $0] < values[row + $1] }
          let range = Self.ranges.last { $0 <= distance } ?? 1
          var found = byDistance[range, default: [0, 0]]
          found[0] += 1
          if best == window.symbols[position] { found[1] += 1 }
          byDistance[range] = found
        }
        next += 1
      }
    }
  }

  /// The share of verbs that agree.
  var accuracy: Double {
    byDistance.values.reduce(0) { $0 + $1[1] } / max(1, byDistance.values.reduce(0) { $0 + $1[0] })
  }
}

extension LanguageResult {
  /// The n-gram model: the order is chosen on the selection text, the counts are those of all that is learned from.
  static func ngram(_ options: DataOptions, seed: UInt64) throws -> LanguageResult {
    let (choosing, task) = (
      try LanguageTask(options, seed: seed, withSelection: true),
      try LanguageTask(options, seed: seed, withSelection: false)
    )
    let highest = 6
    let count = task.symbolCount
    func losses(_ training: [Int], _ text: [Int], after past: [Int]) -> [Double] {
      let model = WittenBellModel(order: highest, symbolCount: count, counting: training)
      return model.meanNegativeLogLikelihoods(of: text, after: past)
    }
    let training = choosing.symbols(of: .training)
    let onSelection = losses(training, choosing.symbols(of: .selection), after: training)
    let chosen = onSelection.indices.min { onSelection[$0] < onSelection[$1] } ?? 0
    let all = task.symbols(of: .training)
    let onValidation = losses(all, task.symbols(of: .validation), after: all)
    var result = LanguageResult(method: .ngram, loss: onValidation[chosen])
    (result.orders, result.chosenOrder) = (onValidation, chosen)
    return result
  }
}
