import Foundation
import Foundations
public import Tensors

/// Fixed waves over a grid of patches: for each of D / 4 frequencies the sine and cosine of row and of column,
/// times sqrt 2, so that an embedding has variance near 1.
///
/// Row 0, the class token's, is zero.
public struct SineCosinePositions: Sendable {
  /// The lowest and highest frequency, in radians per patch; others lie between in geometric progression.
  public let lowest: Double, highest: Double

  /// Waves with frequencies from `lowest` to `highest`, in radians per patch.
  public init(lowest: Double, highest: Double) {
    require(0 < lowest && lowest <= highest, "frequencies run upwards from \(lowest) to \(highest)")
    self.lowest = lowest
    self.highest = highest
  }

  /// The embedding, [1 + rows * columns, dimension].
  public func embedding<Scalar: TensorScalar>(rows: Int, columns: Int, dimension: Int) -> Tensor<Scalar> {
    let count = dimension / 4
    let frequencies = (0..<count).map { index in
      lowest * pow(highest / lowest, count > 1 ? Double(index) / Double(count - 1) : 0)
    }
    var elements = [Scalar](repeating: 0, count: dimension)
    for row in 0..<rows {
      for column in 0..<columns {
        let waves =
          [sin, cos].flatMap { wave in frequencies.map { wave(Double(row) * $0) } }
          + [sin, cos].flatMap { wave in frequencies.map { wave(Double(column) * $0) } }
        elements += waves.map { Scalar($0 * 2.0.squareRoot()) }
        elements += [Scalar](repeating: 0, count: dimension - 4 * count)
      }
    }
    return Tensor(shape: [1 + rows * columns, dimension], elements: elements)
  }
}
