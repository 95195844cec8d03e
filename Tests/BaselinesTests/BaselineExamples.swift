import Baselines
import Tensors
import Testing

/// Images with structure and masks that differ from image to image.
enum BaselineExamples {
  /// Smooth images in 0...1: random waves over `height` x `width`, all channels different.
  static func images(_ count: Int, height: Int, width: Int, channels: Int, seed: UInt64) -> Tensor<Float> {
    var random = RandomStream(seed: seed)
    var elements: [Float] = []
    for _ in 0..<count {
      let amounts = (0..<3 * channels).map { _ in random.uniform() }
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels {
            let vertical = amounts[3 * channel] * Double(row) / Double(height)
            let horizontal = amounts[3 * channel + 1] * Double(column) / Double(width)
            let noise = 0.1 * (random.uniform() - 0.5)
            elements.append(Float(0.1 + 0.3 * (vertical + horizontal + amounts[3 * channel + 2]) + noise))
          }
        }
      }
    }
    return Tensor(shape: [count, height * width * channels], elements: elements)
  }

  /// Each number 1 with the given probability, otherwise 0.
  static func mask(_ shape: [Int], share: Double, seed: UInt64) -> Tensor<Float> {
    var random = RandomStream(seed: seed)
    let count = shape.reduce(1, *)
    return Tensor(shape: shape, elements: (0..<count).map { _ in random.uniform() < share ? 1 : 0 })
  }

  /// The images with what is hidden replaced by something that no completion may read.
  static func spoiled(_ images: Tensor<Float>, hidden: Tensor<Float>) -> Tensor<Float> {
    Tensor(shape: images.shape, elements: zip(images.elements, hidden.elements).map { $1 == 1 ? .nan : $0 })
  }

  static func expectVisibleKept(_ completed: Tensor<Float>, _ images: Tensor<Float>, hidden: Tensor<Float>) {
    #expect(completed.shape == images.shape)
    #expect(completed.isFinite)
    let kept = zip(zip(completed.elements, images.elements), hidden.elements)
    #expect(kept.allSatisfy { $1 == 1 || $0.0 == $0.1 })
  }

  static func largestDifference<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    #expect(a.shape == b.shape)
    return zip(a.elements, b.elements).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - Double(pair.1))
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }
}
