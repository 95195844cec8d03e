import EnergyTransformer
import Kit
import Reporting

/// A picture that a model completed, with everything that happened on the way.
struct Completion {
  let fitted: FittedPicture
  /// 1 for each hidden patch of the model's images, [images, patches].
  let hiddenPatches: Tensor<Float>
  let settings: DescentSettings
  /// The energies of the model's images, which are one or tiles.
  private(set) var energies = BlockEnergies()
  /// The pictures of every step, in the levels of the picture itself.
  private(set) var frames: DescentFrames
  /// Hidden pixels, 1 where hidden, as the picture lies.
  private let hiddenPixels: [Float]

  /// Tiles that descend together.
  private static let batchSize = 64
  /// Numbers of attention beyond which a page opens slowly.
  private static let attentionLimit = 500_000

  /// Completes a picture.
  ///
  /// - Parameter isInverted: Whether the model sees the negative.
  /// - Throws: `DescentFailure` where the descent leaves the finite numbers.
  init(
    of fitted: FittedPicture, hiding hidden: Tensor<Float>, by model: ImageEnergyTransformer<Float>,
    normalization: PixelNormalization, settings: DescentSettings, isInverted: Bool, name: String
  ) throws {
    (self.fitted, hiddenPatches, self.settings) = (fitted, hidden, settings)
    let image = fitted.image
    let levels = image.bytes.map { Float(isInverted ? 255 - $0 : $0) / 255 }
    let tiles = fitted.tiled(
      Tensor(shape: [image.height, image.width, image.channels], elements: levels))
    let count = tiles.shape[0]
    let descents = try stride(from: 0, to: count, by: Self.batchSize).map { start in
      let range = start..<min(start + Self.batchSize, count)
      return try ImageDescent(
        of: tiles.sliced(axis: 0, range), hiding: hidden.sliced(axis: 0, range), by: model,
        normalization: normalization, settings: settings, name: name)
    }
    for descent in descents { energies.add(descent.results) }
    frames = DescentFrames(of: descents, picture: fitted.picture)
    frames.addPatchEnergies(of: descents, picture: fitted.picture)
    let tokens = model.grid.patchCount + 1
    let numbers = frames.steps.count * model.blocks[0].attention.headCount * tokens * tokens
    if count == 1, numbers <= Self.attentionLimit { frames.addAttention(of: descents[0]) }
    if isInverted { frames.changePictures { $0.negative } }
    hiddenPixels = fitted.joined(.concatenated(descents.map(\.hidden), axis: 0)).elements
  }

  /// The picture with its hidden pixels as the model fills them in; visible ones are the picture's own.
  var completed: PixelImage {
    var image = fitted.image
    let found = frames.completions[frames.completions.count - 1].values
    image.bytes = image.bytes.indices.map { index in
      hiddenPixels[index] > 0.5 ? UInt8((found[index] * 255).rounded()) : image.bytes[index]
    }
    return image
  }
}

extension Picture {
  fileprivate var negative: Picture {
    Picture(width: width, height: height, channels: channels, values: values.map { 1 - $0 })
  }

  /// The same picture, or a smaller one whose longer side has at most so many pixels.
  func shrunk(toSide side: Int) -> Picture {
    let longer = max(width, height)
    guard longer > side else { return self }
    let image = PixelImage(
      width: width, height: height, channels: channels,
      bytes: values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) })
    return Picture(
      image.stretched(width: max(1, width * side / longer), height: max(1, height * side / longer)))
  }
}
