/// The sizes and initial scales of an image Energy Transformer.
public struct ImageEnergyTransformerConfiguration: Sendable, Equatable {
  /// The block; every block has its own weights.
  public var block: EnergyTransformerConfiguration
  /// The number of blocks that tokens pass one after the other.
  public var blockCount = 1
  /// The grid of patches into which images are cut.
  public var grid: PatchGrid
  /// The standard deviation of the initial encoder.
  public var encoderDeviation = 0.02
  /// The standard deviation of the initial decoder, class token and mask token.
  public var deviation = 0.02
  /// The initial position embedding.
  public var positions = InitialPositions.normal(deviation: 0.002)
  /// The number of layer norms before the decoder.
  ///
  /// The published script applies two.
  public var normsBeforeDecoder = 1

  /// The ways to initialise the position embedding, which is learned.
  public enum InitialPositions: Sendable, Equatable {
    /// Independent draws.
    case normal(deviation: Double)
    /// Sines and cosines of row and column with frequencies from `lowest` to `highest` radians per patch.
    case sineCosine(lowest: Double, highest: Double)
  }

  /// A model over a grid of patches.
  public init(block: EnergyTransformerConfiguration, grid: PatchGrid) {
    self.block = block
    self.grid = grid
  }

  /// The published ImageNet model: 224 x 224 colour images in patches of 16; 4,873,729 parameters.
  public static let imageNet = ImageEnergyTransformerConfiguration(
    block: .imageNet,
    grid: PatchGrid(height: 224, width: 224, channels: 3, patchSize: 16, layout: .channelsFirst))
}
