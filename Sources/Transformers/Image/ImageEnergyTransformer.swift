public import Dynamics
public import Energies
import Foundations
public import Layers
public import Tensors

/// The Energy Transformer that completes masked images.
///
/// Patches are encoded, masked ones replaced by a learned token, a class token is put before them and positions are
/// added; the blocks descend their energies; the normalised tokens are decoded to patches.
///
/// - Source: Hoover et al. 2023, section on image completion.
public struct ImageEnergyTransformer<Scalar: TensorScalar>: Parameterized {
  /// How images are cut into patches.
  public let grid: PatchGrid
  /// The number of layer norms before the decoder: 1, or 2 as in the published script.
  public var normsBeforeDecoder: Int
  /// The encoder, from patches to tokens.
  public var encoder: Linear<Scalar>
  /// The class token, before the patches, [dimension].
  public var classToken: Tensor<Scalar>
  /// The token that replaces a masked patch, [dimension].
  public var maskToken: Tensor<Scalar>
  /// The position embedding, [1 + patches, dimension].
  public var positions: Tensor<Scalar>
  /// The blocks.
  public var stack: BlockStack<Scalar>
  /// The decoder, from tokens to patches.
  public var decoder: Linear<Scalar>

  /// A model with random weights.
  public init(_ configuration: ImageEnergyTransformerConfiguration, using random: inout RandomStream) {
    let (grid, dimension) = (configuration.grid, configuration.block.dimension)
    let deviation = configuration.deviation
    self.grid = grid
    normsBeforeDecoder = configuration.normsBeforeDecoder
    encoder = Linear(
      inputs: grid.patchLength, outputs: dimension, drawnByInputWith: configuration.encoderDeviation,
      using: &random)
    classToken = .normal([dimension], standardDeviation: deviation, using: &random)
    maskToken = .normal([dimension], standardDeviation: deviation, using: &random)
    switch configuration.positions {
    case .normal(let deviation):
      positions = .normal([1 + grid.patchCount, dimension], standardDeviation: deviation, using: &random)
    case .sineCosine(let lowest, let highest):
      positions = SineCosinePositions(lowest: lowest, highest: highest).embedding(
        rows: grid.height / grid.patchSize, columns: grid.width / grid.patchSize, dimension: dimension)
    }
    stack = BlockStack(count: configuration.blockCount, configuration.block, using: &random)
    decoder = Linear(
      inputs: dimension, outputs: grid.patchLength, drawnByInputWith: deviation, using: &random)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("classToken", &classToken)
    visit("maskToken", &maskToken)
    visit("positions", &positions)
    visit("blocks", &stack)
    visit("decoder", &decoder)
    visit.renamed("encoder.weight", from: "encoder.weights")
    visit.renamed("decoder.weight", from: "decoder.weights")
  }

  /// The blocks, in the order that tokens pass them.
  public var blocks: [EnergyTransformerBlock<Scalar>] {
    get { stack.blocks }
    set { stack = BlockStack(newValue) }
  }

  /// D, the size of a token.
  public var dimension: Int { encoder.outputSize }

  /// The tokens that the first block starts from, [batch, 1 + patches, dimension].
  ///
  /// - Parameters:
  ///   - patches: [batch, patches, patch length].
  ///   - masked: 1 where the mask token stands in for the patch, otherwise 0; [batch, patches].
  public func tokens(patches: Tensor<Scalar>, masked: Tensor<Scalar>) -> Tokens<Scalar> {
    require(
      patches.rank == 3 && masked.shape == Array(patches.shape.prefix(2))
        && Array(patches.shape.dropFirst()) == [grid.patchCount, grid.patchLength],
      "patches of shape \(patches.shape) and a mask of \(masked.shape) for [batch, \(grid.patchCount), "
        + "\(grid.patchLength)]")
    let (batch, count) = (patches.shape[0], grid.patchCount)
    // One product does it all: each row holds a visible patch and says whether offset, mask or class token is added.
    let hidden = masked.reshaped([batch, count, 1])
    let visible = 1 - hidden
    let patchRows = Tensor<Scalar>.concatenated(
      [patches * visible, visible, hidden, .zeros([batch, count, 1])], axis: 2)
    let classRow = Tensor<Scalar>.ones([batch, 1, 1])
      .padded(axis: 2, before: grid.patchLength + 2, to: grid.patchLength + 3)
    let offset = encoder.bias ?? .zeros([dimension])
    let columns = [offset, maskToken, classToken].map { $0.expanded(axis: -1) }
    let joined = Linear(weight: .concatenated([encoder.weight] + columns, axis: 1))
    return Tokens(joined(.concatenated([classRow, patchRows], axis: 1)) + positions)
  }

  /// Patches from the activations of the last block, [batch, patches, patch length].
  public func decode(_ g: Activations<Scalar>) -> Tensor<Scalar> {
    var values = g.values
    for _ in 1..<max(1, normsBeforeDecoder) {
      values = stack.last.norm.activations(at: Tokens(values)).values
    }
    let patchTokens = values.sliced(axis: 1, 1..<grid.patchCount + 1)
    return decoder(patchTokens)
  }

  /// Completed patches after the descents of all blocks, [batch, patches, patch length].
  public func completion(
    patches: Tensor<Scalar>, masked: Tensor<Scalar>, settings: DescentSettings = DescentSettings()
  ) -> Tensor<Scalar> {
    decode(stack.descend(from: tokens(patches: patches, masked: masked), settings: settings).activations)
  }

  /// The descents of all blocks with the energy by part and the tokens at every step.
  ///
  /// - Returns: One result per block, each with its `trajectory`.
  public func trace(
    patches: Tensor<Scalar>, masked: Tensor<Scalar>, settings: DescentSettings
  ) -> [DescentResult<Scalar>] {
    stack.trace(
      from: tokens(patches: patches, masked: masked), settings: settings,
      recording: [.energies, .states(every: 1)])
  }

  /// The patches at every step of a trace, [batch, patches, patch length] each, the start first. The tokens after a block are
  /// those before the next and count once.
  public func completions(along trace: [DescentResult<Scalar>]) -> [Tensor<Scalar>] {
    trace.enumerated().flatMap { block, result in
      result.trajectory.states.dropFirst(block == 0 ? 0 : 1).map { decode(Tokens($0.tokens), block: block) }
    }
  }

  /// Patches decoded from tokens of a block that is still descending.
  public func decode(_ tokens: Tokens<Scalar>, block: Int) -> Tensor<Scalar> {
    decode(blocks[block].norm.activations(at: tokens))
  }
}
