import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The descent that completes a picture, step by step, and what is to be said of it.
struct CompletedPicture: Encodable, Sendable {
  /// Pictures, maps and curves over the steps.
  let viewer: StepViewer
  /// The energy before the first step and after each; of several blocks that of the block which descends.
  let energies: [Double]
  /// The steps after which the energy was higher than before them, from 1.
  let rises: [Int]
  /// The mean squared error of the hidden pixels after each step, levels in 0 ... 1.
  let errors: [Double]
  /// The completed picture's levels.
  let pixels: Data

  init(_ request: CompletionRequest, by served: ServedModel) throws {
    let grid = served.model.grid
    let truth = Tensor<Float>(
      shape: [1, grid.height, grid.width, grid.channels], elements: request.pixels.map { Float($0) / 255 })
    var masked = [Float](repeating: 0, count: grid.patchCount)
    for patch in request.hidden { masked[patch] = 1 }
    let descent: ImageDescent
    do {
      descent = try ImageDescent(
        of: truth, hiding: Tensor(shape: [1, grid.patchCount], elements: masked), by: served.model,
        normalization: served.normalization,
        settings: DescentSettings(steps: request.steps, stepSize: request.stepSize), name: "the picture")
    } catch let failure as DescentFailure {
      throw RequestError.unusable("\(failure). Take smaller steps.")
    }
    let space = ModelPixels(grid: grid, normalization: served.normalization)
    var frames = DescentFrames(of: [descent], picture: space.picture)
    frames.addPatchEnergies(of: [descent]) { energies in
      Picture(width: energies.shape[2], height: energies.shape[1], values: energies.elements)
    }
    viewer = try StepViewer("The descent", [frames], names: ["yours"], itemName: "picture")
    errors = frames.errors
    let blocks = descent.results.map { $0.trajectory.series(of: .total).byStep.map { $0[0] } }
    energies = frames.energies.last?.values ?? []
    rises = Self.rises(blocks)
    pixels = Data(descent.completions[frames.steps.count - 1].elements.map { UInt8(($0 * 255).rounded()) })
  }

  /// Blocks have energies of their own: where one ends and the next begins nothing falls or rises.
  private static func rises(_ blocks: [[Double]]) -> [Int] {
    var found: [Int] = []
    var taken = 0
    for values in blocks {
      found += values.indices.dropFirst().filter { values[$0] > values[$0 - 1] }.map { taken + $0 }
      taken += values.count - 1
    }
    return found
  }
}
