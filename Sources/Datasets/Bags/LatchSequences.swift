import Foundations
public import Tensors

/// Sequences whose first character decides the class, followed by irrelevant characters: the latch task.
///
/// The first character is 0 for the one class and 1 for the other; the others are drawn from the rest. Half
/// of the sequences are of each class, in random order.
///
/// - Source: Hochreiter and Mozer 2000; as in the latch example of the published Hopfield layers.
public struct LatchSequences: LabelledBags, Equatable {
  /// The characters of all sequences, [sequences, length].
  public let characters: [UInt8]
  /// Whether each sequence is of the second class.
  public let isPositive: [Bool]
  /// The number of characters of a sequence.
  public let length: Int
  /// The number of different characters.
  public let characterCount: Int

  /// Draws sequences.
  ///
  /// - Parameters:
  ///   - count: The number of sequences.
  ///   - length: The number of characters of a sequence.
  ///   - characterCount: The number of different characters, from 3 to 256.
  ///   - stream: Its children draw; it is not advanced.
  public init(
    count: Int = 4_096, length: Int = 32, characterCount: Int = 20, random stream: RandomStream
  ) {
    require(
      count > 0 && length > 0 && (3...256).contains(characterCount),
      "\(count) sequences of \(length) among \(characterCount) characters")
    var random = stream.child(0)
    let isPositive = random.permutation(of: count).map { $0 < count / 2 }
    characters = isPositive.flatMap { isPositive in
      [isPositive ? 1 : 0] + (1..<length).map { _ in UInt8(2 + random.integer(below: characterCount - 2)) }
    }
    (self.isPositive, self.length, self.characterCount) = (isPositive, length, characterCount)
  }

  /// The sequences at `indices` as one-hot characters, [sequences, length, characters].
  public func batch<Scalar: TensorScalar>(_ indices: [Int]) -> Tensor<Scalar> {
    var elements = [Scalar](repeating: 0, count: indices.count * length * characterCount)
    for (row, index) in indices.enumerated() {
      for position in 0..<length {
        elements[(row * length + position) * characterCount + Int(characters[index * length + position])] = 1
      }
    }
    return Tensor(shape: [indices.count, length, characterCount], elements: elements)
  }
}
