import Foundation
import Tensors

/// Repeats the retrieval of an observed head: updates of all its queries, their energies, and how far the answers move.
final class RepeatedRetrieval<Scalar: TensorScalar> {
  private let attention: HeadAttention<Scalar>
  private let moved: Storage<Scalar>
  private let size: Int
  /// What the energy of every query has besides the query's own terms, 1/β log N + ½ M².
  private var constant = 0.0

  /// Buffers for sequences of `count` tokens, whose projections lie `row` apart.
  init(_ configuration: EncoderConfiguration, count: Int, row: Int) {
    size = configuration.headSize
    attention = HeadAttention(longest: count, size: size, row: row)
    moved = Storage(count: count * size + Scalar.kernels.panelWidth())
  }

  /// The weights at the queries as they are now, rows `observation.weightsRow` apart.
  var weights: UnsafePointer<Scalar> { attention.current.weights }

  /// Begins at the queries of the encoder; returns the sum of their energies.
  func begin(_ head: HeadObservation<Scalar>) -> Double {
    let (count, beta) = (head.input.count, Double(head.beta))
    let largest = squares(head.input.keys, head.row, count: count).max() ?? 0
    constant = log(Double(count)) / beta + largest / 2
    attention.packKeys(head.input)
    attention.copyWeights(of: head)
    return energySum(head.logSums, squares(head.input.queries, head.row, count: count), beta: beta)
  }

  /// Updates all queries once; returns the sum of their energies.
  func update(_ head: HeadObservation<Scalar>) -> Double {
    let states = attention.updateOnce(head.input, beta: head.beta, true)
    return energySum(
      attention.current.logSums, squares(states, attention.updatedRow, count: head.input.count),
      beta: Double(head.beta))
  }

  /// Of each query |answer - answer of the encoder| / |answer of the encoder|.
  func answerChanges(_ head: HeadObservation<Scalar>) -> [Double] {
    let (count, kernels) = (head.input.count, Scalar.kernels)
    attention.mix(head.input.values, count: count, stride: head.row, to: moved.pointer, outStride: size)
    return (0..<count).map { query in
      let (answer, changed) = (head.answers + query * head.answersRow, moved.pointer + query * size)
      let length = kernels.dot(count: size, answer, answer)
      kernels.accumulate(count: size, scale: -1, x: answer, y: changed)
      return (kernels.dot(count: size, changed, changed) / max(length, .leastNormalMagnitude)).squareRoot()
    }
  }

  private func squares(_ rows: UnsafePointer<Scalar>, _ stride: Int, count: Int) -> [Double] {
    (0..<count).map { Scalar.kernels.dot(count: size, rows + $0 * stride, rows + $0 * stride) }
  }

  private func energySum(_ logSums: UnsafePointer<Double>, _ squares: [Double], beta: Double) -> Double {
    squares.indices.reduce(0) { $0 + squares[$1] / 2 - logSums[$1] / beta } + Double(squares.count) * constant
  }
}
