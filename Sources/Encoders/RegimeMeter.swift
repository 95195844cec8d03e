import Energies
import Foundation
import Tensors

/// Measures the heads of an encoder over the sequences of one thread.
final class RegimeMeter<Scalar: TensorScalar> {
  /// Sums over queries.
  struct Sums: Sendable {
    var counts: [Int]
    var entropy = 0.0, energy = 0.0, updatedEnergy = 0.0, answerChange = 0.0, jacobianNorm = 0.0
    var changed = 0

    mutating func add(_ other: Sums) {
      for k in counts.indices { counts[k] += other.counts[k] }
      entropy += other.entropy
      energy += other.energy
      updatedEnergy += other.updatedEnergy
      answerChange += other.answerChange
      jacobianNorm += other.jacobianNorm
      changed += other.changed
    }
  }

  /// A change of the answer above this share of its length counts as changed.
  static var changeThreshold: Double { 0.1 }

  private(set) var sums: [Sums]
  private let headCount: Int
  private let retrieval: RepeatedRetrieval<Scalar>

  /// A meter of an encoder's heads over sequences of `count` tokens, whose projections lie `row` apart.
  init(_ configuration: EncoderConfiguration, count: Int, row: Int) {
    headCount = configuration.headCount
    sums = Array(
      repeating: Sums(counts: [Int](repeating: 0, count: count + 1)),
      count: configuration.layerCount * headCount)
    retrieval = RepeatedRetrieval(configuration, count: count, row: row)
  }

  func observe(_ head: HeadObservation<Scalar>) {
    let index = head.index.layer * headCount + head.index.head
    addWeights(head, to: &sums[index])
    addUpdate(head, to: &sums[index])
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func addWeights(_ head: HeadObservation<Scalar>, to sums: inout Sums) {
    let (count, beta) = (head.input.count, Double(head.beta))
    for query in 0..<count {
      let row = UnsafeBufferPointer(start: head.weights + query * head.weightsRow, count: count)
      sums.counts[DominantWeights.count(row)] += 1
      var (entropy, squares, cubes) = (0.0, 0.0, 0.0)
      for weight in row where weight > 0 {
        let p = Double(weight)
        entropy -= p * log(p)
        squares += p * p
        cubes += p * p * p
      }
      sums.entropy += entropy
      // Rounding may leave a trace below 0 where one weight is all there is.
      sums.jacobianNorm += beta * max(0, squares - 2 * cubes + squares * squares).squareRoot()
    }
  }

  /// Energies before and after an update, and how far it moves the answers.
  private func addUpdate(_ head: HeadObservation<Scalar>, to sums: inout Sums) {
    sums.energy += retrieval.begin(head)
    sums.updatedEnergy += retrieval.update(head)
    for change in retrieval.answerChanges(head) {
      sums.answerChange += change
      if change > Self.changeThreshold { sums.changed += 1 }
    }
  }
}

/// Queries, keys and values of one head over one sequence, in rows of the projections.
struct HeadInput<Scalar: TensorScalar> {
  /// The number of tokens.
  let count: Int
  let queries: UnsafePointer<Scalar>, keys: UnsafePointer<Scalar>, values: UnsafePointer<Scalar>
}

/// The computation of one head over one sequence; the pointers are valid while it is observed.
struct HeadObservation<Scalar: TensorScalar> {
  let input: HeadInput<Scalar>
  /// From one query, key or value to the next.
  let row: Int
  /// The size of a query.
  let size: Int
  let beta: Scalar
  /// The weights of each query's last retrieval, rows `weightsRow` apart.
  let weights: UnsafePointer<Scalar>, weightsRow: Int
  /// log Σ exp(β q·k) of each query's last retrieval; without meaning for rules that look at no keys.
  let logSums: UnsafePointer<Double>
  let answers: UnsafePointer<Scalar>, answersRow: Int
  var sequence = 0
  var index = HeadIndex(layer: 0, head: 0)

  /// Weights in rows `weightsRow` apart as a tensor, [tokens, tokens].
  func square(_ weights: UnsafePointer<Scalar>) -> Tensor<Scalar> {
    let count = input.count
    return Tensor(shape: [count, count]) { out in
      for query in 0..<count {
        (out + query * count).update(from: weights + query * weightsRow, count: count)
      }
    }
  }

  func placed(sequence: Int, layer: Int, head: Int) -> HeadObservation {
    var copy = self
    (copy.sequence, copy.index) = (sequence, HeadIndex(layer: layer, head: head))
    return copy
  }
}
