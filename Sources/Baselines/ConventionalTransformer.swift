import Foundations
import Layers
public import Tensors

/// A conventional pre-norm transformer that completes masked patches, for comparison with the energy transformer at
/// the same number of parameters and of repeats.
///
/// Patches are encoded linearly, masked ones replaced by a learned token, a class token is put before them and
/// positions are added; one shared block is applied `repeats` times (its formula is the block's); a last layer norm
/// and a linear decoder give the patches.
///
/// - Cost: forward, about batch * repeats * (N + 1) * (8 D H Y + 4 D M + 4 (N + 1) H Y) operations.
/// - Source: Vaswani et al. 2017 with the norm before each part (Xiong et al. 2020); block shared over depth as in
///   Dehghani et al., "Universal Transformers", 2019.
public struct ConventionalTransformer<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let configuration: ConventionalTransformerConfiguration
  private var encoder: Linear<Scalar>
  private var classToken: Tensor<Scalar>
  private var maskToken: Tensor<Scalar>
  private var positions: Tensor<Scalar>
  private var block: ConventionalBlock<Scalar>
  private var norm: LayerNorm<Scalar>
  private var decoder: Linear<Scalar>

  /// A model with random parameters.
  ///
  /// Encoder weights have variance 1/P, decoder, class and mask token standard deviation 0.02, the block's matrices
  /// `standardDeviation`; norms start at gain 1, biases at 0, positions at ``initialPositions(for:)``.
  public init(
    _ configuration: ConventionalTransformerConfiguration, standardDeviation: Double = 0.03,
    random: RandomStream
  ) {
    let (patchSize, dimension) = (configuration.patchSize, configuration.dimension)
    func normal(_ shape: [Int], _ standardDeviation: Double, _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal(shape, standardDeviation: standardDeviation, using: &stream)
    }
    self.configuration = configuration
    encoder = Linear(
      weight: normal([dimension, patchSize], 1 / Double(patchSize).squareRoot(), 0), bias: .zeros([dimension])
    )
    classToken = normal([dimension], 0.02, 1)
    maskToken = normal([dimension], 0.02, 2)
    positions = Self.initialPositions(for: configuration)
    block = ConventionalBlock(
      dimension: dimension, headCount: configuration.headCount, keySize: configuration.keySize,
      hiddenSize: configuration.hiddenSize, standardDeviation: standardDeviation, random: random.child(3))
    norm = LayerNorm(dimension)
    decoder = Linear(weight: normal([patchSize, dimension], 0.02, 4), bias: .zeros([patchSize]))
  }

  /// The patches as the model completes them, visible ones included.
  ///
  /// - Parameters:
  ///   - patches: [batch, N, P]. The numbers of masked patches have no influence, but must be finite.
  ///   - masked: [batch, N], 1 where the mask token replaces the patch, otherwise 0.
  ///   - repeats: How often to apply the block, if not as often as configured.
  /// - Returns: [batch, N, P].
  public func completed(
    _ patches: Tensor<Scalar>, masked: Tensor<Scalar>, repeats: Int? = nil
  ) -> Tensor<Scalar> {
    let (patchCount, dimension) = (configuration.patchCount, configuration.dimension)
    require(
      patches.rank == 3 && patches.shape[1...] == [patchCount, configuration.patchSize]
        && masked.shape == [patches.shape[0], patchCount],
      "patches \(patches.shape) and mask \(masked.shape): expected [batch, \(patchCount), "
        + "\(configuration.patchSize)] and [batch, \(patchCount)]")
    let batch = patches.shape[0]
    let mask = masked.reshaped([batch, patchCount, 1])
    let encoded = encoder(patches) * (1 - mask) + maskToken * mask
    let first = classToken.repeated(to: [batch, 1, dimension])
    var tokens =
      Tensor.concatenated([first, encoded], axis: 1) + positions
    for _ in 0..<(repeats ?? configuration.repeats) { tokens = block(tokens) }
    return decoder(norm(tokens.sliced(axis: 1, 1..<patchCount + 1)))
  }

  /// The initial positions: sines and cosines of the patch's row and column, with D/4 angular frequencies in
  /// geometric progression from 0.2 to 2.5 radians per patch, times sqrt(2); zeros for the class token.
  ///
  /// - Shape: [N + 1, D], a row being [sin(row), cos(row), sin(column), cos(column)], each of D/4 numbers.
  public static func initialPositions(for configuration: ConventionalTransformerConfiguration) -> Tensor<
    Scalar
  > {
    SineCosinePositions(lowest: 0.2, highest: 2.5).embedding(
      rows: configuration.gridHeight, columns: configuration.gridWidth, dimension: configuration.dimension)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("classToken", &classToken)
    visit("maskToken", &maskToken)
    visit("positions", &positions)
    visit("block", &block)
    visit("norm", &norm)
    visit("decoder", &decoder)
  }
}

/// The sizes of a ``ConventionalTransformer``.
public struct ConventionalTransformerConfiguration: Sendable, Equatable {
  /// P, the size of a patch.
  public let patchSize: Int
  /// The number of rows of patches in an image.
  public let gridHeight: Int
  /// The number of patches in a row.
  public let gridWidth: Int
  /// D, the size of a token; a multiple of 4, which the initial positions need.
  public let dimension: Int
  /// H, the number of attention heads.
  public let headCount: Int
  /// Y, the size of a head's queries, keys and values.
  public let keySize: Int
  /// M, the hidden size of the feed-forward network.
  public let hiddenSize: Int
  /// T, how often the one block is applied.
  public let repeats: Int

  /// The sizes: all at least 1, `repeats` at least 0, `dimension` a multiple of 4.
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

  /// N, the number of patches of an image.
  public var patchCount: Int { gridHeight * gridWidth }

  /// The number of parameters; the repeats share theirs.
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
