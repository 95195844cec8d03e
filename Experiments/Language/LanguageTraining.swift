import EnergyTransformer
import Foundation
import Kit

/// The rates that models try.
struct LanguageTuning: Codable, Sendable {
  struct Rates: Codable, Sendable, Equatable {
    /// Muon's rate, for matrices.
    let muon: Double
    /// AdamW's, for all else.
    let others: Double
  }

  /// What each model tries, the first ones where it is to try fewer.
  static let candidates = [
    Rates(muon: 0.03, others: 0.01), Rates(muon: 0.02, others: 0.003), Rates(muon: 0.06, others: 0.01),
    Rates(muon: 0.01, others: 0.01),
  ]

  /// The loss on the selection text by each.
  let losses: [Double]
  let chosen: Rates
}

/// What a training came to, as an interrupted run keeps it.
struct TrainedLanguageModel: Codable, Sendable {
  /// The loss on the sequences of the curve, in nats a symbol, after some updates and seconds.
  struct Point: Codable, Sendable {
    let update: Int
    let seconds: Double
    let loss: Double
  }

  let parameterCount: Int
  let updates: Int
  let seconds: Double
  var curve: [Point] = []
  var tuning: LanguageTuning?
}

/// Trains models: the same windows for all.
struct LanguageTraining {
  let task: LanguageTask
  let model: ModelOptions
  let options: TrainingOptions
  let seed: UInt64
  /// To fill in masked symbols, in place of predicting the next.
  var isMasked = false

  private var root: RandomStream { RandomStream(seed: seed).child(isMasked ? 9 : 8) }

  /// A model before its first update.
  func untrained(_ method: LanguageMethod) -> LanguageModel? {
    LanguageModel(
      method, model, symbolCount: task.symbolCount, isCausal: !isMasked, random: root.child(0))
  }

  /// The number of updates that fit the minutes, from the time of a few.
  func updates(of method: LanguageMethod, _ rates: LanguageTuning.Rates) throws -> Int {
    if let updates = options.updates { return updates }
    guard var loop = try loop(method, rates, updates: 1_000) else { return 0 }
    let batches = batches(from: 0, to: 6)
    func seconds(to total: Int) throws -> Double {
      let started = Date()
      try run(&loop, to: total, batches)
      return Date().timeIntervalSince(started)
    }
    _ = try seconds(to: 2)
    let each = try seconds(to: 6) / 4
    return max(1, Int(options.minutes * 60 / each))
  }

  private func loop(
    _ method: LanguageMethod, _ rates: LanguageTuning.Rates, updates: Int
  ) throws -> TrainingLoop<LanguageModel, Void>? {
    guard let model = untrained(method) else { return nil }
    return TrainingLoop(
      model: model, optimizer: try model.optimizer(rates, weightDecay: options.weightDecay),
      schedule: .warmUpThenCosine(
        peak: 1, warmUpUpdates: updates / 20, updateCount: updates, finalFraction: 0.02),
      random: root.child(1), curriculum: Curriculum(always: ()), gradientNormLimit: 1)
  }

  /// What an update is given.
  struct Batch: Sendable {
    let inputs: [[Int]]
    let labels: [[Int?]]
    let dropout: RandomStream?
  }

  private func batches(from first: Int, to end: Int) -> Prefetcher<Batch> {
    let (task, options, length, random) = (task, options, model.context, root.child(2))
    let (isMasked, dropout) = (isMasked, model.dropout > 0 ? root.child(3) : nil)
    return Prefetcher(from: first, to: end, depth: 4) { update in
      var stream = random.child(UInt64(update))
      let windows = task.batch(count: options.batch, length: length, using: &stream)
      let dropout = dropout?.child(UInt64(update))
      guard isMasked else {
        return Batch(
          inputs: windows.map { Array($0.dropLast()) }, labels: windows.map { $0.dropFirst().map { $0 } },
          dropout: dropout)
      }
      let masked = windows.map {
        MaskedSymbols(Array($0.dropLast()), symbolCount: task.symbolCount, using: &stream)
      }
      return Batch(inputs: masked.map(\.inputs), labels: masked.map(\.labels), dropout: dropout)
    }
  }

  private static func loss(_ model: LanguageModel, _ batch: Batch, _ examples: Range<Int>) -> Tensor<Float> {
    let labels = batch.labels[examples].flatMap { $0 }
    let random = batch.dropout?.child(UInt64(examples.lowerBound))
    let losses = negativeLogLikelihoods(
      model.logits(Array(batch.inputs[examples]), dropout: random), labels: labels)
    let counted = batch.labels.reduce(0) { $0 + $1.count { $0 != nil } }
    return losses.sum() / Float(max(1, counted))
  }

  private func run(
    _ loop: inout TrainingLoop<LanguageModel, Void>, to total: Int, _ batches: Prefetcher<Batch>
  ) throws {
    try loop.run(
      to: total,
      batch: { _, _ in
        guard let batch = try batches.next() else { throw CancellationError() }
        return batch
      }, exampleCount: \.inputs.count
    ) { model, batch, examples, _ in Self.loss(model, batch, examples) }
  }

  /// The mean loss of a model by the rates, after a share of the updates.
  private func trial(_ method: LanguageMethod, _ rates: LanguageTuning.Rates, updates: Int) throws -> Double {
    guard var loop = try loop(method, rates, updates: updates) else { return .infinity }
    do {
      try run(&loop, to: updates, batches(from: 0, to: updates))
    } catch is NonFiniteValue {
      return .infinity
    }
    return LanguageEvaluation.loss(
      of: loop.model, task.evaluated(.selection, length: model.context, limit: 64))
  }

  /// The rates of a model: those of the options, or the best of its trials on the selection text.
  func tuned(_ method: LanguageMethod) throws -> LanguageTuning {
    let given = LanguageTuning.Rates(muon: options.muonRate, others: options.rate)
    guard options.trials > 0 else { return LanguageTuning(losses: [], chosen: given) }
    let candidates = LanguageTuning.candidates.prefix(options.trials)
    let updates = max(1, Int(Double(try updates(of: method, candidates[0])) * options.trialShare))
    let losses = try candidates.map { rates in
      remark("\(method.title): trying rates \(rates.muon) and \(rates.others), \(updates) updates.")
      return try trial(method, rates, updates: updates)
    }
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    return LanguageTuning(losses: losses, chosen: candidates[best])
  }

  /// Trains a model; its course goes into files.
  ///
  /// - Parameters:
  ///   - files: The metrics, and the checkpoint that an interrupted run goes on with.
  ///   - tuning: The rates.
  ///   - updates: The number of updates.
  ///   - isResuming: Whether training continues from the checkpoint.
  func trained(
    _ method: LanguageMethod, _ files: TrainingFiles, _ tuning: LanguageTuning, updates: Int,
    isResuming: Bool
  ) throws -> (model: LanguageModel, figures: TrainedLanguageModel) {
    guard var loop = try loop(method, tuning.chosen, updates: updates) else {
      throw ExperimentError("\(method.title) is not trained by updates")
    }
    var files = files
    if isResuming { try loop.resume(&files, of: updates) }
    let judged = isMasked ? [] : task.evaluated(.validation, length: model.context, limit: 24)
    let points = Set((1...16).map { $0 * updates / 16 })
    var curve = isResuming ? try Curve.read(beside: files.metrics) : Curve()
    curve.points.removeAll { $0.update > loop.updateCount }
    let seconds = try loop.run(
      to: updates, updatesPerEpoch: max(1, min(500, updates / 16)),
      batches: batches(from: loop.updateCount, to: updates), batchSize: options.batch, files: files,
      after: { update, seconds, model in
        guard !judged.isEmpty, points.contains(update) else { return }
        curve.points.append(
          .init(update: update, seconds: seconds, loss: LanguageEvaluation.loss(of: model, judged)))
        try curve.write(beside: files.metrics)
      }
    ) { model, batch, examples, _ in Self.loss(model, batch, examples) }
    let count = loop.model.parameters.values.reduce(0) { $0 + $1.count }
    return (
      loop.model,
      TrainedLanguageModel(
        parameterCount: count, updates: updates, seconds: seconds, curve: curve.points, tuning: tuning)
    )
  }
}

/// The curve of a training at work, for a run that goes on.
private struct Curve: Codable {
  var points: [TrainedLanguageModel.Point] = []

  private static func path(_ metrics: String) -> String { "\(metrics).curve.json" }

  static func read(beside metrics: String) throws -> Curve {
    guard let data = FileManager.default.contents(atPath: path(metrics)) else { return Curve() }
    do {
      return try JSONDecoder().decode(Curve.self, from: data)
    } catch {
      throw ExperimentError("\(path(metrics)): not a curve of losses, as an interrupted run leaves it")
    }
  }

  func write(beside metrics: String) throws {
    try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: Self.path(metrics)), options: .atomic)
  }
}
