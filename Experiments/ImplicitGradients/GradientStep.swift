import EnergyTransformer
import Kit

/// A step of training without its update: the gradient of the error of some images under test.
struct GradientStep {
  let model: ImageEnergyTransformer<Float>
  /// Normalised patches, [images, patches, length].
  let patches: Tensor<Float>
  /// 1 where the mask token stands in, [images, patches].
  let masked: Tensor<Float>

  /// The step on the first so many images under test.
  init(model: ImageEnergyTransformer<Float>, images: PreparedImages, count: Int) {
    let range = 0..<min(count, images.test.count)
    self.model = model
    patches = images.patches(images.test.batch(at: Array(range)))
    masked = images.replaced(range)
  }

  var imageCount: Int { patches.shape[0] }

  /// - Throws: `DescentFailure` where the descent leaves the finite numbers.
  func gradient(_ descent: BlockDescent) throws -> ParameterValues<Float> {
    try valueWithGradient(at: model) { model in
      let result = descent.run(model, patches: patches, masked: masked)
      try result.checkFinite("a gradient")
      return maskedMeanSquaredError(model.decode(result.activations), patches, mask: masked)
    }.gradient
  }

  /// The largest number of the tangential gradient where a descent ends.
  func residual(_ descent: BlockDescent) -> Double {
    let tokens = model.tokens(patches: patches, masked: masked)
    let descent = descent.descent(of: model, from: tokens, masked: masked)
    return descent.restResiduals(at: descent.run(from: tokens).tokens).max() ?? 0
  }
}
