import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What a method says about the test part of a fold.
struct FoldOutcome: Codable, Sendable {
  /// The logit of the positive class of each repertoire, but for a constant.
  let scores: [Double]
  let validationAUC: Double
  /// What the validation part chose, in words.
  let choice: String
  /// Validation AUC of a network after every epoch.
  var epochAUCs: [Double] = []
  /// Parameters of a network.
  var parameterCount = 0
  /// What makes up positive repertoires that a network was tested on.
  var contributions: BagContributions?
  /// Where a network looks in some of these; nil where that is not shown.
  var looks: [BagLook]?
}

/// What is finished of a run that may be interrupted.
typealias BagParts = FinishedParts<BagPart>

/// One training, as an interrupted run keeps it.
enum BagPart: Codable, Sendable {
  /// The accuracy or area under the curve of a method in a run of a smaller task, and where its pooling looks, nil where that is
  /// not shown.
  case score(Double, looks: [BagLook]?)
  /// What a method said about a fold, nil where it says nothing, with its rows of metrics.
  case fold(FoldOutcome?, seconds: Double, metrics: [[String: Double]])

  /// The outcome of a trial.
  ///
  /// - Throws: ``ExperimentError`` for a part of another kind, which no run keeps under the name of a score.
  var outcome: SmallTask.Outcome {
    get throws {
      guard case .score(let value, let looks) = self else {
        throw ExperimentError("parts.json: a fold in the place of a score")
      }
      return SmallTask.Outcome(score: value, looks: looks)
    }
  }
}

/// What one method did on all folds of some repertoires.
struct MethodResult {
  let method: PoolingMethod
  /// The area under the ROC curve of each fold's test part.
  var aucs: [Double] = []
  var folds: [FoldOutcome] = []
  var seconds = 0.0
}

/// What came out for the repertoires of one witness rate, or of a folder.
struct RepertoireResult {
  let data: Repertoires
  var methods: [MethodResult]

  /// Hopfield pooling beside every other method on the folds, whose training parts overlap.
  func comparison() throws -> MethodComparison {
    let split = data.folds[0]
    return try MethodComparison(
      measure: "auc_\(data.name)",
      splits: methods.map {
        ($0.method.prefix, $0.method.title, hopfieldName($0.method.title), $0.aucs)
      }, better: .highest,
      dependence: .overlappingTraining(testCount: split.test.count, trainingCount: split.training.count))
  }
}

/// Tells repertoires apart with every method, fold by fold.
struct RepertoireTask {
  let data: DataOptions
  let options: RepertoireOptions
  let random: RandomStream
  let progress: WorkProgress
  let metrics: MetricsWriter
  let finished: BagParts
  /// A row for each method and repertoire under test.
  var scores = CSVTable(columns: [
    "witness_rate", "fold", "repertoire", "is_positive", "method", "score",
  ])

  /// Repertoires of each class that are looked into on the first fold.
  private static let lookedInto = 2

  static let metricNames = [
    "witness_rate", "fold", "method", "epoch", "loss", "validation_auc", "validation_loss",
  ]

  /// The most epochs of all trainings.
  static func epochCount(_ data: DataOptions, _ options: RepertoireOptions) -> Int {
    let folds = min(options.folds, options.firstFolds ?? options.folds)
    let rates = data.repertoires == nil ? data.rates.count : 1
    return folds * rates * PoolingMethod.tried(options).count { $0 != .kmers } * options.epochs
  }

  /// Everything on the repertoires of a folder, or on generated ones of every rate where there are none.
  mutating func run(_ read: Repertoires?) throws -> [RepertoireResult] {
    if let read { return [try result(read)] }
    return try data.rates.enumerated().map { index, rate in
      // The same repertoires and folds for every rate, but for the motifs.
      let found = try Repertoires(rate: rate, data: data, options: options, random: random.child(0))
      progress.print("\(found.title): \(found.all.count) repertoires (\(index + 1)/\(data.rates.count))")
      return try result(found)
    }
  }

  private mutating func result(_ found: Repertoires) throws -> RepertoireResult {
    var methods = PoolingMethod.tried(options).map { MethodResult(method: $0) }
    let regression = methods.contains { $0.method == .kmers } ? KmerRegression(found.contents) : nil
    for (fold, split) in found.folds.enumerated() {
      let names = methods.map { "\(found.name)-fold-\(fold + 1)-\($0.method.index)" }
      let pairs =
        options.pairWeight > 0 && names.contains { finished[$0] == nil }
        ? found.contents.pairs.strongest(options.kernels, in: split.training, isPositive: found.isPositive)
        : []
      for index in methods.indices {
        let method = methods[index].method
        guard
          let (outcome, seconds) = try part(
            names[index], method,
            work: { onEpoch in
              try method == .kmers
                ? regression?.run(split) : trained(method, found, pairs, fold, split, onEpoch)
            })
        else { continue }
        let labels = split.test.map { found.isPositive[$0] }
        methods[index].seconds += seconds
        methods[index].folds.append(outcome)
        methods[index].aucs.append(try BinaryScores(outcome.scores, isPositive: labels).areaUnderROC)
        for (score, repertoire) in zip(outcome.scores, split.test) {
          scores.addRow([
            found.witnessRate ?? 0, Double(fold + 1), Double(repertoire + 1),
            found.isPositive[repertoire] ? 1 : 0, Double(method.index), score,
          ])
        }
        progress.print("\(found.title), fold \(fold + 1): \(Self.line(methods[index]))")
      }
    }
    return RepertoireResult(data: found, methods: methods)
  }

  /// What a method says about a fold and the seconds it took, done now unless it is finished; nil where it says nothing. Its
  /// rows of metrics are written as they come, those of a finished one at once.
  private func part(
    _ name: String, _ method: PoolingMethod,
    work: (_ onEpoch: ([String: Double]) throws -> Void) throws -> FoldOutcome?
  ) throws -> (FoldOutcome, seconds: Double)? {
    let isFinished = finished[name] != nil
    let part = try finished.part(name) {
      var rows: [[String: Double]] = []
      let (outcome, seconds) = try Stopwatch.timed {
        try work { row in
          rows.append(row)
          try metrics.append(row)
        }
      }
      return .fold(outcome, seconds: seconds, metrics: rows)
    }
    guard case .fold(let outcome?, let seconds, let rows) = part else { return nil }
    if isFinished {
      if method != .kmers { progress.skip(options.epochs) }
      for row in rows { try metrics.append(row) }
    }
    return (outcome, seconds)
  }

  /// What a network says about the test part; nil for the method that is none.
  private func trained(
    _ method: PoolingMethod, _ found: Repertoires, _ pairs: [LetterPair], _ fold: Int,
    _ split: StratifiedSplit, _ onEpoch: ([String: Double]) throws -> Void
  ) throws -> FoldOutcome? {
    let stream = random.child(1).child(UInt64(fold)).child(UInt64(method.index))
    let weights = stream.child(1)
    guard let scores = method.scores(options, random: weights.child(1)) else { return nil }
    let training = NetworkTraining(
      data: found.contents, split: split, options: options, random: stream.child(0),
      lookedInto: method == .hopfield && fold == 0 ? Self.lookedInto : 0)
    let outcome = try training.run(
      method.embedding(options, pairs: pairs, random: weights.child(0)), scores
    ) { epoch in
      progress.advance(loss: epoch.loss)
      try onEpoch([
        "witness_rate": found.witnessRate ?? 0, "fold": Double(fold + 1), "method": Double(method.index),
        "epoch": Double(epoch.number), "loss": epoch.loss, "validation_auc": epoch.validation.score,
        "validation_loss": epoch.validation.loss,
      ])
    }
    progress.skip(options.epochs - outcome.epochAUCs.count)
    return outcome
  }

  private static func line(_ result: MethodResult) -> String {
    guard let auc = result.aucs.last, let fold = result.folds.last else { return "" }
    let share = fold.contributions?.witnessShare
    return "\(result.method.title): AUC " + String(format: "%.3f, validation %.3f", auc, fold.validationAUC)
      + fold.choice + (share.map { ", \(NumberText.percent($0)) of the weight on witnesses" } ?? "")
      + String(format: ", %.0f s in all", result.seconds)
  }
}
