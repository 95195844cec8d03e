import EnergyTransformer
import Kit
import Reporting

/// The descents of some images, to step through: completion, energy of each patch, attention of each head, curves.
struct DescentViewer {
  let model: ImageEnergyTransformer<Float>
  let images: PreparedImages
  let settings: DescentSettings

  /// Attention of more images would make the page too large to open in a moment.
  private static let imageCount = 6

  func viewer() throws -> StepViewer {
    let chosen = Array(images.pictured.prefix(Self.imageCount))
    let descents = try chosen.map(descent)
    var viewer = StepViewer(
      "The descent of single images", items: chosen.map { "\($0)" }, itemName: "image",
      steps: descents[0].completions.indices.map { "\($0)" },
      note: "Move the slider: completion, energies and attention are those of the chosen step.")
    try viewer.addPictures("Original", descents.map { [$0.original] })
    try viewer.addPictures("What the model sees", descents.map { [$0.masked] })
    try viewer.addPictures("Completion", descents.map(\.completions))
    try viewer.addMaps("Energy of each patch", descents.map { [$0.patchEnergies] })
    try viewer.addMaps(
      "Attention: row attends to column, class token first", groups: (1...headCount).map { "\($0)" },
      groupName: "head", descents.map(\.attention))
    try viewer.addLines(
      "Energy",
      descents[0].energies.indices.map { part in
        (descents[0].energies[part].name, descents.map { $0.energies[part].values })
      })
    try viewer.addLines("Mean squared error of hidden pixels", [("error", descents.map(\.errors))])
    return viewer
  }

  private var headCount: Int { model.blocks[0].attention.headCount }

  /// What one image goes through.
  private struct Descent {
    let original: Picture, masked: Picture
    var completions: [Picture] = []
    var patchEnergies: [Picture] = []
    /// [head][step].
    var attention: [[Picture]]
    var energies: [(name: String, values: [Double])] = []
    var errors: [Double] = []
  }

  private func descent(of image: Int) throws -> Descent {
    let range = image..<image + 1
    let truth = images.pixels(images.test, range)
    let hidden = images.hiddenPixels(range)
    var descent = Descent(
      original: images.picture(truth), masked: images.picture(images.originalAndMasked(image).masked),
      attention: Array(repeating: [], count: headCount))
    let results = model.trace(
      patches: images.patches(images.test.batch(at: [image])), masked: images.replaced(range),
      settings: settings)
    for result in results { try result.checkFinite("the descent of image \(image)") }
    for patches in model.completions(along: results) {
      let found = clampedToPixels(images.pixels(of: patches))
      descent.completions.append(images.picture(truth * (1 - hidden) + found * hidden))
      descent.errors += meanSquaredErrors(found, truth, mask: hidden)
    }
    for (block, result) in results.enumerated() {
      // The tokens after a block are those before the next and count once.
      for state in result.trajectory.states.dropFirst(block == 0 ? 0 : 1) {
        add(state.tokens, model.blocks[block], to: &descent)
      }
    }
    descent.energies = energies(results)
    return descent
  }

  private func add(_ tokens: Tensor<Float>, _ block: EnergyTransformerBlock<Float>, to descent: inout Descent)
  {
    let g = block.norm.activations(at: Tokens(tokens))
    let attention = block.attention.energy(includesSelf: block.includesSelf)
    let shares = attention.energyByNode(at: g) + block.memory.energyByNode(at: g)
    let (grid, count) = (images.grid, g.values.shape[1])
    descent.patchEnergies.append(
      Picture(
        width: grid.width / grid.patchSize, height: grid.height / grid.patchSize,
        values: Array(shares.elements.dropFirst(count - grid.patchCount))))
    let weights = attention.attentionWeights(at: g)
    for head in 0..<headCount {
      descent.attention[head].append(
        Picture(width: count, height: count, values: weights.sliced(axis: 1, head..<head + 1).elements))
    }
  }

  /// The energy of the image by part along the blocks; where there are several, by their sums.
  private func energies(_ results: [DescentResult<Float>]) -> [(name: String, values: [Double])] {
    guard results.count > 1 else {
      return results[0].trajectory.series.map { ($0.name, $0.byStep.map { $0[0] }) }
    }
    // Blocks have energies of their own: the sum jumps where one ends and the next begins.
    let values = results.enumerated().flatMap { block, result in
      result.trajectory.energies.dropFirst(block == 0 ? 0 : 1).map { Double($0.total.elements[0]) }
    }
    return [("total of the block", values)]
  }

}
