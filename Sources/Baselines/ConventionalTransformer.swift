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
    block = ConventionalBlock(configuration, standardDeviation: standardDeviation, random: random.child(3))
    norm = LayerNorm(dimension)
    decoder = Linear(weight: normal([patchSize, dimension], 0.02, 4), bias: .zeros([patchSize]))
  }

  /// The patches as the model completes them, visible ones included.
  ///
  /// - Parameters:
  ///   - patches: [batch, N, P]. The numbers of masked patches have no influence, but must be finite.
  ///   - masked: [batch, N], 1 where the mask token stands for the patch, otherwise 0.
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

  /// Where the positions start: sines and cosines of the patch's row and column, with D/4 angular frequencies in
  /// geometric progression from 0.2 to 2.5 radians a patch, times sqrt(2); zeros for the class token.
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
