public import Tensors

/// Bags of equally many instances that are known by their indices, each of one of two classes.
public protocol LabelledBags: Sendable {
  /// Whether each bag is positive.
  var isPositive: [Bool] { get }

  /// The bags at `indices`, [bags, instances, size].
  func batch<Scalar: TensorScalar>(_ indices: [Int]) -> Tensor<Scalar>
}

extension LabelledBags {
  /// The number of bags.
  public var count: Int { isPositive.count }

  /// The indices of the bags outside a range, in rising order: those to test on, where the range is learned from.
  public func indices(outside range: Range<Int>) -> [Int] {
    Array(isPositive.indices).filter { !range.contains($0) }
  }
}
