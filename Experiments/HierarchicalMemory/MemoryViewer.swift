import EnergyTransformer
import Kit
import Reporting

/// The descents of some images, to step through: completion, channels of features, energies of layers and synapses, error.
struct MemoryViewer {
  let images: PreparedImages
  let memory: PictureMemory
  let model: MemoryOptions

  func viewer() throws -> StepViewer {
    let descents = try chosen.map(descent)
    var viewer = StepViewer(
      "The descent of single images", items: chosen.map { "\($0)" }, itemName: "image",
      steps: steps.map { "\($0)" },
      note: "Move the slider: completion, features and energies are those of the chosen step.")
    try viewer.addPictures("Original", descents.map { [$0.original] })
    try viewer.addPictures("What the memory sees", descents.map { [$0.masked] })
    try viewer.addPictures("Completion", descents.map(\.completions))
    try viewer.addMaps(
      "Activations of the features", groups: channels.map { "\($0 + 1)" }, groupName: "channel",
      descents.map(\.features))
    let energies = descents[0].energies.indices.map { part in
      (label: descents[0].energies[part].name, values: descents.map { $0.energies[part].values })
    }
    // The sum is behind its parts; alone it is large enough for its fall to be seen.
    try viewer.addLines("Energy", Array(energies.suffix(1)))
    try viewer.addLines("Energy by layer and synapse", Array(energies.dropLast()))
    try viewer.addLines("Mean squared error of hidden pixels", [("error", descents.map(\.errors))])
    return viewer
  }

  private var steps: [Int] { StepViewer.shownSteps(upTo: model.steps) }

  /// Channels of features, evenly spaced; of all of them the page would be twice as large.
  private var channels: [Int] { (0..<model.features).evenlySpaced(8) }

  private var chosen: [Int] {
    let picture = images.grid.height * images.grid.width * images.grid.channels
    let features = memory.network.layers.first { $0.name == "features" }?.shape ?? []
    let map = features.dropLast().reduce(1, *)
    let count = StepViewer.itemCount(numbersEach: steps.count * (picture + channels.count * map))
    return Array(images.pictured.prefix(count))
  }

  /// What one image goes through.
  private struct Descent {
    let original: Picture, masked: Picture
    var completions: [Picture] = []
    /// [channel][step].
    var features: [[Picture]] = []
    var energies: [(name: String, values: [Double])] = []
    var errors: [Double] = []
  }

  private func descent(of image: Int) throws -> Descent {
    let range = image..<image + 1
    let truth = images.pixels(images.test, range)
    let hidden = images.hiddenPixels(range)
    let result = memory.descended(
      images.grid.images(of: images.patches(images.test.batch(at: [image]))), hidden: hidden, model,
      recording: [.energies, .states(every: 1)])
    try result.checkFinite("the descent of image \(image)")
    var descent = Descent(
      original: images.picture(truth), masked: images.picture(images.originalAndMasked(image).masked),
      features: Array(repeating: [], count: channels.count))
    for step in steps {
      let state = Tokens(result.trajectory.states[step].tokens)
      let found = clampedToPixels(images.pixels(ofPictures: memory.pixels(state)))
      descent.completions.append(images.picture(truth * (1 - hidden) + found * hidden))
      descent.errors += meanSquaredErrors(found, truth, mask: hidden)
      let features = memory.network.layers(of: memory.network.lagrangian.activations(at: state))["features"]
      for (index, channel) in channels.enumerated() {
        descent.features[index].append(
          Picture(
            width: features.shape[2], height: features.shape[1],
            values: features.sliced(axis: 3, channel..<channel + 1).elements))
      }
    }
    descent.energies = result.trajectory.series.map { part in
      (part.name, steps.map { part.byStep[$0][0] })
    }
    return descent
  }
}
