import ArrayFiles
import Foundation
import Foundations
import Tensors
import TestSupport
import Testing
import Transformers

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
    let model = try ImageEnergyTransformer(
      published: NamedArrays(arrays), grid: grid, normsBeforeDecoder: norms)
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

  @Test(
    "one call loads a checkpoint as its release completes images: hidden patches as in the figure, seen ones as given"
  )
  func oneCall() throws {
    let reference = try ReferenceImage<Double>()
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let image = try reference.image("image")
    let levels = Tensor(
      shape: image.shape,
      elements: image.elements.enumerated().map { $1 * deviation[$0 % 3] + mean[$0 % 3] })
    let mask: Tensor<Double> = try Tensor(reference.figures.array(named: "mask")).reshaped([1, 16])
    for (decoding, name) in [
      (PublishedImageModel<Double>.Decoding.asTrained, "completion_single_norm"),
      (.asInScript, "completion_double_norm"),
    ] {
      let published = try PublishedImageModel(NamedArrays(reference.arrays), decoding: decoding)
      #expect(published.model.grid == ReferenceImage<Double>.grid(.channelsFirst))
      let found = published.completed(levels, masked: mask)
      let expected = try reference.image(name)
      var hiddenCount = 0
      for row in 0..<32 {
        for column in 0..<32 {
          let isHidden = mask[0, row / 8 * 4 + column / 8] == 1
          for colour in 0..<3 {
            let value = isHidden ? expected[0, row, column, colour] : image[0, row, column, colour]
            let level = min(1, max(0, value * deviation[colour] + mean[colour]))
            #expect(abs(found[0, row, column, colour] - level) < 1e-9)
            hiddenCount += isHidden ? 1 : 0
          }
        }
      }
      #expect(hiddenCount > 0 && hiddenCount < 32 * 32 * 3)
    }
  }

  @Test("an array that is missing or has another shape is named with what was expected")
  func badArrays() throws {
    let arrays = try ReferenceImage<Float>().arrays
    func message(_ changed: [String: Tensor<Float>]) -> String {
      do {
        _ = try ImageEnergyTransformer(
          published: NamedArrays(changed), grid: ReferenceImage<Float>.grid(.channelsFirst),
          normsBeforeDecoder: 1)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(arrays) == "no error")
    for name in arrays.keys {
      var changed = arrays
      changed[name] = nil
      #expect(message(changed).hasPrefix("array \(name) is missing"))
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
    #expect(message(other) == "array LNORM_gamma has shape [24], expected [] or [1]")
    other = arrays
    other["Wq"] = .zeros([0, 8, 24])
    other["Wk"] = .zeros([0, 8, 24])
    #expect(
      message(other).hasPrefix(
        "array Wq has shape [0, 8, 24], expected [heads, key size, dimension], each at least 1"))
  }
}
