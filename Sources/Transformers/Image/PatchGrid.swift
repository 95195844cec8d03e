import Foundations
public import Tensors

/// How images are cut into square patches, and put together again.
///
/// Patches run row by row; each is flattened to one vector.
public struct PatchGrid: Sendable, Equatable {
  /// The order of a patch's numbers.
  public enum Layout: Sendable, Equatable {
    /// Row, column, channel.
    case channelsLast
    /// Channel, row, column: the order of the published weights, the only one that reproduces their completions.
    case channelsFirst
  }

  /// The size of the images.
  public let height: Int, width: Int, channels: Int
  /// The side of a patch.
  public let patchSize: Int
  /// The order of a patch's numbers.
  public let layout: Layout

  /// A grid over images of height x width x channels; the patch size divides both sides.
  public init(height: Int, width: Int, channels: Int, patchSize: Int, layout: Layout = .channelsLast) {
    require(
      patchSize > 0 && height % patchSize == 0 && width % patchSize == 0,
      "patches of \(patchSize) do not tile an image of \(height) x \(width)")
    self.height = height
    self.width = width
    self.channels = channels
    self.patchSize = patchSize
    self.layout = layout
  }

  /// The number of patches of an image.
  public var patchCount: Int { (height / patchSize) * (width / patchSize) }
  /// The size of a patch: side² · channels.
  public var patchLength: Int { patchSize * patchSize * channels }

  /// Images [batch, height, width, channels] as patches [batch, patches, length].
  public func patches<Scalar>(of images: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      images.rank == 4 && Array(images.shape.dropFirst()) == [height, width, channels],
      "images of shape \(images.shape) for a grid of [batch, \(height), \(width), \(channels)]")
    let split = images.reshaped([
      images.shape[0], height / patchSize, patchSize, width / patchSize, patchSize, channels,
    ])
    let order = layout == .channelsLast ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 5, 2, 4]
    return split.permuted(order).reshaped([images.shape[0], patchCount, patchLength])
  }

  /// Patches [batch, patches, length] as images [batch, height, width, channels].
  public func images<Scalar>(of patches: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      patches.rank == 3 && Array(patches.shape.dropFirst()) == [patchCount, patchLength],
      "patches of shape \(patches.shape) for a grid of [batch, \(patchCount), \(patchLength)]")
    let grid = [patches.shape[0], height / patchSize, width / patchSize]
    let split: Tensor<Scalar>
    switch layout {
    case .channelsLast:
      split = patches.reshaped(grid + [patchSize, patchSize, channels]).permuted([0, 1, 3, 2, 4, 5])
    case .channelsFirst:
      split = patches.reshaped(grid + [channels, patchSize, patchSize]).permuted([0, 1, 4, 2, 5, 3])
    }
    return split.reshaped([patches.shape[0], height, width, channels])
  }
}
