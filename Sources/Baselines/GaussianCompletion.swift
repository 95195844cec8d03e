import Foundations
public import Tensors

/// Fills the hidden pixels with their mean given the visible ones, under the normal distribution that has the mean
/// and the covariance of the training images: linear inpainting.
///
/// x_h = mu_h + S_hv (S_vv + ridge I)^-1 (x_v - mu_v), with S divided by the number of training images.
///
/// Every image has its own hidden pixels, hence its own system. All are solved at once as
/// (V S V + ridge I) z = V (x - mu), V keeping the visible pixels, by conjugate gradient: one matrix product per
/// iteration. Iterations run in single precision; the residual is measured, and where needed reduced further, in
/// double precision (iterative refinement).
///
/// - Cost: 2 training * pixels^2 operations for the covariance; 2 images * pixels^2 per iteration, with
///   iterations on the order of sqrt(largest eigenvalue of S / ridge).
public struct GaussianCompletion: ImageCompletion {
  /// The mean image, [1, pixels].
  public let mean: Tensor<Float>
  /// The constant that is added to every variance.
  public let ridge: Double
  /// The largest |residual| / |right-hand side| of an image's system.
  public let tolerance: Double
  /// The largest number of iterations for an image's system.
  public let iterationLimit: Int
  private let system: MaskedCovarianceSystem

  /// The covariance of the training images, [pixels, pixels].
  public var covariance: Tensor<Float> { system.covariance }

  /// Completed images, and how well their systems are solved.
  package struct Solution: Sendable {
    /// The completed images, [count, pixels].
    package let images: Tensor<Float>
    /// The iterations of the slowest image.
    package let iterations: Int
    /// The largest |residual| / |right-hand side| of all images, in double precision.
    package let relativeResidual: Double
  }

  /// - Shape: training [count, pixels].
  public init(
    training: Tensor<Float>, ridge: Double = 0.003, tolerance: Double = 1e-5, iterationLimit: Int = 5_000
  ) {
    require(
      ridge > 0 && tolerance > 0 && iterationLimit > 0,
      "ridge \(ridge), tolerance \(tolerance), iteration limit \(iterationLimit): expected positive numbers")
    mean = MeanImageCompletion(training: training).mean
    self.ridge = ridge
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    system = MaskedCovarianceSystem(
      covariance: Self.covariance(of: training, mean: mean), ridge: ridge, tolerance: tolerance,
      iterationLimit: iterationLimit)
  }

  private static func covariance(of training: Tensor<Float>, mean: Tensor<Float>) -> Tensor<Float> {
    let (count, pixelCount) = (training.shape[0], training.shape[1])
    var sum = Tensor<Float>.zeros([pixelCount, pixelCount])
    for start in stride(from: 0, to: count, by: 2_048) {
      let centred = training.sliced(axis: 0, start..<min(start + 2_048, count)) - mean
      sum = sum + centred.matrixProduct(centred, transposed: true)
    }
    return sum / Float(count)
  }

  public func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) throws -> Tensor<Float> {
    try solution(images, hidden: hidden).images
  }

  /// The completed images with the number of iterations and the residual they took.
  ///
  /// - Shape: images and hidden [count, pixels].
  /// - Throws: ``CompletionNotConverged`` when an image needs more iterations than the limit.
  package func solution(_ images: Tensor<Float>, hidden: Tensor<Float>) throws -> Solution {
    let masked = MaskedImages(images, hidden: hidden, pixelCount: mean.shape[1])
    // Blocks of fixed size: each runs on one thread and stops when its own images are done.
    let starts = Array(stride(from: 0, to: masked.count, by: 128))
    var blocks = [Result<Solution, any Error>?](repeating: nil, count: starts.count)
    blocks.withUnsafeMutableBufferPointer { blocks in
      Parallelism.forEach(starts.count) { index in
        let block = masked[starts[index]..<min(starts[index] + 128, masked.count)]
        blocks[index] = Result { try completed(block) }
      }
    }
    let solutions = try blocks.compactMap { try $0?.get() }
    return Solution(
      images: solutions.isEmpty ? images : .concatenated(solutions.map(\.images), axis: 0),
      iterations: solutions.reduce(0) { max($0, $1.iterations) },
      relativeResidual: solutions.reduce(0) { max($0, $1.relativeResidual) })
  }

  private func completed(_ block: MaskedImages) throws -> Solution {
    // An image that hides nothing needs no solution; its right-hand side is set to 0.
    let needed = block.hidden.maximum(axis: 1, keepingDimensions: true)
    let found = try system.solve(
      (block.visibleDifferences(from: mean) * needed).converted(to: Double.self),
      visible: block.visible.converted(to: Double.self))
    let shift = found.vector.matrixProduct(system.preciseCovariance).converted(to: Float.self)
    return Solution(
      images: block.merging(shift + mean), iterations: found.iterations,
      relativeResidual: found.relativeResidual)
  }
}
