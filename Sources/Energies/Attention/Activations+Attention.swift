import Foundations
import Tensors

/// What energies of scores share that leave the rest to differentiation.
extension Activations {
  /// 0 for real keys and -infinity for padding, [batch, 1, 1, tokens]; nil when all are real.
  var blockedKeys: Tensor<Scalar>? {
    mask.map { mask in
      Tensor(
        shape: [mask.batch, 1, 1, mask.tokenCount], elements: mask.isReal.map { $0 ? 0 : -.infinity })
    }
  }

  /// A number of each head and query, [batch, heads, tokens], summed over heads and real tokens; -infinity, the log of no
  /// terms, counts as nothing.
  func sumOfQueries(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    guard let mask else { return values.sum(axes: [1, 2]) }
    let flags: Tensor<Scalar> = mask.tensor().reshaped([mask.batch, 1, mask.tokenCount])
    return (values.withoutNegativeInfinity() * flags).sum(axes: [1, 2])
  }
}

/// Checks the inverse temperatures of heads.
func checkBetas<Scalar>(_ beta: Tensor<Scalar>, heads: Int) {
  require(
    beta.shape == [heads] && beta.elements.allSatisfy { $0 > 0 && $0.isFinite },
    "beta has a positive number for each of \(heads) heads, not \(beta.elements)")
}
