import Foundations
public import Tensors

/// How well a model does on held-out examples: the score decides, and between equal scores the loss.
///
/// A greater value is a better model, so that `max` of several finds the best, and the first of equals.
public struct ValidationScore: Comparable, Sendable {
  /// The score, such as an accuracy or an area under a curve; higher is better.
  public let score: Double
  /// The loss that decides between equal scores; lower is better.
  public let loss: Double

  /// - Parameters:
  ///   - score: The higher the better.
  ///   - loss: Left out where nothing is to decide between equal scores.
  public init(score: Double, loss: Double = 0) {
    self.score = score
    self.loss = loss
  }

  public static func < (first: ValidationScore, second: ValidationScore) -> Bool {
    first.score == second.score ? first.loss > second.loss : first.score < second.score
  }

  /// - Throws: ``NonFiniteValue`` for a score or a loss that is not finite: no choice can rest on it.
  func checkFinite() throws {
    if !score.isFinite { throw NonFiniteValue(quantity: "the validation score") }
    if !loss.isFinite { throw NonFiniteValue(quantity: "the validation loss") }
  }
}

extension Sequence {
  /// The element that is worth most, of equals the first, such as the trial of the best setting.
  ///
  /// - Parameter worth: What an element is worth; nil where it cannot be chosen, as a trial that left the finite numbers.
  /// - Returns: nil where no element can be chosen.
  public func best(by worth: (Element) throws -> ValidationScore?) rethrows -> Element? {
    var best: (element: Element, worth: ValidationScore)?
    for element in self {
      guard let found = try worth(element) else { continue }
      if best.map({ $0.worth < found }) ?? true { best = (element, found) }
    }
    return best?.element
  }
}

/// What an epoch of training led to.
public struct TrainedEpoch: Equatable, Sendable {
  /// The epoch, counted from 1.
  public let number: Int
  /// The number of updates done at its end.
  public let updateCount: Int
  /// The loss that training reported, such as the mean over its updates.
  public let loss: Double
  /// The score of the model at its end.
  public let validation: ValidationScore
}

/// A model as it was at the end of its best epoch.
public struct BestEpoch<Model: Parameterized>: Sendable {
  /// The model; the averaged one where an average is kept.
  public let model: Model
  /// The epoch at whose end it was taken.
  public let epoch: TrainedEpoch
  /// The number of epochs that were trained in all.
  public let epochCount: Int
}

extension TrainingLoop {
  /// Trains epoch by epoch and keeps the model that does best on held-out examples; of equals the first.
  ///
  /// Where the loop keeps an average, the averaged model is evaluated and kept. The loop continues from its last epoch, not
  /// from its best one.
  ///
  /// ```swift
  /// let best = try loop.runKeepingBest(of: 40) { loop, epoch in
  ///   try loop.run(to: epoch * perEpoch, batch: batch, loss: loss)
  ///   return 0
  /// } validate: { model in
  ///   ValidationScore(score: accuracy(model, on: validation))
  /// } shouldContinue: { epoch, best in
  ///   epoch.number - best.number < patience
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - epochs: The largest number of epochs, 1 or more.
  ///   - train: Trains one epoch, counted from 1, and reports its loss.
  ///   - validate: Returns the validation score of a model.
  ///   - shouldContinue: Called after every epoch with the best so far, which may be the same; false ends the training.
  /// - Throws: ``NonFiniteValue`` where a validation score is not finite, and whatever the closures throw.
  public mutating func runKeepingBest(
    of epochs: Int,
    train: (_ loop: inout TrainingLoop, _ epoch: Int) throws -> Double,
    validate: (Model) throws -> ValidationScore,
    shouldContinue: (_ epoch: TrainedEpoch, _ best: TrainedEpoch) throws -> Bool = { _, _ in true }
  ) throws -> BestEpoch<Model> {
    require(epochs > 0, "a training of \(epochs) epochs, expected 1 or more")
    var best: (model: Model, epoch: TrainedEpoch)?
    var number = 0
    while number < epochs {
      number += 1
      let loss = try train(&self, number)
      let evaluated = averagedModel ?? model
      let validation = try validate(evaluated)
      try validation.checkFinite()
      let epoch = TrainedEpoch(
        number: number, updateCount: updateCount, loss: loss, validation: validation)
      if best.map({ $0.epoch.validation < validation }) ?? true { best = (evaluated, epoch) }
      if try !shouldContinue(epoch, best?.epoch ?? epoch) { break }
    }
    guard let best else { fatalError("a training without an epoch") }
    return BestEpoch(model: best.model, epoch: best.epoch, epochCount: number)
  }
}
