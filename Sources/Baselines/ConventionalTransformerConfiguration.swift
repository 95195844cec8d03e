import Foundations
import Tensors

/// The sizes of a ``ConventionalTransformer``.
public struct ConventionalTransformerConfiguration: Sendable, Equatable {
  /// Numbers a patch, P.
  public let patchSize: Int
  /// Rows of patches in an image.
  public let gridHeight: Int
  /// Patches in a row.
  public let gridWidth: Int
  /// Numbers a token, D; a multiple of 4, which the initial positions need.
  public let dimension: Int
  /// Attention heads, H.
  public let headCount: Int
  /// Numbers a head's query, key or value, Y.
  public let keySize: Int
  /// Hidden units of the two-layer network, M.
  public let hiddenSize: Int
  /// How often the one block is applied, T.
  public let repeats: Int

  /// States the sizes: all at least 1, `repeats` at least 0, `dimension` a multiple of 4.
  public init(
    patchSize: Int, gridHeight: Int, gridWidth: Int, dimension: Int, headCount: Int, keySize: Int,
    hiddenSize: Int, repeats: Int
  ) {
    require(
      min(patchSize, gridHeight, gridWidth, dimension, headCount, keySize, hiddenSize) > 0 && repeats >= 0,
      "a size of the transformer is not positive: patch \(patchSize), grid \(gridHeight)x\(gridWidth), dimension "
        + "\(dimension), heads \(headCount), keys \(keySize), hidden \(hiddenSize), repeats \(repeats)")
    require(dimension % 4 == 0, "dimension \(dimension): expected a multiple of 4")
    self.patchSize = patchSize
    self.gridHeight = gridHeight
    self.gridWidth = gridWidth
    self.dimension = dimension
    self.headCount = headCount
    self.keySize = keySize
    self.hiddenSize = hiddenSize
    self.repeats = repeats
  }

  /// Patches an image, N.
  public var patchCount: Int { gridHeight * gridWidth }

  /// The number of learned numbers; the repeats share theirs.
  public var parameterCount: Int { parametersWithoutHidden + hiddenSize * parametersPerHidden }

  /// The same sizes with the number of hidden units whose parameter count comes closest to `count`; of two equally
  /// close ones the smaller, and at least 1.
  public func withHiddenSize(closestTo count: Int) -> ConventionalTransformerConfiguration {
    let (quotient, remainder) = max(0, count - parametersWithoutHidden)
      .quotientAndRemainder(dividingBy: parametersPerHidden)
    let hidden = max(1, quotient + (2 * remainder > parametersPerHidden ? 1 : 0))
    return ConventionalTransformerConfiguration(
      patchSize: patchSize, gridHeight: gridHeight, gridWidth: gridWidth, dimension: dimension,
      headCount: headCount, keySize: keySize, hiddenSize: hidden, repeats: repeats)
  }

  /// A row of W_1 and its bias, a column of W_2.
  private var parametersPerHidden: Int { 2 * dimension + 1 }

  private var parametersWithoutHidden: Int {
    let ends = 2 * patchSize * dimension + dimension + patchSize
    let tokens = 2 * dimension + (patchCount + 1) * dimension
    let norms = 3 * 2 * dimension
    let attention = 4 * dimension * headCount * keySize
    return ends + tokens + norms + attention + dimension
  }
}
