public import Tensors

/// What came out of a Hopfield association.
public struct AssociationResult<Scalar: TensorScalar>: Sendable {
  /// The output, [batch, states, output size].
  public var output: Tensor<Scalar>
  /// The association: how much each state picked of each stored pattern, [batch, heads, states, stored
  /// patterns].
  ///
  /// A row adds up to 1, or to 0 where the state may pick nothing. Bias and zero pattern are the last ones.
  /// Dropout is not in it.
  public var weights: Tensor<Scalar>
  /// How many updates each state made, [batch, heads, states]; a constant for differentiation.
  public var updateCounts: Tensor<Scalar>
  /// 1 where a state settled, 0 where it met the limit first; nil where there was no tolerance to settle
  /// within.
  public var settled: Tensor<Scalar>?
}
