import EnergyTransformer
import Kit
import Reporting

/// The ways down of some images, to step through: completion, energy and error of every method against gradients.
struct MethodViewer {
  let model: ImageEnergyTransformer<Float>
  let images: PreparedImages
  let methods: [(label: String, candidate: DescentCandidate)]
  /// The most gradients that a method takes.
  let limit: Int

  func viewer() throws -> StepViewer {
    let ways = chosen.map { image in methods.map { way(of: image, $0.candidate) } }
    var viewer = StepViewer(
      "The ways down of single images", items: chosen.map { "\($0)" }, itemName: "image",
      steps: gradients.map { "\($0)" }, stepName: "gradients",
      note: "Move the slider: each method is shown where its gradients up to then have brought it.")
    let shown = chosen.map(images.originalAndMasked)
    try viewer.addPictures("Original", shown.map { [images.picture($0.original)] })
    try viewer.addPictures("What the model sees", shown.map { [images.picture($0.masked)] })
    try viewer.addPictures(
      "Completion", groups: methods.map { $0.label }, groupName: "method", ways.map { $0.map(\.completions) })
    func add(_ title: String, _ values: (Way) -> [Double]) throws {
      try viewer.addLines(
        title,
        methods.indices.map { method in (methods[method].label, ways.map { values($0[method]) }) })
    }
    try add("Energy", \.energies)
    try add("Mean squared error of hidden pixels", \.errors)
    return viewer
  }

  private var gradients: [Int] { StepViewer.shownSteps(upTo: limit) }

  private var chosen: [Int] {
    let picture = images.grid.height * images.grid.width * images.grid.channels
    let count = StepViewer.itemCount(numbersEach: methods.count * gradients.count * picture)
    return Array(images.pictured.prefix(count))
  }

  /// What a method makes of an image.
  private struct Way {
    var completions: [Picture] = []
    var energies: [Double] = []
    var errors: [Double] = []
  }

  private func way(of image: Int, _ candidate: DescentCandidate) -> Way {
    let range = image..<image + 1
    let descent = candidate.descent(model.blocks[0], steps: limit)
    let states = CompletionTrajectory.states(descent, images.tokens(of: model, range), limit)
    let truth = images.pixels(images.test, range)
    let hidden = images.hiddenPixels(range)
    var way = Way()
    for budget in gradients {
      let state = states.last { $0.gradients <= budget } ?? states[0]
      let g = descent.lagrangian.activations(at: Tokens(state.tokens))
      let found = clampedToPixels(images.pixels(of: model.decode(g)))
      way.completions.append(images.picture(truth * (1 - hidden) + found * hidden))
      way.energies.append(Double(descent.energy.energyByPart(at: g).total.elements[0]))
      way.errors += meanSquaredErrors(found, truth, mask: hidden)
    }
    return way
  }
}
