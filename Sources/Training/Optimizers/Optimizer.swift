import Foundations
public import Tensors

/// A rule that updates parameters by their gradients, with the state that it keeps between updates.
///
/// The state is exposed as named tensors, so that a checkpoint can hold it and a resumed run gives the same bits.
public protocol Optimizer<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// The parameters after one update.
  ///
  /// - Parameters:
  ///   - parameters: The current values; the same names and shapes at every call.
  ///   - gradients: The gradient for each parameter, under the same names in the same order.
  ///   - learningRate: The rate of this update, from a ``LearningRateSchedule``.
  mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar>

  /// The state that the rule keeps; empty before the first update.
  var state: ParameterValues<Scalar> { get }

  /// Continues from a state that ``state`` gave.
  ///
  /// - Throws: ``StateMismatch`` when a name is missing or unknown, or a shape is not the parameter's.
  mutating func restore(_ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>) throws

  /// Checks that the rule can work on these parameters, before the first update.
  ///
  /// - Throws: ``ParameterGroupError`` naming the parameter.
  func check(_ parameters: ParameterValues<Scalar>) throws
}

extension Optimizer {
  /// Accepts any parameters; a rule whose options name parameters, or that needs their shapes, checks for itself.
  public func check(_ parameters: ParameterValues<Scalar>) throws {}
}

/// Parameters and gradients must come under the same names, in the same order, with the same shapes.
func preconditionAligned<Scalar>(
  _ parameters: ParameterValues<Scalar>, _ others: ParameterValues<Scalar>, _ role: String
) {
  require(
    parameters.names == others.names,
    "\(role) are named \(others.names), the parameters \(parameters.names)")
  for (index, name) in parameters.names.enumerated() {
    let (shape, other) = (parameters.values[index].shape, others.values[index].shape)
    require(shape == other, "parameter \(name) has shape \(shape), its entry in the \(role) \(other)")
  }
}
