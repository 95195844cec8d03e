import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The descent that completes a picture, step by step, and what is to be said of it.
struct CompletedPicture: Encodable, Sendable {
  /// Pictures, maps and curves over the steps.
  let viewer: StepViewer
  /// The energy before the first step and after each.
  let energies: [Double]
  /// The steps after which the energy was higher than before them, from 1.
  let rises: [Int]
  /// The mean squared error of the hidden pixels after each step, levels in 0 ... 1.
  let errors: [Double]
  /// The completed picture's levels.
  let pixels: Data

  init(_ request: CompletionRequest, by served: ServedModel) throws {
    let (grid, model) = (served.grid, served.model)
    let shape = [1, grid.height, grid.width, grid.channels]
    let truth = Tensor<Float>(shape: shape, elements: request.pixels.map { Float($0) / 255 })
    var masked = [Float](repeating: 0, count: grid.patchCount)
    for patch in request.hidden { masked[patch] = 1 }
    let mask = Tensor(shape: [1, grid.patchCount], elements: masked)
    let results = model.trace(
      patches: grid.patches(
        of: Tensor(shape: shape, elements: served.normalization.values(of: Array(request.pixels)))),
      masked: mask, settings: DescentSettings(steps: request.steps, stepSize: request.stepSize))
    for result in results {
      guard result.stopReason.isFinite else {
        throw RequestError.unusable(
          "The descent left the finite numbers: \(result.stopReason). Take smaller steps.")
      }
    }
    let hidden = grid.images(
      of: mask.expanded(axis: 2).repeated(to: [1, grid.patchCount, grid.patchLength]))
    let completed = model.completions(along: results).map { patches in
      let found = served.levels(of: grid.images(of: patches))
      return truth * (1 - hidden) + clampedToPixels(found) * hidden
    }
    errors = completed.map { meanSquaredErrors($0, truth, mask: hidden)[0] }
    let total = results.flatMap { $0.trajectory.series(of: .total).byStep.map { $0[0] } }
    energies = total
    rises = total.indices.dropFirst().filter { total[$0] > total[$0 - 1] }
    pixels = Data(completed[completed.count - 1].elements.map { UInt8(($0 * 255).rounded()) })

    func picture(_ pixels: Tensor<Float>) -> Picture {
      Picture(width: grid.width, height: grid.height, channels: grid.channels, values: pixels.elements)
    }
    var viewer = StepViewer(
      "The descent", items: ["yours"], itemName: "picture", steps: completed.indices.map { "\($0)" })
    try viewer.addPictures("What the model sees", [[picture(truth * (1 - hidden) + hidden * 0.5)]])
    try viewer.addPictures("Completion", [completed.map(picture)])
    let series = results[0].trajectory.series
    try viewer.addLines("Energy", series.map { ($0.name, [$0.byStep.map { $0[0] }]) })
    try viewer.addLines("Mean squared error of hidden pixels", [("error", [errors])])
    self.viewer = viewer
  }
}

extension ServedModel {
  /// Pictures in the model's numbers as levels in 0 ... 1 without clamping.
  fileprivate func levels(of pictures: Tensor<Float>) -> Tensor<Float> {
    let shape = [1, 1, 1, grid.channels]
    return pictures * Tensor(shape: shape, elements: normalization.standardDeviation)
      + Tensor(shape: shape, elements: normalization.mean)
  }
}
