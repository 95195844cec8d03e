import Energies
import Foundation
import Tensors
import TestSupport

/// Vectors as plain numbers, for energies written out in loops.
enum PlainVectors {
  /// The real tokens of an example.
  static func realTokens(_ g: Activations<Double>, _ example: Int) -> [[Double]] {
    (0..<g.values.shape[1]).filter { g.mask?.isReal[example * g.values.shape[1] + $0] ?? true }
      .map { token in (0..<g.values.shape[2]).map { g.values[example, token, $0] } }
  }

  /// W v for one head of weights [heads, size, dimension].
  static func projected(_ vector: [Double], _ weights: Tensor<Double>, head: Int) -> [Double] {
    (0..<weights.shape[1]).map { row in
      vector.indices.reduce(0) { $0 + weights[head, row, $1] * vector[$1] }
    }
  }

  /// The columns of a matrix.
  static func columns(_ matrix: Tensor<Double>) -> [[Double]] {
    (0..<matrix.shape[1]).map { column in (0..<matrix.shape[0]).map { matrix[$0, column] } }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }

  static func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
  }

  /// 1/beta log sum exp(beta s).
  static func logSum(_ scores: [Double], beta: Double) -> Double {
    log(scores.map { exp(beta * $0) }.reduce(0, +)) / beta
  }

  /// A vector on the sphere whose squared radius is its size.
  static func onSphere(_ vector: [Double]) -> [Double] {
    let length = sqrt(dot(vector, vector) / Double(vector.count))
    return vector.map { $0 / length }
  }

  /// The energies of all examples, each from its real tokens.
  static func energies(
    _ g: Activations<Double>, _ energy: (_ example: Int, _ tokens: [[Double]]) -> Double
  ) -> Tensor<Double> {
    let batch = g.values.shape[0]
    return Tensor(shape: [batch], elements: (0..<batch).map { energy($0, realTokens(g, $0)) })
  }
}

/// Activations of 2 examples of 4 tokens of 5 numbers, without padding and with some.
enum LineExample {
  static let masks: [TokenMask?] = [
    nil, TokenMask(batch: 2, tokenCount: 4, isReal: [false, true, false, true, true, false, true, true]),
  ]

  static func activations(_ mask: TokenMask?, seed: UInt64 = 71) -> Activations<Double> {
    Activations(normalTensor([2, 4, 5], seed: seed), mask: mask)
  }
}
