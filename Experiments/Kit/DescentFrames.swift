package import EnergyTransformer
package import Reporting

/// The descent of one picture as pages and figures show it, at all of its steps or some.
package struct DescentFrames: Sendable {
  package private(set) var steps: [Int]
  package private(set) var original: Picture, masked: Picture
  /// [step].
  package private(set) var completions: [Picture]
  /// Mean squared error of the hidden pixels after each step.
  package private(set) var errors: [Double]
  /// The energy by part after each step, the mean where there are several images; of several blocks their sums.
  package private(set) var energies: [(name: String, values: [Double])]
  /// The energy of each patch, [step].
  package private(set) var patchEnergies: [Picture] = []
  /// [head][step]; empty where it is not shown.
  package private(set) var attention: [[Picture]] = []

  /// The frames of a descent from its pictures and numbers, one of each a step.
  ///
  /// - Parameter blocks: The energies of each block's descent.
  package init(
    original: Picture, masked: Picture, completions: [Picture], errors: [Double],
    energies blocks: BlockEnergies
  ) {
    steps = Array(completions.indices)
    (self.original, self.masked, self.completions, self.errors) = (original, masked, completions, errors)
    energies = Self.energies(blocks)
  }

  /// The frames of a picture that one image, or several side by side, make.
  ///
  /// - Parameters:
  ///   - descents: Batches of images, one after the other.
  ///   - picture: Makes the picture of all images, [images, height, width, channels].
  package init(of descents: [ImageDescent], picture: (Tensor<Float>) -> Picture) {
    func joined(_ part: (ImageDescent) -> Tensor<Float>) -> Tensor<Float> {
      descents.count == 1 ? part(descents[0]) : .concatenated(descents.map(part), axis: 0)
    }
    let steps = descents[0].completions.indices
    let errors = steps.map { step in
      // Visible pixels are the original's and add nothing.
      let squares = descents.map { Double(($0.completions[step] - $0.original).squared().sum().scalar) }
      let counts = descents.map { Double($0.hidden.sum().scalar) }
      return squares.reduce(0, +) / counts.reduce(0, +)
    }
    var blocks = BlockEnergies()
    for descent in descents { blocks.add(descent.results) }
    self.init(
      original: picture(joined(\.original)), masked: picture(joined(\.masked)),
      completions: steps.map { step in picture(joined { $0.completions[step] }) }, errors: errors,
      energies: blocks)
  }

  /// The energies along the blocks; where there are several, their sums.
  private static func energies(_ blocks: BlockEnergies) -> [(name: String, values: [Double])] {
    func means(_ values: [[Double]]) -> [Double] { values.map { $0.reduce(0, +) / Double($0.count) } }
    guard blocks.blockCount > 1 else { return blocks.parts.map { ($0.name, means($0.values)) } }
    // Blocks have energies of their own: the sum jumps where one ends and the next begins.
    let partCount = blocks.parts.count / blocks.blockCount
    let totals = (1...blocks.blockCount).map { blocks.parts[$0 * partCount - 1].values }
    let values = totals.enumerated().flatMap { block, values in
      means(values).dropFirst(block == 0 ? 0 : 1)
    }
    return [("total of the block", values)]
  }

  /// Adds the energy of each patch.
  package mutating func addPatchEnergies(of descents: [ImageDescent], picture: (Tensor<Float>) -> Picture) {
    let parts = descents.map { $0.patchEnergies() }
    patchEnergies = steps.map { step in picture(.concatenated(parts.map { $0[step] }, axis: 0)) }
  }

  /// Adds the attention of each head, of one image.
  package mutating func addAttention(of descent: ImageDescent) {
    let weights = descent.attention()
    let (heads, count) = (weights[0].shape[1], weights[0].shape[2])
    attention = (0..<heads).map { head in
      steps.map { step in
        Picture(
          width: count, height: count, values: weights[step].sliced(axis: 1, head..<head + 1).elements)
      }
    }
  }

  /// Puts other pictures in the place of original, masked and completions.
  package mutating func changePictures(_ change: (Picture) -> Picture) {
    (original, masked) = (change(original), change(masked))
    completions = completions.map(change)
  }

  /// The frames of some of the steps alone.
  package func only(_ steps: [Int]) -> DescentFrames {
    let places = self.steps.indices.filter { steps.contains(self.steps[$0]) }
    func chosen<Value>(_ values: [Value]) -> [Value] { values.isEmpty ? [] : places.map { values[$0] } }
    var copy = self
    copy.steps = chosen(self.steps)
    copy.completions = chosen(completions)
    copy.errors = chosen(errors)
    copy.energies = energies.map { ($0.name, chosen($0.values)) }
    copy.patchEnergies = chosen(patchEnergies)
    copy.attention = attention.map(chosen)
    return copy
  }
}

extension StepViewer {
  /// A viewer of descents, all of the same steps and panels.
  ///
  /// - Parameters:
  ///   - names: What the pictures are called, in their order.
  ///   - note: A sentence below the heading; one about the slider when left out.
  /// - Throws: `ReportingError` for a value that is not finite.
  package init(
    _ title: String, _ descents: [DescentFrames], names: [String], itemName: String, note: String? = nil
  ) throws {
    let shown = descents[0].attention.isEmpty ? " and energies" : ", energies and attention"
    self.init(
      title, items: names, itemName: itemName, steps: descents[0].steps.map { "\($0)" },
      note: note ?? "Move the slider: completion\(shown) are those of the chosen step.")
    try addPictures("Original", descents.map { [$0.original] })
    try addPictures("What the model sees", descents.map { [$0.masked] })
    try addPictures("Completion", descents.map(\.completions))
    if !descents[0].patchEnergies.isEmpty {
      try addMaps("Energy of each patch", descents.map { [$0.patchEnergies] })
    }
    if !descents[0].attention.isEmpty {
      try addMaps(
        "Attention: row attends to column, class token first",
        groups: descents[0].attention.indices.map { "\($0 + 1)" }, groupName: "head",
        descents.map(\.attention))
    }
    try addLines(
      "Energy",
      descents[0].energies.indices.map { part in
        (descents[0].energies[part].name, descents.map { $0.energies[part].values })
      })
    try addLines("Mean squared error of hidden pixels", [("error", descents.map(\.errors))])
  }
}
