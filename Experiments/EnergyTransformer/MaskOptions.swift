import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

/// A part of a picture that is hidden whole.
enum HiddenPart: String, ExpressibleByArgument, CaseIterable {
  case left, right, upper, lower, centre

  /// Whether a patch whose middle lies at a place, from 0 to 1 down and across, is hidden.
  func hides(row: Double, column: Double) -> Bool {
    switch self {
    case .left: column < 0.5
    case .right: column > 0.5
    case .upper: row < 0.5
    case .lower: row > 0.5
    case .centre: abs(row - 0.5) < 0.25 && abs(column - 0.5) < 0.25
    }
  }
}

/// What of a picture is hidden from the model.
struct MaskOptions: ParsableArguments {
  @Option(help: "Share of the patches that is hidden, 0 < share < 1, drawn by the seed. (default: 0.5)")
  var mask: Double?
  @Option(help: "Hide a part instead.") var hide: HiddenPart?
  @Option(
    help: ArgumentHelp(
      "Hide instead what is black or transparent in this PNG or JPEG, which lies over the whole picture.",
      discussion: "A patch is hidden where half of it is, or more.", valueName: "file"))
  var maskImage: String?
  @Option(help: "Seed of the patches that are drawn.") var seed: UInt64 = 0

  func validate() throws {
    try checkRanges([("mask", mask, .between(0, 1))])
    try checkNames([("mask-image", maskImage)])
    if [mask != nil, hide != nil, maskImage != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--mask, --hide and --mask-image exclude each other")
    }
  }

  /// 1 for each hidden patch of the model's images, [images, patches].
  ///
  /// - Throws: An error of one line for a mask that hides nothing or everything, or a file that is no image.
  func hiddenPatches(of fitted: FittedPicture, from picture: PixelImage) throws -> Tensor<Float> {
    let grid = fitted.grid
    let size = [fitted.image.height / grid.patchSize, fitted.image.width / grid.patchSize]
    let shape = [fitted.rows * fitted.columns, grid.patchCount]
    if let hide {
      let hidden = (0..<size[0] * size[1]).map { patch in
        let (row, column) = (Double(patch / size[1]) + 0.5, Double(patch % size[1]) + 0.5)
        return hide.hides(row: row / Double(size[0]), column: column / Double(size[1]))
      }
      return try tiled(hidden, size, fitted, name: "--hide \(hide.rawValue)").reshaped(shape)
    }
    if let maskImage {
      let black = fitted.fitted(try Self.blackness(maskImage, width: picture.width, height: picture.height))
      let side = grid.patchSize
      let hidden = (0..<size[0] * size[1]).map { patch in
        let start = patch / size[1] * side * black.width + patch % size[1] * side
        let sum = (0..<side * side).reduce(0) {
          $0 + Int(black.bytes[start + $1 / side * black.width + $1 % side])
        }
        return 2 * sum >= 255 * side * side
      }
      return try tiled(hidden, size, fitted, name: maskImage).reshaped(shape)
    }
    let share = mask ?? 0.5
    let count = Int((Double(grid.patchCount) * share).rounded(.toNearestOrEven))
    guard count > 0, count < grid.patchCount else {
      throw ExperimentError(
        "--mask \(share) of \(grid.patchCount) patches hides \(count), expected 1 ... \(grid.patchCount - 1)")
    }
    let drawn = PatchMaskPolicy(patchCount: grid.patchCount, scoredCount: count, replacedFraction: 1)
      .mask(forImages: Array(0..<shape[0]), random: RandomStream(seed: seed))
    return Tensor(shape: shape, elements: drawn.replaced.map { $0 ? 1 : 0 })
  }

  /// Patches of the whole picture as those of the model's images.
  private func tiled(
    _ hidden: [Bool], _ size: [Int], _ fitted: FittedPicture, name: String
  ) throws -> Tensor<Float> {
    let count = hidden.count { $0 }
    guard count > 0, count < hidden.count else {
      throw ExperimentError(
        "\(name): hides \(count == 0 ? "none" : "all") of the \(hidden.count) patches, expected some of them")
    }
    return fitted.tiled(Tensor(shape: size + [1], elements: hidden.map { $0 ? 1 : 0 }))
  }

  /// 255 where an image is black or transparent, otherwise 0, in another size.
  private static func blackness(_ path: String, width: Int, height: Int) throws -> PixelImage {
    let file = URL(fileURLWithPath: path)
    let image = try PhotoFolder.picture(at: file).converted(toChannels: 1)
    let opacity = try PixelImage.opacity([UInt8](Data(contentsOf: file)), name: path)?.bytes
    // A photo that was painted over has dark places too: only what is nearly black counts.
    let bytes = image.bytes.enumerated().map { index, level -> UInt8 in
      level < 32 || (opacity?[index] ?? 255) < 128 ? 255 : 0
    }
    return PixelImage(width: image.width, height: image.height, channels: 1, bytes: bytes)
      .stretched(width: width, height: height)
  }
}
