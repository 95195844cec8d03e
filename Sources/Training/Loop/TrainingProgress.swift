public import Tensors

/// What one update did.
public struct TrainingProgress<Model: Parameterized>: Sendable {
  /// The index of the update, from 0.
  public let update: Int
  /// The number of updates the run is to have.
  public let updateCount: Int
  /// The loss before the update.
  public let loss: Double
  /// The norm of all gradients together, before clipping.
  public let gradientNorm: Double
  /// The rate of the schedule; groups of parameters multiply it by their factors.
  public let learningRate: Double
  /// The model after the update.
  public let model: Model
  /// The averaged model after the update, where an average is kept.
  public let averagedModel: Model?
}
