import EnergyTransformer
import Foundation

/// What one method did on all folds of some repertoires.
struct MethodResult {
  let method: PoolingMethod
  /// The area under the ROC curve of each fold's test part.
  var aucs: [Double] = []
  var validationAUCs: [Double] = []
  /// The chosen epoch of each fold and how many there were; of the regression none.
  var epochs: [(chosen: Int, of: Int)] = []
  var parameterCount = 0
  var seconds = 0.0
  /// The mean weight on witnesses in each fold, where they are known.
  var witnessShares: [Double] = []
  /// The sequences with the largest weights in a positive test repertoire of the first fold.
  var strongest: [WitnessWeights.Contributor] = []
  /// The words that each fold's validation part chose, and the ridge.
  var words: [String] = []
  /// Validation AUC after every epoch of the first fold.
  var course: [Double] = []
}

/// What came out for the repertoires of one witness rate, or of a folder.
struct RepertoireResult {
  let name: String
  let title: String
  let witnessRate: Double?
  let repertoireCount: Int
  let sequenceCount: Int
  /// The repertoires of a fold's training and test part.
  let trainingCount: Int, testCount: Int
  let foldCount: Int
  /// What was left out of a folder, one line each.
  let notes: [String]
  var methods: [MethodResult]
  /// Seconds of generating or reading.
  let preparation: Double
}

/// Tells repertoires apart with every method, fold by fold.
struct RepertoireTask {
  let data: DataOptions
  /// The repertoires of a folder; nil for generated ones.
  let read: RepertoireData?
  let options: RepertoireOptions
  let random: RandomStream
  let progress: SharedProgress
  let metrics: MetricsWriter

  static let metricNames = [
    "witness_rate", "fold", "method", "epoch", "loss", "validation_auc", "validation_loss",
  ]
  static let scoreNames = ["witness_rate", "fold", "repertoire", "is_positive", "method", "score"]

  /// What is tried on all repertoires. Where kernels begin at random for every method, there are no starts to exchange.
  private static func methods(_ options: RepertoireOptions) -> [PoolingMethod] {
    [.hopfield] + (options.baselines ? PoolingMethod.baselines : [])
      + (options.ablations && options.pairWeight > 0 ? PoolingMethod.ablations : [])
  }

  /// The most epochs of all trainings.
  static func epochCount(_ data: DataOptions, _ options: RepertoireOptions) -> Int {
    let folds = min(options.folds, options.firstFolds ?? options.folds)
    let rates = data.repertoires == nil ? data.rates.count : 1
    return folds * rates * methods(options).count { $0 != .kmers } * options.epochs
  }

  /// Everything, with a row of `scores` for each method and repertoire under test.
  func run(scores: inout CSVTable) throws -> [RepertoireResult] {
    var results: [RepertoireResult] = []
    var step = 0
    if let read {
      results.append(try result(read, &scores, &step))
    } else {
      for (index, rate) in data.rates.enumerated() {
        // The same repertoires and folds for every rate, but for the motifs.
        let found = try RepertoireData(rate: rate, data: data, options: options, random: random.child(0))
        progress.print(
          "\(found.title): \(found.repertoires.count) repertoires (\(index + 1)/\(data.rates.count))")
        results.append(try result(found, &scores, &step))
      }
    }
    return results
  }

  private func result(
    _ found: RepertoireData, _ scores: inout CSVTable, _ step: inout Int
  ) throws -> RepertoireResult {
    let methods = Self.methods(options)
    let sequences = found.repertoires.reduce(0) { $0 + $1.sequences.count }
    var result = RepertoireResult(
      name: found.name, title: found.title, witnessRate: found.witnessRate,
      repertoireCount: found.repertoires.count, sequenceCount: sequences,
      trainingCount: found.folds[0].training.count, testCount: found.folds[0].test.count,
      foldCount: found.folds.count, notes: found.notes,
      methods: methods.map { MethodResult(method: $0) }, preparation: found.preparation)
    let regression = methods.contains(.kmers) ? KmerRegression(found) : nil
    for (fold, split) in found.folds.enumerated() {
      let seeds =
        options.pairWeight > 0 ? found.pairs.strongest(options.kernels, in: split.training) : []
      for place in result.methods.indices {
        let method = result.methods[place].method
        let tested: [Double]
        if method == .kmers {
          guard let regression else { continue }
          tested = try add(try regression.run(split), to: &result.methods[place])
        } else {
          tested = try trained(
            method, found, seeds, fold: fold, split: split, &result.methods[place], &step)
        }
        let labels = found.labels(split.test)
        let auc = try BinaryScores(tested, isPositive: labels).areaUnderROC
        result.methods[place].aucs.append(auc)
        for (score, index) in zip(tested, split.test) {
          scores.addRow([
            found.witnessRate ?? 0, Double(fold + 1), Double(index + 1),
            found.repertoires[index].isPositive ? 1 : 0,
            Double(PoolingMethod.allCases.firstIndex(of: method) ?? 0), score,
          ])
        }
        progress.print(Self.line(found, fold, result.methods[place]))
      }
    }
    return result
  }

  private func add(_ outcome: KmerRegression.Outcome, to result: inout MethodResult) throws -> [Double] {
    result.validationAUCs.append(outcome.validationAUC)
    result.words.append("words of \(outcome.words), ridge \(outcome.ridge)")
    result.seconds += outcome.seconds
    return outcome.scores
  }

  private func trained(
    _ method: PoolingMethod, _ found: RepertoireData, _ pairs: [LetterPairs.Pair], fold: Int,
    split: StratifiedSplit, _ result: inout MethodResult, _ step: inout Int
  ) throws -> [Double] {
    let index = PoolingMethod.allCases.firstIndex(of: method) ?? 0
    let stream = random.child(1).child(UInt64(fold)).child(UInt64(index))
    var course: [Double] = []
    var rows = step
    let training = NetworkTraining(data: found, split: split, options: options, random: stream.child(0)) {
      epoch in
      rows += 1
      course.append(epoch.validationAUC)
      progress.advance(loss: epoch.loss)
      try metrics.append(
        step: rows,
        [
          "witness_rate": found.witnessRate ?? 0, "fold": Double(fold + 1), "method": Double(index),
          "epoch": Double(epoch.number), "loss": epoch.loss, "validation_auc": epoch.validationAUC,
          "validation_loss": epoch.validationLoss,
        ])
    }
    guard let outcome = try method.withNetwork(options, pairs: pairs, random: stream.child(1), training)
    else {
      fatalError("\(method) has no network")
    }
    step = rows
    progress.skip(options.epochs - outcome.epochs)
    result.validationAUCs.append(outcome.epoch.validationAUC)
    result.epochs.append((outcome.epoch.number, outcome.epochs))
    result.parameterCount = outcome.parameterCount
    result.seconds += outcome.seconds
    if let share = outcome.witnesses?.share { result.witnessShares.append(share) }
    if fold == 0 {
      result.strongest = outcome.witnesses?.strongest ?? []
      result.course = course
    }
    return outcome.scores.map { Double($0) }
  }

  private static func line(_ data: RepertoireData, _ fold: Int, _ result: MethodResult) -> String {
    let epochs = result.epochs.last.map { " in epoch \($0.chosen) of \($0.of)" } ?? ""
    let words = result.words.last.map { " with \($0)" } ?? ""
    let share =
      result.witnessShares.last.map { ", \(RepertoireData.percent($0)) of the weight on witnesses" } ?? ""
    return
      "\(data.title), fold \(fold + 1): \(result.method.title): AUC "
      + String(format: "%.3f", result.aucs.last ?? 0) + ", validation "
      + String(format: "%.3f", result.validationAUCs.last ?? 0) + epochs + words + share
      + String(format: ", %.0f s in all", result.seconds)
  }
}
