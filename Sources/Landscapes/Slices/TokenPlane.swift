public import Energies
import Foundations
public import Tensors

/// A plane in the space of one example's tokens: a point and two directions of length 1 at right angles.
public struct TokenPlane<Scalar: TensorScalar>: Sendable {
  /// Where both coordinates are 0: x of one example.
  public let origin: Tokens<Scalar>
  /// The direction of the first coordinate, [1, tokens, dimension].
  public let first: Tensor<Scalar>
  /// The direction of the second, at right angles to it.
  public let second: Tensor<Scalar>

  private let axes: ([Double], [Double])
  private let start: [Double]

  /// The plane through a point along two directions, of which the second loses its part along the first.
  ///
  /// - Parameters:
  ///   - origin: x of one example.
  ///   - first: A direction, [1, tokens, dimension], not 0.
  ///   - second: A direction that is no multiple of the first.
  public init(at origin: Tokens<Scalar>, along first: Tensor<Scalar>, and second: Tensor<Scalar>) {
    let shape = origin.values.shape
    require(
      shape[0] == 1 && first.shape == shape && second.shape == shape,
      "a plane at tokens of shape \(shape) along directions of shapes \(first.shape) and \(second.shape)")
    let unit = first.exampleRows[0].normalized
    var rest = second.exampleRows[0]
    let length = rest.length
    for _ in 0..<2 { rest.add(-rest.dot(unit), unit) }
    require(
      unit.length > 0 && rest.length > 1e-6 * length,
      "two directions of one line span no plane, and neither does a direction of length 0")
    self.origin = Tokens(origin.values.detached, mask: origin.mask)
    axes = (unit, rest.normalized)
    start = origin.values.exampleRows[0]
    self.first = Tensor(exampleRows: [axes.0], shape: shape)
    self.second = Tensor(exampleRows: [axes.1], shape: shape)
  }

  /// The plane through three points: the first is the origin, the second lies on the first axis.
  public init(through a: Tokens<Scalar>, _ b: Tokens<Scalar>, _ c: Tokens<Scalar>) {
    require(
      b.values.shape == a.values.shape && c.values.shape == a.values.shape,
      "a plane through points of shapes \(a.values.shape), \(b.values.shape) and \(c.values.shape)")
    self.init(at: a, along: (b.values - a.values).detached, and: (c.values - a.values).detached)
  }

  /// The coordinates of the points of the plane that lie nearest to tokens, one pair for each example.
  public func coordinates(of x: Tensor<Scalar>) -> [(first: Double, second: Double)] {
    require(
      x.shape.dropFirst() == origin.values.shape.dropFirst(),
      "tokens of shape \(x.shape) on a plane of tokens of shape \(origin.values.shape)")
    return x.exampleRows.map { row in
      let difference = row.minus(start)
      return (difference.dot(axes.0), difference.dot(axes.1))
    }
  }

  /// How far from the plane tokens lie, one distance for each example.
  public func distances(of x: Tensor<Scalar>) -> [Double] {
    zip(x.exampleRows, coordinates(of: x)).map { row, place in
      var difference = row.minus(start)
      difference.add(-place.first, axes.0)
      difference.add(-place.second, axes.1)
      return difference.length
    }
  }

  /// x at coordinates, as plain numbers.
  func point(_ first: Double, _ second: Double) -> [Double] {
    var point = start
    point.add(first, axes.0)
    point.add(second, axes.1)
    return point
  }
}
