package import EnergyTransformer

/// What a batch of masked images goes through while a model completes them: pictures and energies of every step.
package struct ImageDescent: Sendable {
  /// The images as they are, pixels in 0 ... 1, [batch, height, width, channels].
  package let original: Tensor<Float>
  /// Hidden pixels, 1 where hidden, [batch, height, width, channels].
  package let hidden: Tensor<Float>
  /// The completions at every step, the start first; visible pixels are the original's.
  package let completions: [Tensor<Float>]
  /// The descent of each block, with energies and tokens at every step.
  package let results: [DescentResult<Float>]
  private let model: ImageEnergyTransformer<Float>

  /// Lets a model complete images.
  ///
  /// - Parameters:
  ///   - pixels: The images, pixels in 0 ... 1, [batch, height, width, channels].
  ///   - patches: 1 for a patch that the model does not see, [batch, patches].
  ///   - name: What messages call the images.
  /// - Throws: `DescentFailure` where the descent leaves the finite numbers.
  package init(
    of pixels: Tensor<Float>, hiding patches: Tensor<Float>, by model: ImageEnergyTransformer<Float>,
    normalization: PixelNormalization, settings: DescentSettings, name: String
  ) throws {
    let space = ModelPixels(grid: model.grid, normalization: normalization)
    let results = model.trace(patches: space.patches(of: pixels), masked: patches, settings: settings)
    for result in results { try result.checkFinite("the descent of \(name)") }
    let hidden = space.pixels(hiddenBy: patches)
    completions = model.completions(along: results).map { found in
      pixels * (1 - hidden) + clampedToPixels(space.pixels(of: found)) * hidden
    }
    (original, self.hidden, self.results, self.model) = (pixels, hidden, results, model)
  }

  /// The images with their hidden pixels grey.
  package var masked: Tensor<Float> { original * (1 - hidden) + hidden * 0.5 }

  /// The energy of each patch at every step, [batch, rows, columns, 1].
  package func patchEnergies() -> [Tensor<Float>] {
    let grid = model.grid
    return states.map { block, g in
      let attention = block.attention.energy(includesSelf: block.includesSelf)
      let shares = attention.energyByNode(at: g) + block.memory.energyByNode(at: g)
      let count = shares.shape[1]
      return shares.sliced(axis: 1, count - grid.patchCount..<count).reshaped([
        shares.shape[0], grid.height / grid.patchSize, grid.width / grid.patchSize, 1,
      ])
    }
  }

  /// The attention of each token to each at every step, [batch, heads, tokens, tokens]; the class token first.
  package func attention() -> [Tensor<Float>] {
    states.map { block, g in
      block.attention.energy(includesSelf: block.includesSelf).attentionWeights(at: g)
    }
  }

  /// Each step's activations and the block that they belong to. The tokens after a block are those before the next and count
  /// once.
  private var states: [(EnergyTransformerBlock<Float>, Activations<Float>)] {
    results.enumerated().flatMap { index, result in
      let block = model.blocks[index]
      return result.trajectory.states.dropFirst(index == 0 ? 0 : 1).map {
        (block, block.norm.activations(at: Tokens($0.tokens)))
      }
    }
  }
}
