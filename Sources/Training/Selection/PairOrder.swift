import Foundations
public import Tensors

/// Pairs of a positive and a negative example, for losses that compare two: every example of the larger class once an
/// epoch, those of the smaller one as often as that takes, both in an order of each epoch's own.
public struct PairOrder: Sendable, Equatable {
  private let positives: [Int], negatives: [Int]
  private let stream: RandomStream

  /// Pairs of examples of both classes.
  ///
  /// - Parameters:
  ///   - examples: The examples to pair, such as those of a training part.
  ///   - isPositive: The class of every example.
  ///   - stream: Its child of an epoch shuffles that epoch.
  public init(_ examples: [Int], isPositive: [Bool], shuffledBy stream: RandomStream) {
    positives = examples.filter { isPositive[$0] }
    negatives = examples.filter { !isPositive[$0] }
    self.stream = stream
    require(
      !positives.isEmpty && !negatives.isEmpty,
      "pairs of \(positives.count) positive and \(negatives.count) negative examples, expected some of both")
  }

  /// The number of pairs of an epoch.
  public var count: Int { max(positives.count, negatives.count) }

  /// The pairs of an epoch, counted from 0.
  public func pairs(ofEpoch epoch: Int) -> [(positive: Int, negative: Int)] {
    require(epoch >= 0, "epoch \(epoch), expected 0 or more")
    var random = stream.child(UInt64(epoch))
    func order(_ members: [Int]) -> [Int] {
      var order: [Int] = []
      while order.count < count { order += random.permutation(of: members.count).map { members[$0] } }
      return order
    }
    let (first, second) = (order(positives), order(negatives))
    return (0..<count).map { (first[$0], second[$0]) }
  }
}
