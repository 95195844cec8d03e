import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The completion of one image by one model at the steps that are shown, as an interrupted run keeps it.
struct ShownCompletion: Codable, Sendable {
  /// The levels of all pixels, 0 ... 255, at each step; visible pixels are the original's.
  private(set) var levels: [Data] = []
  /// The energy at each step.
  private(set) var energies: [Double] = []
  /// The mean squared error of the hidden pixels at each step.
  private(set) var errors: [Double] = []

  mutating func add(levels: Data, energy: Double, error: Double) {
    self.levels.append(levels)
    energies.append(energy)
    errors.append(error)
  }
}

/// Some images under test completed by the model of each method, to step through: completion, energy and error.
struct CompletionViewer {
  let images: PreparedImages
  /// The most steps that a method takes.
  let mostSteps: Int

  /// More of the first steps, in which most happens.
  private var steps: [Int] { shownSteps(last: mostSteps) }

  private var chosen: [Int] {
    let numbers = GradientMethod.allCases.count * steps.count * images.test.imageSize
    return Array(images.pictured.prefix(StepViewer.itemCount(numbersEach: numbers)))
  }

  /// What a model makes of the chosen images, each descended by itself; one that is at rest stays where it is.
  ///
  /// - Throws: `DescentFailure` where a descent leaves the finite numbers.
  func completions(
    by model: ImageEnergyTransformer<Float>, _ descent: BlockDescent
  ) throws -> [ShownCompletion] {
    try chosen.map { image in
      let range = image..<image + 1
      let masked = images.replaced(range)
      let start = model.tokens(patches: images.patches(images.test.batch(at: [image])), masked: masked)
      let descent = descent.descent(of: model, from: start, masked: masked)
      let result = descent.run(from: start, recording: [.energies, .states(every: 1)])
      try result.checkFinite("the completion of image \(image)")
      let energies = result.trajectory.series(of: .total).byStep
      let states = result.trajectory.states
      let (truth, hidden) = (images.pixels(images.test, range), images.hiddenPixels(range))
      var completion = ShownCompletion()
      for step in steps {
        let taken = min(step, states.count - 1)
        let g = descent.lagrangian.activations(at: Tokens(states[taken].tokens))
        let found = clampedToPixels(images.pixels(of: model.decode(g)))
        let pixels = truth * (1 - hidden) + found * hidden
        completion.add(
          levels: Data(pixels.elements.map { UInt8(($0 * 255).rounded()) }), energy: energies[taken][0],
          error: meanSquaredErrors(found, truth, mask: hidden)[0])
      }
      return completion
    }
  }

  /// The viewer of what the models of some methods made of the chosen images.
  func viewer(_ methods: [(title: String, completions: [ShownCompletion])]) throws -> StepViewer {
    var viewer = StepViewer(
      "Completions by the method of training", items: chosen.map { "\($0)" }, itemName: "image",
      steps: steps.map { "\($0)" },
      note:
        "Models of the first seed, each with the descent that it was trained with; one that has come to its end stays there. "
        + "The energies of two models have no common zero.")
    let shown = chosen.map(images.originalAndMasked)
    let titles = methods.map(\.title)
    try viewer.addPictures("Original", shown.map { [images.picture($0.original)] })
    try viewer.addPictures("What the models see", shown.map { [images.picture($0.masked)] })
    try viewer.addPictures(
      "Completion", groups: titles, groupName: "trained",
      chosen.indices.map { item in methods.map { $0.completions[item].levels.map(picture) } })
    try viewer.addLines(
      "Energy of the chosen model", groups: titles, groupName: "trained",
      [("energy", chosen.indices.map { item in methods.map { $0.completions[item].energies } })])
    try viewer.addLines(
      "Mean squared error of hidden pixels",
      methods.map { method in
        (label: method.title, values: chosen.indices.map { method.completions[$0].errors })
      })
    return viewer
  }

  private func picture(_ levels: Data) -> Picture {
    images.picture(
      Tensor(
        shape: [1, images.test.height, images.test.width, images.test.channels],
        elements: levels.map { Float($0) / 255 }))
  }
}
