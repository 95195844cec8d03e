package import EnergyTransformer
import Foundation
package import Reporting

/// Images of an experiment, cut into patches: what it learns from, what it is judged on, and which patches of that
/// are hidden.
package struct PreparedImages: Sendable {
  package let source: String?
  /// What messages call the images.
  package var name: String { source ?? "embedded digits" }
  package private(set) var training: ImageDataset
  package private(set) var test: ImageDataset
  /// The images of the data set's own parts.
  package let trainingCount: Int, testCount: Int
  /// Whether `test` is a part of the training images.
  package private(set) var isValidation: Bool
  package private(set) var normalization: PixelNormalization
  /// How the images enter a model.
  package var space: ModelPixels { ModelPixels(grid: grid, normalization: normalization) }
  package let grid: PatchGrid
  package let policy: PatchMaskPolicy
  package let augmentation: Augmentation?
  /// Hidden patches of the images under test; the same for every seed.
  package private(set) var testMask: PatchMask

  /// - Parameter quick: Whether a few of the training images are enough, evenly spaced.
  package init(_ options: ImageOptions, seed: UInt64, quick: Bool = false) throws {
    let found = try ImageSource.open(path: options.data)
    source = options.data
    let name = options.data ?? "embedded digits"
    for note in found.notes { remark("\(name): \(note)") }
    (trainingCount, testCount) = (found.train.count, found.test.count)
    if options.validationImages > 0 {
      (training, test) = try Self.split(found.train, validation: options.validationImages, name: name)
    } else {
      training = found.train
      test = options.testImages > 0 ? found.test.subset(of: options.testImages) : found.test
    }
    isValidation = options.validationImages > 0
    if quick { training = training.subset(of: Self.quickCount) }
    guard training.height % options.patch == 0, training.width % options.patch == 0 else {
      throw DataFileError(
        file: name,
        problem: "--patch \(options.patch) does not divide images of \(training.height) x \(training.width)")
    }
    normalization = PixelNormalization(measuring: training)
    grid = PatchGrid(
      height: training.height, width: training.width, channels: training.channels, patchSize: options.patch)
    let scored = Int((Double(grid.patchCount) * options.mask).rounded(.toNearestOrEven))
    guard scored > 0, scored < grid.patchCount else {
      throw DataFileError(
        file: name,
        problem:
          "--mask \(options.mask) of \(grid.patchCount) patches hides \(scored), expected 1 ... \(grid.patchCount - 1)"
      )
    }
    policy = PatchMaskPolicy(
      patchCount: grid.patchCount, scoredCount: scored, replacedFraction: 1 - options.kept)
    augmentation = options.augment ? Augmentation(padding: 4, flipProbability: 0.5) : nil
    testMask = Self.testMask(grid, scored: scored, count: test.count)
  }

  /// Training images of a quick run.
  private static let quickCount = 160

  /// Pixel statistics of the images at a path that a model learned from.
  ///
  /// - Parameter validation: How many of the training images were held back.
  /// - Throws: An error of one line that names the file.
  package static func normalization(ofImagesAt path: String?, validation: Int) throws -> PixelNormalization {
    let found = try ImageSource.open(path: path).train
    guard validation > 0 else { return PixelNormalization(measuring: found) }
    let name = path ?? "embedded digits"
    return PixelNormalization(measuring: try split(found, validation: validation, name: name).training)
  }

  /// Holds training images back; the same ones in every program.
  private static func split(
    _ images: ImageDataset, validation: Int, name: String
  ) throws -> (training: ImageDataset, validation: ImageDataset) {
    guard validation < images.count else {
      throw DataFileError(
        file: name,
        problem: "--validation-images \(validation) of \(images.count) training images leaves none")
    }
    var random = RandomStream(seed: 0).child(1)
    return images.split(validationCount: validation, using: &random)
  }

  private static func testMask(_ grid: PatchGrid, scored: Int, count: Int) -> PatchMask {
    PatchMaskPolicy(patchCount: grid.patchCount, scoredCount: scored, replacedFraction: 1)
      .mask(forImages: Array(0..<count), random: RandomStream(seed: 0).child(2))
  }

  /// The same preparation with `count` of the training images in the place of those under test, for choices that the
  /// latter must not make.
  ///
  /// - Parameter learning: Whether these images are learned from all the same; otherwise they are held back.
  /// - Throws: `DataFileError` where there are not more training images than that.
  package func testing(onTrainingImages count: Int, learning: Bool) throws -> PreparedImages {
    guard count < training.count else {
      throw DataFileError(
        file: name,
        problem: learning
          ? "--tuning-images \(count) of \(training.count) training images leaves none"
          : "\(training.count) training images, expected more than the \(count) held back for trials")
    }
    var copy = self
    var split = RandomStream(seed: 0).child(learning ? 3 : 4)
    let (rest, chosen) = training.split(validationCount: count, using: &split)
    copy.test = chosen
    if !learning {
      copy.training = rest
      copy.normalization = PixelNormalization(measuring: rest)
    }
    copy.isValidation = true
    copy.testMask = Self.testMask(grid, scored: policy.scoredCount, count: count)
    return copy
  }

  /// The images under test in batches, by their indices.
  package func testBatches(of size: Int) -> [Range<Int>] {
    stride(from: 0, to: test.count, by: size).map { $0..<min($0 + size, test.count) }
  }

  /// Normalised patches of some images, [batch, patches, length].
  package func patches(_ batch: ImageBatch) -> Tensor<Float> {
    grid.patches(of: Tensor(shape: batch.shape, elements: normalization.values(of: batch.pixels)))
  }

  /// Patches in normalised units as pixels in 0 ... 1 without clamping, [batch, height, width, channels].
  package func pixels(of patches: Tensor<Float>) -> Tensor<Float> { space.pixels(of: patches) }

  /// Pictures in normalised units as pixels in 0 ... 1 without clamping, [batch, height, width, channels].
  package func pixels(ofPictures pictures: Tensor<Float>) -> Tensor<Float> {
    space.pixels(ofPictures: pictures)
  }

  /// The mean squared errors over hidden pixels of completions of images under test, in normalised units, clamped to
  /// 0 ... 1.
  package func errors(of completed: Tensor<Float>, _ range: Range<Int>) -> [Double] {
    meanSquaredErrors(clampedToPixels(pixels(of: completed)), pixels(test, range), mask: hiddenPixels(range))
  }

  /// Hidden pixels of images under test, 1 where hidden, [batch, height, width, channels].
  package func hiddenPixels(_ range: Range<Int>) -> Tensor<Float> {
    pixels(hiddenBy: replaced(range))
  }

  /// Hidden pixels, 1 where hidden, [batch, height, width, channels], of hidden patches, [batch, patches].
  package func pixels(hiddenBy patches: Tensor<Float>) -> Tensor<Float> { space.pixels(hiddenBy: patches) }

  /// Hidden patches of images under test, 1 where hidden, [batch, patches].
  package func replaced(_ range: Range<Int>) -> Tensor<Float> {
    let n = grid.patchCount
    return Tensor(
      shape: [range.count, n],
      elements: testMask.replaced[range.lowerBound * n..<range.upperBound * n].map { $0 ? 1 : 0 })
  }

  /// Pixels of a data set in 0 ... 1, [count, height, width, channels].
  package func pixels(_ dataset: ImageDataset, _ range: Range<Int>) -> Tensor<Float> {
    let batch = dataset.batch(at: Array(range))
    return Tensor(shape: batch.shape, elements: batch.pixels.map { Float($0) / 255 })
  }

  /// What identifies the data in the record of a run: a fingerprint of each file, or, for a folder of image files,
  /// of their decoded pixels.
  package func fingerprints() throws -> [DataFingerprint] {
    guard let source else { return try DataFingerprint.embeddedDigits() }
    let files = try ImageSource.files(at: source)
    guard !files.isEmpty else {
      return [
        DataFingerprint(
          name: "decoded training pixels", path: source, count: trainingCount, hashing: training.pixels)
      ]
    }
    func isTest(_ name: String) -> Bool {
      // The name of a set may come first, as in emnist-letters-test-images-idx3-ubyte.
      name.hasPrefix("t10k-") || name.hasPrefix("test") || name.contains("-t10k-") || name.contains("-test-")
    }
    let names = files.map { URL(fileURLWithPath: $0).lastPathComponent }
    // CIFAR-10 spreads its training images over five files; all other formats keep a part in one image file.
    let spread = max(1, names.count { !isTest($0) && $0.hasSuffix(".bin") })
    return try zip(files, names).map { path, name in
      let count =
        files.count == 1 ? trainingCount + testCount : isTest(name) ? testCount : trainingCount / spread
      return try DataFingerprint(name: name, path: path, count: count)
    }
  }
}

extension ImageDataset {
  /// So many of the images, evenly spaced; all where there are no more.
  fileprivate func subset(of wanted: Int) -> ImageDataset {
    wanted < count ? subset((0..<wanted).map { $0 * count / wanted }, name: name) : self
  }
}
