import Energies
import Tensors

/// Whether the tokens of a piece stay where the squares of the norm are finite, judged by the reciprocals of its lengths
/// from step to step: tokens that start beyond may stay there.
struct FusedRange<Scalar: TensorScalar> {
  private let rowCount: Int
  private var beyond: Set<Int>?
  private(set) var isKept = true

  init(rowCount: Int) { self.rowCount = rowCount }

  /// Looks at the tokens before the next step, or after the last; the first are the start.
  mutating func check(_ step: FusedStep<Scalar>) {
    let least = 1 / LayerNormLagrangian<Scalar>.largestLength
    var found: Set<Int> = []
    for row in 0..<rowCount where step.reciprocals[row] < least { found.insert(row) }
    if let beyond, !found.isSubset(of: beyond) { isKept = false }
    beyond = found
  }
}
