import Foundation
import Foundations
public import Tensors

/// Adam with decoupled weight decay.
///
/// With g the gradient and t the number of this update from 1 on:
/// m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2,
/// p <- (1 - lr decay) p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
///
/// - Cost: Two tensors of state for each parameter.
/// - Source: Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019.
public struct AdamW<Scalar: TensorScalar>: Optimizer {
  /// b1, the decay of the running mean of gradients.
  public let firstDecay: Double
  /// b2, the decay of the running mean of squared gradients.
  public let secondDecay: Double
  /// The constant that keeps the step finite where gradients vanish.
  public let epsilon: Double
  /// The weight decay: which parameters shrink towards 0, and how fast.
  public let weightDecay: WeightDecay

  private var first = ParameterValues<Scalar>()
  private var second = ParameterValues<Scalar>()
  private var updateCount = 0

  /// AdamW before its first update; decays lie in [0, 1), epsilon is positive.
  public init(
    firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: WeightDecay = .none
  ) {
    require((0..<1).contains(firstDecay), "firstDecay must lie in [0, 1), not \(firstDecay)")
    require((0..<1).contains(secondDecay), "secondDecay must lie in [0, 1), not \(secondDecay)")
    require(epsilon > 0, "epsilon must be positive, not \(epsilon)")
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  @_specialize(where Scalar == Float)
  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    preconditionAligned(parameters, gradients, "gradients")
    if updateCount == 0 { (first, second) = (parameters.zeros, parameters.zeros) }
    preconditionAligned(parameters, first, "moments of AdamW")
    updateCount = min(updateCount + 1, RestoredState<Scalar>.largestCount)

    // lr (m / c1) / (sqrt(v / c2) + epsilon) = (lr sqrt(c2) / c1) m / (sqrt(v) + epsilon sqrt(c2))
    let firstCorrection = 1 - pow(firstDecay, Double(updateCount))
    let secondCorrection = (1 - pow(secondDecay, Double(updateCount))).squareRoot()
    var updated = (parameters: parameters.values, first: first.values, second: second.values)
    for index in parameters.values.indices {
      let next = parameters.values[index].adamUpdate(
        gradient: gradients.values[index], first: first.values[index], second: second.values[index],
        decays: (Scalar(firstDecay), Scalar(secondDecay)),
        keep: weightDecay.keptShare(of: parameters.names[index], learningRate: learningRate),
        rate: Scalar(learningRate * secondCorrection / firstCorrection),
        shift: Scalar(epsilon * secondCorrection))
      (updated.parameters[index], updated.first[index], updated.second[index]) = next
    }
    (first, second) = (first.with(updated.first), second.with(updated.second))
    return parameters.with(updated.parameters)
  }

  public var state: ParameterValues<Scalar> {
    var state = ParameterValues<Scalar>()
    if updateCount == 0 { return state }
    state.append(first, prefix: "firstMoment")
    state.append(second, prefix: "secondMoment")
    state.append("updateCount", Tensor(Scalar(updateCount)))
    return state
  }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws {
    if state.count == 0 {
      updateCount = 0
      return
    }
    let entries = try RestoredState(
      state, of: "AdamW", for: parameters, prefixes: ["firstMoment", "secondMoment"], counts: ["updateCount"])
    let moments = (try entries.tensors("firstMoment"), try entries.tensors("secondMoment"))
    updateCount = try entries.count("updateCount")
    (first, second) = moments
  }

  public func check(_ parameters: ParameterValues<Scalar>) throws {
    try weightDecay.selection.checkNames(among: parameters.names, role: "weight decay of AdamW")
  }
}
