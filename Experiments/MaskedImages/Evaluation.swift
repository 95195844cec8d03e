import EnergyTransformer
import Foundation
import Kit

/// What the model does to the images under test: error, energy by part and whether it fell, at every step.
struct Evaluation {
  /// Mean squared error over the hidden pixels of each image, clamped to 0 ... 1; [moment][image].
  private(set) var errors: [[Double]] = []
  /// The same without clamping, after the last step; [image].
  private(set) var unclamped: [Double] = []
  /// Energy of each image by part, [part][moment][image]; the last part is their sum.
  private(set) var energies: [(part: String, values: [[Double]])] = []
  /// Whether an image's energy fell at every step of every block.
  private(set) var fell: [Bool] = []
  /// Completions of some images at every moment: [moment][image], pixels in 0 ... 1.
  private(set) var pictures: [[Tensor<Float>]] = []
  private(set) var seconds = 0.0

  /// The images whose completions are kept: evenly spaced, since images may be sorted by class.
  static func pictured(_ images: PreparedImages) -> [Int] {
    let count = min(10, images.test.count)
    return (0..<count).map { $0 * images.test.count / count }
  }

  init(model: ImageEnergyTransformer<Float>, images: PreparedImages, settings: DescentSettings) throws {
    let started = Date()
    let size = 200
    for start in stride(from: 0, to: images.test.count, by: size) {
      let range = start..<min(start + size, images.test.count)
      let patches = images.patches(images.test.batch(at: Array(range)))
      let results = model.trace(patches: patches, masked: images.replaced(range), settings: settings)
      if let broken = results.first(where: { !$0.stopReason.isFinite }) {
        throw DescentFailure(description: "evaluation of images \(range): \(broken.stopReason)")
      }
      Self.addEnergies(results, to: &energies)
      fell += Self.fallen(results)
      addErrors(model, images, range, results)
    }
    seconds = Date().timeIntervalSince(started)
  }

  /// Mean squared error over hidden pixels after a moment, over all images.
  func error(at moment: Int) -> Double { errors[moment].reduce(0, +) / Double(errors[moment].count) }

  private mutating func addErrors(
    _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages, _ range: Range<Int>,
    _ results: [DescentResult<Float>]
  ) {
    let truth = images.pixels(images.test, range)
    let hidden = images.hiddenPixels(range)
    var moment = 0
    for (block, result) in results.enumerated() {
      // The tokens after a block are those before the next: count them once.
      for state in block == 0 ? result.trajectory.states[...] : result.trajectory.states.dropFirst() {
        let prediction = images.pixels(of: model.decode(Tokens(state.tokens), block: block))
        let clamped = clampedToPixels(prediction)
        if errors.count <= moment {
          errors.append([])
          pictures.append([])
        }
        errors[moment] += hiddenErrors(clamped, truth, hidden)
        let completed = truth * (1 - hidden) + clamped * hidden
        pictures[moment] += Self.pictured(images).filter(range.contains).map { image in
          completed.sliced(axis: 0, image - range.lowerBound..<image - range.lowerBound + 1)
        }
        moment += 1
        if block == results.count - 1, state.step == result.steps {
          unclamped += hiddenErrors(prediction, truth, hidden)
        }
      }
    }
  }

  private static func addEnergies(
    _ results: [DescentResult<Float>], to energies: inout [(part: String, values: [[Double]])]
  ) {
    var index = 0
    for (block, result) in results.enumerated() {
      let prefix = results.count > 1 ? "block \(block + 1) " : ""
      for series in result.trajectory.series {
        append(prefix + series.name, series.byStep, at: index, to: &energies)
        index += 1
      }
    }
  }

  private static func append(
    _ part: String, _ values: [[Double]], at index: Int,
    to energies: inout [(part: String, values: [[Double]])]
  ) {
    if energies.count <= index {
      energies.append((part, values))
    } else {
      for moment in values.indices { energies[index].values[moment] += values[moment] }
    }
  }

  private static func fallen(_ results: [DescentResult<Float>]) -> [Bool] {
    let fell = results.map { $0.trajectory.fellAtEveryStep() }
    return fell[0].indices.map { image in fell.allSatisfy { $0[image] } }
  }
}

/// A descent that left the finite numbers.
struct DescentFailure: Error, CustomStringConvertible {
  let description: String
}
