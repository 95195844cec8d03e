public import Tensors

/// The result of one update.
public struct TrainingProgress<Model: Parameterized>: Sendable {
  /// The index of the update, from 0.
  public let update: Int
  /// The number of updates of the whole run.
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

/// An infinity or NaN where training needs a number.
public struct NonFiniteValue: Error, CustomStringConvertible, Sendable, Equatable {
  /// The quantity that is not finite, such as "the loss".
  public let quantity: String
  /// The update that computed it, counted from 0, where one is known.
  public let update: Int?

  /// An error about one quantity, at one update where that is known.
  public init(quantity: String, update: Int? = nil) {
    self.quantity = quantity
    self.update = update
  }

  /// One line: `update …: … is not a finite number`.
  public var description: String {
    let prefix = update.map { "update \($0): " } ?? ""
    return "\(prefix)\(quantity) is not a finite number"
  }
}
