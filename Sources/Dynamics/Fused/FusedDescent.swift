import Energies
import Tensors

/// A descent by gradient steps of an energy of projections under a layer norm, computed in buffers of its own.
///
/// Weights are packed once and used at all steps for all examples. Some examples at a time, a piece, go through all
/// steps while their numbers stay in a core's cache: over many pieces threads take whole pieces, over few they share
/// the products and heads of each. The pieces, and the order of every sum, depend on sizes alone.
///
/// - Source: Hoover et al. 2023, equations 1 to 6; the adjoint by Hessian-vector products as `FusedEnergy` says.
struct FusedDescent<Scalar: TensorScalar>: Sendable {
  let parts: [(name: String, energy: any FusedEnergy<Scalar>)]
  let weights: FusedWeights<Scalar>
  let gamma: Scalar, epsilon: Scalar
  private let deltaStorage: Storage<Scalar>
  let layout: FusedLayout
  let kernels: any Kernels<Scalar>.Type

  /// An energy's parts under a layer norm, and P of the steps, [dimension, dimension], the identity when nil.
  init(
    _ parts: [(name: String, energy: any FusedEnergy<Scalar>)], _ norm: LayerNormLagrangian<Scalar>,
    preconditioner: Tensor<Scalar>? = nil
  ) {
    self.parts = parts
    kernels = Scalar.kernels
    let dimension = norm.delta.count
    weights = FusedWeights(
      parts.map { $0.energy.projections }, dimension: dimension, preconditioner: preconditioner)
    layout = FusedLayout(
      dimension: dimension,
      parts: zip(parts, weights.matrices).map { part, matrices in
        let projections: FusedLayout.Projections =
          part.energy.projectionsApart ? .apart : part.energy.answersInPlace ? .inPlace : .beside
        return (matrices.map(\.width), projections)
      },
      vectorLength: kernels.vectorLength())
    gamma = norm.gamma.scalar
    epsilon = norm.epsilon
    deltaStorage = .zeros(layout.tokenRow)
    norm.delta.withElements {
      deltaStorage.pointer.update(from: $0.baseAddress.unsafelyUnwrapped, count: dimension)
    }
  }

  /// delta, padded to a row.
  var delta: UnsafePointer<Scalar> { UnsafePointer(deltaStorage.pointer) }

  /// The pieces of a batch: enough rows for the products, and eight pieces where there are as many examples; one piece
  /// where a part cannot be computed for some examples alone.
  func pieces(batch: Int, tokenCount: Int, mask: TokenMask?) -> [TokenRows] {
    let takesPieces = parts.allSatisfy { $0.energy.takesPieces }
    let size = takesPieces ? max(1, min(70 / max(1, tokenCount), (batch + 7) / 8)) : batch
    return stride(from: 0, to: batch, by: size).map {
      TokenRows($0..<min($0 + size, batch), tokenCount: tokenCount, mask: mask)
    }
  }

  /// Whether threads take whole pieces; otherwise they share the work inside each.
  func takesWholePieces(_ pieces: [TokenRows]) -> Bool {
    let rows = pieces.map(\.count).max() ?? 0
    return pieces.count >= 8
      || (pieces.count > 1 && 4 * rows * weights.width * weights.dimension < 200_000_000)
  }
}
