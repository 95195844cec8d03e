import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Trains a network for a time or a number of updates.
struct NetworkTraining: Sendable {
  let material: LanguageMaterial
  let options: TrainingOptions
  let budget: TrainingBudget
  /// How the energy model descends, and how at first.
  let settings: DescentSettings, shortSettings: DescentSettings
  let seed: UInt64
  /// What a symbol is, for the line of progress.
  let unit: String

  /// The columns of its metrics behind the update.
  static let columns = ["loss", "gradient_norm", "learning_rate", "seconds", "characters", "held_out_nats"]

  /// Trains a network to the end of the budget.
  ///
  /// Where there are checkpoints, Ctrl-C and SIGTERM end the training after the update at work, with one more of them.
  ///
  /// - Parameters:
  ///   - files: Where metrics and checkpoints go; nil for a trial.
  ///   - isResuming: Whether it goes on with the checkpoint among the files.
  ///   - view: What is shown of the network while it learns.
  /// - Throws: `NonFiniteValue` or `DescentFailure` where it left the finite numbers.
  func trained<Network: TextNetwork>(
    _ network: Network, optimizer: any Optimizer<Float>, files: TrainingFiles?, isResuming: Bool = false,
    live view: LiveView<Network>? = nil
  ) throws -> TrainedModel<Network> {
    let rate = Guarded(0.0)
    let root = RandomStream(seed: seed)
    var loop = TrainingLoop(
      model: network, optimizer: optimizer, schedule: LearningRateSchedule { _ in rate.withLock { $0 } },
      random: root.child(1), gradientNormLimit: 1)
    var files = files
    if isResuming, var found = files {
      try loop.resume(&found, of: budget.updateLimit)
      files = found
    }
    var course = TrainingCourse(secondsBefore: files?.secondsBefore ?? 0)
    course.begin(at: budget.share(updates: loop.updateCount, seconds: course.seconds), looks: options.looks)
    let metrics = try files.map { try Self.metrics($0, at: loop.updateCount) }
    let live = LiveTraining(
      view, files, atStep: loop.updateCount,
      of: budget.expectedUpdates(updates: loop.updateCount, seconds: course.seconds))
    let progress = ProgressLine()
    progress.unit = "\(unit)s"
    let watched = material.watchedExercises
    func isSpent() -> Bool { budget.share(updates: loop.updateCount, seconds: course.seconds) >= 1 }
    func save() throws {
      guard let files, let path = files.checkpoint else { return }
      var checkpoint = loop.checkpoint(options: files.options)
      checkpoint.options["train-seconds"] = "\(course.seconds)"
      try metrics?.synchronize()
      try checkpoint.write(to: path)
    }
    func train(untilStopped isStopped: () -> Bool) throws {
      while !isSpent(), !isStopped() {
        let update = try next(&loop, rate, &course, random: root)
        let share = budget.share(updates: loop.updateCount, seconds: course.seconds)
        let isLook = files != nil && course.isLookDue(share, of: options.looks)
        let heldOut = isLook ? try loop.model.score(on: watched, settings: settings).nats : nil
        try metrics?.append(step: update.update, row(update, course, heldOut))
        progress.show(
          .init(
            update: loop.updateCount, updateCount: max(loop.updateCount, update.updateCount),
            loss: course.smoothedLoss, imageCount: loop.updateCount * options.batch * material.context))
        if let metrics { live?.show(update, metrics, progress) }
        if isLook { try save() }
      }
    }
    guard files?.checkpoint != nil else {
      try train { false }
      progress.finish()
      return (loop.model, course.seconds, loop.updateCount)
    }
    try StopSignal.watching {
      try train { StopSignal.number != nil }
      progress.finish()
      // A training that is over is judged again by a resumed run, not trained again.
      try save()
      if let number = StopSignal.number {
        throw StopSignal.exit(
          number, saying: "stopped after update \(loop.updateCount) of a training: go on with --resume")
      }
    }
    if view != nil, let files { LiveRecord.remove(fromFolder: files.folder) }
    return (loop.model, course.seconds, loop.updateCount)
  }

  /// One update, whose seconds alone count as training.
  private func next<Network: TextNetwork>(
    _ loop: inout TrainingLoop<Network, Void>, _ rate: Guarded<Double>, _ course: inout TrainingCourse,
    random: RandomStream
  ) throws -> TrainingProgress<Network> {
    let share = budget.courseOfNext(updates: loop.updateCount, seconds: course.seconds)
    rate.withLock { $0 = options.rates.rate(at: share) }
    let descent = share <= options.shortShare ? shortSettings : settings
    let expected = budget.expectedUpdates(updates: loop.updateCount, seconds: course.seconds)
    let (update, seconds) = try Stopwatch.timed {
      try loop.update(
        of: expected, batch: { number, _ in batch(number, random) }, exampleCount: { $0.exercises.count }
      ) { network, batch, examples, _ in
        let part = batch.exercises[examples]
        let logits = try network.logits(
          of: part.map(\.symbols), settings: descent, dropout: batch.random.child(UInt64(examples.lowerBound))
        )
        let losses = negativeLogLikelihoods(logits, labels: part.flatMap(\.answers))
        return losses.sum() / Float(batch.askedCount)
      }
    }
    course.add(seconds, loss: update.loss)
    return update
  }

  /// The data of an update: a function of seed and update alone.
  private func batch(_ update: Int, _ random: RandomStream) -> ExerciseBatch {
    var draws = random.child(2).child(UInt64(update))
    let masks = random.child(4).child(UInt64(update))
    let sequences = material.draw(options.batch, &draws)
    return ExerciseBatch(
      sequences.enumerated().map { material.form.exercise($1, random: masks.child(UInt64($0))) },
      random: random.child(5).child(UInt64(update)))
  }

  private func row<Network>(
    _ update: TrainingProgress<Network>, _ course: TrainingCourse, _ heldOut: Double?
  ) -> [String: Double] {
    var row = [
      "loss": update.loss, "gradient_norm": update.gradientNorm, "learning_rate": update.learningRate,
      "seconds": course.seconds,
      "characters": Double((update.update + 1) * options.batch * material.context),
    ]
    row["held_out_nats"] = heldOut
    return row
  }

  private static func metrics(_ files: TrainingFiles, at update: Int) throws -> MetricsWriter {
    update > 0 && FileManager.default.fileExists(atPath: files.metrics)
      ? try MetricsWriter(
        resuming: files.metrics, columns: columns, atStep: update, eventsFolder: files.eventsFolder)
      : try MetricsWriter(path: files.metrics, columns: columns, eventsFolder: files.eventsFolder)
  }
}

/// What a training has come to so far.
private struct TrainingCourse {
  /// Seconds of updates, those before a resumption included.
  private(set) var seconds: Double
  private(set) var smoothedLoss: Double?
  private var lookCount = 0

  init(secondsBefore: Double) { seconds = secondsBefore }

  /// Goes on at a share of the training, with the looks behind it taken.
  mutating func begin(at share: Double, looks: Int) { _ = isLookDue(share, of: looks) }

  mutating func add(_ seconds: Double, loss: Double) {
    self.seconds += seconds
    smoothedLoss = smoothedLoss.map { 0.98 * $0 + 0.02 * loss } ?? loss
  }

  /// Whether the share that is spent has passed the next of so many marks, the last of which is the end.
  mutating func isLookDue(_ share: Double, of count: Int) -> Bool {
    let passed = Int((min(1, share) * Double(count)).rounded(.down))
    defer { lookCount = passed }
    return passed > lookCount
  }
}

extension TrainingFiles {
  /// The folder of the metrics.
  fileprivate var folder: String {
    let folder = URL(fileURLWithPath: metrics).deletingLastPathComponent()
    return folder.relativePath
  }
}
