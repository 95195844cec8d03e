import Foundations
public import Tensors

/// A model being trained: everything that changes from one update to the next, and the rules by which it
/// does.
///
/// ```swift
/// var loop = TrainingLoop(
///   model: model, optimizer: AdamW(), schedule: .constant(1e-3), random: RandomStream(seed: 7))
/// try loop.run(to: 1_000) { _, random in
///   data.batch(of: 16, using: &random)
/// } loss: { model, batch, _ in
///   meanSquaredError(model(batch.inputs), batch.targets)
/// } onUpdate: { progress in
///   print(progress.update, progress.loss)
/// }
/// ```
///
/// A run that is stopped at any update and resumed from its ``checkpoint(options:)`` gives the same bits as
/// one that was not, on the same machine and as long as `batch` and `loss` depend on nothing but their
/// arguments.
public struct TrainingLoop<Model: Parameterized, Phase: Sendable>: Sendable {
  public typealias Scalar = Model.Scalar

  /// The model after the updates done so far.
  public private(set) var model: Model
  /// The number of updates done, which is the index of the next one.
  public private(set) var updateCount = 0
  /// The average of the parameters, where one is kept.
  public private(set) var average: ExponentialMovingAverage<Scalar>?

  private var optimizer: any Optimizer<Scalar>
  private var random: RandomStream
  private let schedule: LearningRateSchedule
  private let curriculum: Curriculum<Phase>
  private let gradientNormLimit: Double?

  /// A run before its first update.
  ///
  /// - Parameters:
  ///   - model: The model to be trained, with one parameter at least.
  ///   - optimizer: The rule that turns gradients into steps.
  ///   - schedule: The learning rate of every update.
  ///   - random: The stream that batches draw from.
  ///   - curriculum: The phases that `loss` is given.
  ///   - gradientNormLimit: Gradients are clipped to this global norm; not clipped where nil.
  ///   - average: Kept beside the parameters; it does not influence them.
  public init(
    model: Model, optimizer: any Optimizer<Scalar>, schedule: LearningRateSchedule, random: RandomStream,
    curriculum: Curriculum<Phase>, gradientNormLimit: Double? = nil,
    average: ExponentialMovingAverage<Scalar>? = nil
  ) {
    require(
      model.parameters.count > 0,
      "\(Model.self) visits no parameter, so nothing can be learned: see Parameterized.visitParameters(_:)")
    self.model = model
    self.optimizer = optimizer
    self.schedule = schedule
    self.random = random
    self.curriculum = curriculum
    self.gradientNormLimit = gradientNormLimit
    self.average = average
  }

  /// Continues until `total` updates are done, counting those before a checkpoint.
  ///
  /// - Parameters:
  ///   - total: The number of updates of the whole run; the curriculum divides it into phases.
  ///   - checkpoints: Saved after `onUpdate` has seen the update.
  ///   - batch: The data of an update. It draws from the loop's random numbers, whose state is in every
  ///     checkpoint.
  ///   - loss: The loss, one number, computed by differentiable operations.
  ///   - onUpdate: Called after every update; an error it throws ends the run after that update.
  /// - Throws: ``NonFiniteValue`` naming the update, and for a gradient the parameter, with the loop as it
  ///   was before that update; and whatever the closures throw.
  public mutating func run<Batch>(
    to total: Int, checkpoints: CheckpointPlan<Scalar>? = nil,
    batch: (_ update: Int, _ random: inout RandomStream) throws -> Batch,
    loss: (Model, Batch, Phase) throws -> Tensor<Scalar>,
    onUpdate: (TrainingProgress<Model>) throws -> Void = { _ in }
  ) throws {
    try run(to: total, checkpoints, onUpdate) { loop in
      try loop.update(of: total, batch: batch, loss: loss)
    }
  }

  /// Continues until `total` updates are done, with a loss that is a sum over the examples of a batch.
  ///
  /// Like the other form, but each batch is computed piece by piece, as `valueWithGradient(at:exampleCount:…)` says:
  /// forward and backward pass of a piece on one core, which is faster and takes less memory.
  ///
  /// - Parameters:
  ///   - total: The number of updates of the whole run; the curriculum divides it into phases.
  ///   - checkpoints: Saved after `onUpdate` has seen the update.
  ///   - pieceSize: The number of examples of a piece; a quarter of the batch, rounded up, where nil.
  ///   - batch: The data of an update, which draws from the loop's random numbers.
  ///   - exampleCount: The number of examples of a batch.
  ///   - lossOfExamples: The share of the loss of some examples. A mean divides by the number of examples of the
  ///     whole batch.
  ///   - onUpdate: Called after every update; an error it throws ends the run after that update.
  public mutating func run<Batch: Sendable>(
    to total: Int, checkpoints: CheckpointPlan<Scalar>? = nil, pieceSize: Int? = nil,
    batch: (_ update: Int, _ random: inout RandomStream) throws -> Batch,
    exampleCount: (Batch) -> Int,
    lossOfExamples: @Sendable (Model, Batch, Range<Int>, Phase) throws -> Tensor<Scalar>,
    onUpdate: (TrainingProgress<Model>) throws -> Void = { _ in }
  ) throws {
    try run(to: total, checkpoints, onUpdate) { loop in
      try loop.update(
        of: total, pieceSize: pieceSize, batch: batch, exampleCount: exampleCount,
        lossOfExamples: lossOfExamples)
    }
  }

  private mutating func run(
    to total: Int, _ checkpoints: CheckpointPlan<Scalar>?,
    _ onUpdate: (TrainingProgress<Model>) throws -> Void,
    update: (inout TrainingLoop) throws -> TrainingProgress<Model>
  ) throws {
    while updateCount < total {
      try onUpdate(try update(&self))
      if let checkpoints, updateCount % checkpoints.interval == 0 || updateCount == total {
        try checkpoints.save(checkpoint())
      }
    }
  }

  /// One update of a run of `total`: gradient, clipping, optimiser, average.
  ///
  /// - Throws: As ``run(to:checkpoints:batch:loss:onUpdate:)``; the loop is then as it was before.
  public mutating func update<Batch>(
    of total: Int,
    batch: (_ update: Int, _ random: inout RandomStream) throws -> Batch,
    loss: (Model, Batch, Phase) throws -> Tensor<Scalar>
  ) throws -> TrainingProgress<Model> {
    try update(of: total, batch: batch) { model, batch, phase in
      try valueWithGradient(at: model) { try loss($0, batch, phase) }
    }
  }

  /// One update of a run of `total` with a loss that is a sum over the examples of a batch, computed piece by piece: for a run
  /// that ends by something else than its number of updates, such as its time.
  ///
  /// - Parameters:
  ///   - total: The number of updates of the whole run, as far as it is known.
  ///   - pieceSize: The number of examples of a piece; a quarter of the batch, rounded up, where nil.
  ///   - batch: The data of the update, which draws from the loop's random numbers.
  ///   - exampleCount: The number of examples of a batch.
  ///   - lossOfExamples: The share of the loss of some examples. A mean divides by the number of examples of the whole batch.
  /// - Throws: As ``run(to:checkpoints:batch:loss:onUpdate:)``; the loop is then as it was before.
  public mutating func update<Batch: Sendable>(
    of total: Int, pieceSize: Int? = nil,
    batch: (_ update: Int, _ random: inout RandomStream) throws -> Batch,
    exampleCount: (Batch) -> Int,
    lossOfExamples: @Sendable (Model, Batch, Range<Int>, Phase) throws -> Tensor<Scalar>
  ) throws -> TrainingProgress<Model> {
    try update(of: total, batch: batch) { model, batch, phase in
      let count = exampleCount(batch)
      return try valueWithGradient(
        at: model, exampleCount: count, pieceSize: pieceSize ?? (count + 3) / 4
      ) { model, examples in
        try lossOfExamples(model, batch, examples, phase)
      }
    }
  }

  private mutating func update<Batch>(
    of total: Int,
    batch: (_ update: Int, _ random: inout RandomStream) throws -> Batch,
    gradient: (Model, Batch, Phase) throws -> (
      value: Tensor<Scalar>, gradient: ParameterValues<Scalar>
    )
  ) throws -> TrainingProgress<Model> {
    let index = updateCount
    var randomAfter = random
    let data = try batch(index, &randomAfter)
    let phase = curriculum.phase(at: index, of: total)
    let (value, gradient) = try gradient(model, data, phase)
    guard value.isFinite else { throw NonFiniteValue(quantity: "the loss", update: index) }
    let (direction, norm) = try limited(gradient, update: index)
    let rate = schedule.rate(at: index)

    let parameters = optimizer.update(model.parameters, gradients: direction, learningRate: rate)
    model.setParameters(parameters)
    average?.update(parameters)
    random = randomAfter
    updateCount += 1
    return TrainingProgress(
      update: index, updateCount: total, loss: Double(value.scalar), gradientNorm: norm, learningRate: rate,
      model: model, averagedModel: averagedModel)
  }

  /// The model with averaged parameters; nil where no average is kept or no update has been made.
  public var averagedModel: Model? { average?.parameters.map { model.with($0) } }

  private func limited(
    _ gradient: ParameterValues<Scalar>, update: Int
  ) throws -> (ParameterValues<Scalar>, Double) {
    do {
      if let gradientNormLimit { return try clipped(gradient, toGlobalNorm: gradientNormLimit) }
      return (gradient, try finiteGlobalNorm(of: gradient))
    } catch let error as NonFiniteValue {
      throw NonFiniteValue(quantity: error.quantity, update: update)
    }
  }
}

extension TrainingLoop where Phase == Void {
  /// A run before its first update, without phases; the parameters are those of the other initialiser.
  public init(
    model: Model, optimizer: any Optimizer<Scalar>, schedule: LearningRateSchedule, random: RandomStream,
    gradientNormLimit: Double? = nil, average: ExponentialMovingAverage<Scalar>? = nil
  ) {
    self.init(
      model: model, optimizer: optimizer, schedule: schedule, random: random, curriculum: .none,
      gradientNormLimit: gradientNormLimit, average: average)
  }
}

// MARK: - Checkpoints

extension TrainingLoop {
  /// Everything needed to continue from here.
  public func checkpoint(options: [String: String] = [:]) -> TrainingCheckpoint<Scalar> {
    TrainingCheckpoint(
      parameters: model.parameters, optimizerState: optimizer.state,
      averageState: average?.state ?? ParameterValues(), random: random, updateCount: updateCount,
      options: options)
  }

  /// Continues from a checkpoint of a run with the same model, optimiser and kind of average.
  ///
  /// - Throws: ``Foundations/FileFormatError`` naming file and array when one is missing, unknown or of another shape;
  ///   the loop is then as it was before.
  public mutating func restore(from checkpoint: TrainingCheckpoint<Scalar>) throws {
    let checkpoint = checkpoint.turned(for: model)
    let model = try checkpoint.applied(to: model)
    var (optimizer, average) = (optimizer, average)
    try checkpoint.namingFile("optimizer") {
      try optimizer.restore(checkpoint.optimizerState, for: model.parameters)
      if checkpoint.updateCount > 0 { try checkStateIsComplete(checkpoint.optimizerState) }
    }
    try checkpoint.namingFile("average") {
      let isThere = checkpoint.averageState.count > 0
      let isExpected = average != nil && checkpoint.updateCount > 0
      if isThere != isExpected {
        throw StateMismatch(
          owner: "average", entry: "updateCount", expected: isExpected ? "an average" : "no average",
          found: isThere ? "an average" : "none")
      }
      try average?.restore(checkpoint.averageState, for: model.parameters)
    }
    (self.model, self.optimizer, self.average) = (model, optimizer, average)
    random = checkpoint.random
    updateCount = checkpoint.updateCount
  }

  // An optimiser takes an empty state for a fresh start; in the middle of a run that would change the run
  // unnoticed. The state that it has after an update shows what must be there.
  private func checkStateIsComplete(_ state: ParameterValues<Scalar>) throws {
    var probe = optimizer
    let parameters = model.parameters
    _ = probe.update(
      parameters, gradients: parameters.map { _, value in .zeros(value.shape) }, learningRate: 0)
    for (name, value) in zip(probe.state.names, probe.state.values) where state[name] == nil {
      throw StateMismatch(
        owner: "optimizer", entry: name, expected: "shape \(value.shape)", found: "no such array")
    }
  }
}
