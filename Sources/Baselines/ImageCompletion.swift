public import Tensors

/// A way to fill in the hidden pixels of images.
///
/// Pixels are numbers from 0 to 1, an image being one row of height * width * channels of them. Where the mask is 1
/// the pixel is hidden: its value is never read. Results are not clamped to 0...1.
public protocol ImageCompletion: Sendable {
  /// The images with their hidden pixels filled in and their visible pixels unchanged.
  ///
  /// - Shape: images and hidden [count, pixels] give [count, pixels].
  /// - Throws: ``CompletionNotConverged`` from the completions that solve their equations by iteration.
  func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) throws -> Tensor<Float>
}
