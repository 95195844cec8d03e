import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// A published-style checkpoint, an image, a mask and the completions computed elsewhere in double precision.
struct ReferenceImage<Scalar: TensorScalar> {
  let arrays: [String: Tensor<Scalar>]
  let figures: SafetensorsFile

  init() throws {
    func path(_ name: String, _ ending: String) throws -> String {
      try #require(Bundle.module.url(forResource: name, withExtension: ending, subdirectory: "Fixtures")).path
    }
    arrays = try NPZFile.read(path: path("et-image-checkpoint", "npz")).arrays.mapValues { try Tensor($0) }
    figures = try SafetensorsFile.read(path: path("et-image", "safetensors"))
  }

  static func grid(_ layout: PatchGrid.Layout) -> PatchGrid {
    PatchGrid(height: 32, width: 32, channels: 3, patchSize: 8, layout: layout)
  }

  /// An image [channels, height, width] of the file as a batch of one, [1, height, width, channels].
  func image(_ name: String) throws -> Tensor<Scalar> {
    try Tensor(figures.array(named: name)).permuted([1, 2, 0]).reshaped([1, 32, 32, 3])
  }

  /// The completion of the image, twice in one batch, as images.
  func completion(_ layout: PatchGrid.Layout, norms: Int) throws -> Tensor<Scalar> {
    let grid = Self.grid(layout)
    let model = try ImageEnergyTransformer(published: arrays, grid: grid, normsBeforeDecoder: norms)
    let mask: Tensor<Scalar> = try Tensor(figures.array(named: "mask")).reshaped([1, 16]).repeated(to: [
      2, 16,
    ])
    let image = try image("image").repeated(to: [2, 32, 32, 3])
    let steps = try #require(figures.metadata["steps"].flatMap(Int.init))
    let alpha = try #require(figures.metadata["alpha"].flatMap(Double.init))
    return grid.images(
      of: model.completion(
        patches: grid.patches(of: image), masked: mask,
        settings: DescentSettings(steps: steps, stepSize: alpha)))
  }
}

struct ReferenceImageTests {
  static let variants = [(1, "completion_single_norm"), (2, "completion_double_norm")]

  @Test("the completion of the reference checkpoint in double", arguments: variants)
  func double(norms: Int, name: String) throws { try check(Double.self, norms, name, relative: 1e-9) }

  @Test("the completion of the reference checkpoint in float", arguments: variants)
  func float(norms: Int, name: String) throws { try check(Float.self, norms, name, relative: 1e-4) }

  private func check<Scalar: TensorScalar>(
    _ type: Scalar.Type, _ norms: Int, _ name: String, relative: Double
  ) throws {
    let reference = try ReferenceImage<Scalar>()
    let expected = try reference.image(name)
    let found = try reference.completion(.channelsFirst, norms: norms)
    for example in 0..<2 {
      let error = relativeError(found.sliced(axis: 0, example..<example + 1), expected)
      #expect(error <= relative, "example \(example): relative error \(error)")
    }
  }

  @Test("the other layout and the other number of norms miss the figure")
  func otherChoices() throws {
    let reference = try ReferenceImage<Double>()
    let expected = try reference.image("completion_single_norm")
    func error(_ layout: PatchGrid.Layout, norms: Int) throws -> Double {
      relativeError(try reference.completion(layout, norms: norms).sliced(axis: 0, 0..<1), expected)
    }
    #expect(try error(.channelsLast, norms: 1) > 0.1)
    #expect(try error(.channelsFirst, norms: 2) > 1e-3)
  }

  @Test("an array that is missing or has another shape is named with what was expected")
  func badArrays() throws {
    let arrays = try ReferenceImage<Float>().arrays
    func message(_ changed: [String: Tensor<Float>]) -> String {
      do {
        _ = try ImageEnergyTransformer(published: changed, grid: ReferenceImage<Float>.grid(.channelsFirst))
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(arrays) == "no error")
    for name in arrays.keys {
      var changed = arrays
      changed[name] = nil
      #expect(message(changed).hasPrefix("array \(name) is missing; there are "))
    }
    for (name, value) in arrays {
      var changed = arrays
      changed[name] = .zeros(value.shape + [2])
      let text = message(changed)
      #expect(text.contains("has shape") && text.contains("expected"), "\(name): \(text)")
    }
    var other = arrays
    other["Wk"] = .zeros([3, 9, 24])
    #expect(message(other) == "array Wk has shape [3, 9, 24], expected [3, 8, 24]")
    other = arrays
    other["POS_embed"] = .zeros([16, 24])
    #expect(message(other) == "array POS_embed has shape [16, 24], expected [17, 24]")
    other = arrays
    other["LNORM_gamma"] = Tensor(shape: [1], elements: [0.5])
    #expect(message(other) == "no error")
    other["LNORM_gamma"] = .zeros([24])
    #expect(message(other) == "array LNORM_gamma has shape [24], expected [1]")
    other = arrays
    other["Wq"] = .zeros([0, 8, 24])
    other["Wk"] = .zeros([0, 8, 24])
    #expect(message(other).hasPrefix("array Wq has shape [0, 8, 24], expected [at least 1, "))
  }
}

/// Largest difference, relative to the largest magnitude of what is expected.
func relativeError<Scalar>(_ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>) -> Double {
  guard actual.shape == expected.shape, actual.isFinite else { return .infinity }
  let scale = expected.elements.map { abs(Double($0)) }.max() ?? 0
  let error = zip(actual.elements, expected.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
  return error / scale
}
