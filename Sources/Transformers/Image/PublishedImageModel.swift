public import ArrayFiles
import Foundations
public import Tensors

/// A published image checkpoint, set up to complete images as its release does: layout of patches, norms, pixel statistics
/// and descent.
///
/// ```swift
/// let published = try PublishedImageModel<Float>(contentsOf: "plaindict_ckpt.npz", decoding: .asTrained)
/// let picture = published.completed(images, masked: masked)  // levels from 0 to 1, [batch, height, width, 3]
/// ```
///
/// Patches lie channel by channel, pixels are normalised by ImageNet's mean and deviation, tokens attend to themselves, and the
/// block takes 12 steps of 0.1.
///
/// - Source: the JAX release of Hoover et al. 2023.
public struct PublishedImageModel<Scalar: TensorScalar>: Sendable {
  /// How often the norm is applied before the decoder: the release's own scripts differ, so there is no default.
  public enum Decoding: Sendable {
    /// The norm once between the last step and the decoder, as the weights were trained.
    case asTrained
    /// The norm twice, as the script that completes a single picture applies it.
    case asInScript
  }

  /// The model.
  public let model: ImageEnergyTransformer<Scalar>
  /// The settings of its block's descent.
  public let settings = DescentSettings(steps: 12, stepSize: 0.1)

  /// ImageNet's mean and standard deviation of red, green and blue, levels from 0 to 1.
  package static var pixels: (mean: [Double], deviation: [Double]) {
    ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  }

  /// Reads a checkpoint, .npz or safetensors. Images are square, and their size follows from the arrays.
  ///
  /// - Throws: An error that names the file and the array that is missing or has another shape.
  public init(contentsOf path: String, decoding: Decoding) throws {
    try self.init(NamedArrays(contentsOf: path), decoding: decoding)
  }

  /// A checkpoint from its arrays.
  ///
  /// - Throws: ``ArrayFiles/NamedArrayError`` for an array that is missing or has another shape.
  public init(_ arrays: NamedArrays<Scalar>, decoding: Decoding) throws {
    var found = arrays
    let length = try found.tensor("Wenc", shape: ["numbers of a patch", "dimension"]).shape[0]
    let rows = try found.tensor("POS_embed", shape: ["patches and one", "dimension"]).shape[0]
    guard let patch = Self.root(of: length / 3), patch * patch * 3 == length,
      let side = Self.root(of: rows - 1)
    else {
      throw arrays.failure(
        "array Wenc of \(length) numbers per patch and POS_embed of \(rows) positions: expected 3 n² numbers and "
          + "m² + 1 positions, for square patches of three colours in square images")
    }
    let size = side * patch
    model = try ImageEnergyTransformer(
      published: arrays,
      grid: PatchGrid(height: size, width: size, channels: 3, patchSize: patch, layout: .channelsFirst),
      normsBeforeDecoder: decoding == .asTrained ? 1 : 2)
  }

  /// Images completed: visible patches as they are given, masked ones as the model fills them in, limited to 0 ... 1.
  ///
  /// - Parameters:
  ///   - images: Levels from 0 to 1, [batch, height, width, 3].
  ///   - masked: 1 for a patch that is hidden and 0 for one that is seen, [batch, patches].
  public func completed(_ images: Tensor<Scalar>, masked: Tensor<Scalar>) -> Tensor<Scalar> {
    let patches = model.grid.patches(of: normalized(images))
    let filled = model.completion(patches: patches, masked: masked, settings: settings)
    let hidden = masked.expanded(axis: -1)
    let levels = levels(model.grid.images(of: filled * hidden + patches * (1 - hidden)))
    return 1 - (1 - levels.atLeast(0)).atLeast(0)
  }

  /// Levels from 0 to 1 as the numbers that the model was trained on.
  public func normalized(_ images: Tensor<Scalar>) -> Tensor<Scalar> {
    (images - Self.row(Self.pixels.mean)) / Self.row(Self.pixels.deviation)
  }

  /// The inverse of ``normalized(_:)``.
  public func levels(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    values * Self.row(Self.pixels.deviation) + Self.row(Self.pixels.mean)
  }

  private static func row(_ numbers: [Double]) -> Tensor<Scalar> {
    Tensor(shape: [3], elements: numbers.map { Scalar($0) })
  }

  /// The whole number above 0 whose square is `number`, or nil.
  private static func root(of number: Int) -> Int? {
    let root = Int(Double(max(0, number)).squareRoot().rounded())
    return root > 0 && root * root == number ? root : nil
  }
}
