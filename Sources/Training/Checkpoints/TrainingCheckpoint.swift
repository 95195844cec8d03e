import ArrayFiles
import Foundations
public import Tensors

/// Everything a run needs to continue with the same bits, in one safetensors file.
///
/// | in the file | content |
/// | --- | --- |
/// | `parameters.…`, `optimizer.…`, `average.…` | one array for each tensor, f32 or f64 |
/// | `random` | i64 [3], the bits of ``Tensors/RandomStream/state`` |
/// | metadata `format`, `updateCount`, `options.…` | what the file is, updates done, the options |
/// | metadata `parameter-layout` | the ``ArrayFiles/ParameterLayout`` |
///
/// Reading checks the file, applying or restoring checks names and shapes and turns what an earlier layout holds the other
/// way round; errors name file and array.
public struct TrainingCheckpoint<Scalar: TensorScalar>: Sendable {
  /// The parameters of the model.
  public let parameters: ParameterValues<Scalar>
  /// ``Optimizer/state``.
  public let optimizerState: ParameterValues<Scalar>
  /// ``ExponentialMovingAverage/state``; empty where no average is kept.
  public let averageState: ParameterValues<Scalar>
  /// The stream that random numbers are drawn from after it.
  public let random: RandomStream
  /// The number of updates done, which is the index of the next one.
  public let updateCount: Int
  /// Settings that the program wants to read back, such as the sizes of the model.
  public var options: [String: String]
  /// The file it was read from, or "memory"; errors name it.
  public let origin: String
  /// How matrices lie among parameters, averages and what the optimiser keeps.
  let layout: ParameterLayout

  /// A checkpoint of values in memory, to be written to a file.
  ///
  /// - Parameters:
  ///   - parameters: The values of the model's parameters.
  ///   - optimizerState: What the optimizer keeps for each of them.
  ///   - averageState: What a moving average of the parameters keeps; empty where there is none.
  ///   - random: The stream that the next update draws from.
  ///   - updateCount: Updates done so far, at least 0.
  ///   - options: The options of the run, by name.
  public init(
    parameters: ParameterValues<Scalar>, optimizerState: ParameterValues<Scalar>,
    averageState: ParameterValues<Scalar> = ParameterValues(), random: RandomStream, updateCount: Int,
    options: [String: String] = [:]
  ) {
    self.init(
      parameters: parameters, optimizerState: optimizerState, averageState: averageState, random: random,
      updateCount: updateCount, options: options, origin: "memory", layout: .outputsFirst)
  }

  init(
    parameters: ParameterValues<Scalar>, optimizerState: ParameterValues<Scalar>,
    averageState: ParameterValues<Scalar>, random: RandomStream, updateCount: Int,
    options: [String: String], origin: String, layout: ParameterLayout
  ) {
    require(updateCount >= 0, "a checkpoint after \(updateCount) updates")
    self.parameters = parameters
    self.optimizerState = optimizerState
    self.averageState = averageState
    self.random = random
    self.updateCount = updateCount
    self.options = options
    self.origin = origin
    self.layout = layout
  }

  /// A model with the parameters of the checkpoint.
  ///
  /// - Throws: ``Foundations/FileFormatError`` naming file and parameter when a name is missing or unknown, or a shape is
  ///   not the model's.
  public func applied<Model: Parameterized<Scalar>>(to model: Model) throws -> Model {
    model.with(try checked(turned(for: model).parameters, "parameters", against: model.parameters))
  }

  /// A model with the averaged parameters of the checkpoint.
  ///
  /// - Throws: ``Foundations/FileFormatError`` as ``applied(to:)``, also when the checkpoint holds no average.
  public func averageApplied<Model: Parameterized<Scalar>>(to model: Model) throws -> Model {
    var average = ExponentialMovingAverage<Scalar>(decay: 0)
    let (parameters, state) = (model.parameters, turned(for: model).averageState)
    try namingFile("average") { try average.restore(state, for: parameters) }
    guard let values = average.parameters else {
      throw FileFormatError(
        file: origin, field: "averaged parameters", expected: "an average", found: "none")
    }
    return model.with(values)
  }

  /// Runs a restoration, with the file and the array's name in its error.
  func namingFile(_ part: String, _ restore: () throws -> Void) throws {
    do {
      try restore()
    } catch let error as StateMismatch {
      throw FileFormatError(
        file: origin, field: "array \"\(part).\(error.entry)\"", expected: error.expected, found: error.found)
    }
  }

  private func checked(
    _ values: ParameterValues<Scalar>, _ part: String, against expected: ParameterValues<Scalar>
  ) throws -> ParameterValues<Scalar> {
    for name in values.names where expected[name] == nil {
      throw FileFormatError(
        file: origin, field: "array \"\(part).\(name)\"", expected: "only parameters of the model",
        found: "another")
    }
    return try expected.map { name, parameter in
      guard let value = values[name] else {
        throw FileFormatError(
          file: origin, field: "array \"\(part).\(name)\"", expected: "shape \(parameter.shape)",
          found: "no such array")
      }
      guard value.shape == parameter.shape else {
        throw FileFormatError(
          file: origin, field: "array \"\(part).\(name)\"", expected: "shape \(parameter.shape)",
          found: "shape \(value.shape)")
      }
      return value
    }
  }
}

/// When a training run saves checkpoints, and how.
public struct CheckpointPlan<Scalar: TensorScalar> {
  /// A checkpoint is saved whenever the number of updates done is a multiple of this, and after the last
  /// update.
  public let interval: Int
  let save: (TrainingCheckpoint<Scalar>) throws -> Void

  /// A plan that saves by a function of the program's own.
  public init(every interval: Int, save: @escaping (TrainingCheckpoint<Scalar>) throws -> Void) {
    require(interval > 0, "checkpoints every \(interval) updates")
    self.interval = interval
    self.save = save
  }

  /// A plan that replaces one file each time.
  public init(every interval: Int, to path: String, options: [String: String] = [:]) {
    self.init(every: interval) { checkpoint in
      var checkpoint = checkpoint
      checkpoint.options = options
      try checkpoint.write(to: path)
    }
  }
}
