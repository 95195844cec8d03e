package import Tensors

/// A Lagrangian whose activation divides each token by a length of it.
///
/// The activation is right for any finite token, but a step that makes lengths whose squares are no finite numbers says
/// that a descent runs away.
package protocol LengthNorm<Scalar>: Lagrangian {
  /// What each token is divided by, [batch, tokens]; a constant for differentiation.
  func lengths(at x: Tokens<Scalar>) -> Tensor<Scalar>
}

extension LengthNorm {
  /// The largest length whose square is a finite number.
  package static var largestLength: Scalar { Scalar.greatestFiniteMagnitude.squareRoot() }

  /// Whether a step from `before` to `after` made a token's length larger than ``largestLength``.
  package func overflows(from before: Tokens<Scalar>, to after: Tokens<Scalar>) -> Bool {
    // No length is larger than that of all tokens together.
    let squares = after.values.innerProduct(after.values)
    if squares <= Double(Scalar.greatestFiniteMagnitude) { return false }
    let isReal = after.mask?.isReal
    return zip(lengths(at: before).elements, lengths(at: after).elements).enumerated().contains {
      index, pair in
      isReal?[index] != false && pair.1 > Self.largestLength && !(pair.0 > Self.largestLength)
    }
  }
}
