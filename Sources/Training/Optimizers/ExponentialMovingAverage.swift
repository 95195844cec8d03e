import Foundation
import Foundations
public import Tensors

/// An exponential moving average of the parameters; often a better model than the last one.
///
/// After t updates the average is sum over i of decay^(t - i) p_i divided by the sum of these weights: the
/// start has no weight, so that early averages are not drawn to it. Computed as
/// average <- average + (1 - decay) / (1 - decay^t) (p - average).
///
/// - Cost: One tensor for each parameter.
/// - Source: The bias correction of Kingma and Ba, ICLR 2015, applied to parameters.
public struct ExponentialMovingAverage<Scalar: TensorScalar>: Sendable {
  /// The decay of a value's weight per update: about 1 / (1 - decay) updates count.
  public let decay: Double
  /// The average; nil before the first update.
  public private(set) var parameters: ParameterValues<Scalar>?
  private var updateCount = 0

  /// An empty average; `decay` lies in [0, 1).
  public init(decay: Double) {
    require((0..<1).contains(decay), "decay must lie in [0, 1), not \(decay)")
    self.decay = decay
  }

  /// Adds the parameters after an update to the average.
  @_specialize(where Scalar == Float)
  public mutating func update(_ parameters: ParameterValues<Scalar>) {
    updateCount = min(updateCount + 1, RestoredState<Scalar>.largestCount)
    guard let before = self.parameters else {
      self.parameters = parameters
      return
    }
    preconditionAligned(parameters, before, "averages")
    let share = Scalar((1 - decay) / (1 - pow(decay, Double(updateCount))))
    let values = zip(before.values, parameters.values).map { Tensor.combination(1 - share, $0, share, $1) }
    self.parameters = parameters.with(values)
  }

  /// The state as named tensors; empty before the first update.
  public var state: ParameterValues<Scalar> {
    var state = ParameterValues<Scalar>()
    guard let parameters else { return state }
    state.append(parameters, prefix: "average")
    state.append("updateCount", Tensor(Scalar(updateCount)))
    return state
  }

  /// Continues from a state that ``state`` gave.
  ///
  /// - Throws: ``StateMismatch`` when a name is missing or unknown, or a shape is not the parameter's.
  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws {
    if state.count == 0 {
      self.parameters = nil
      updateCount = 0
      return
    }
    let entries = try RestoredState(
      state, of: "ExponentialMovingAverage", for: parameters, prefixes: ["average"], counts: ["updateCount"])
    let average = try entries.tensors("average")
    updateCount = try entries.count("updateCount")
    self.parameters = average
  }
}
