import EnergyTransformer

/// Anderson's acceleration of the iteration x <- y - s dE/dg (x) of an implicit step, for each example over its last
/// `window` changes: the mixture of estimates whose residual is smallest.
///
/// - Source: Anderson 1965; Walker and Ni 2011, algorithm AA, unconstrained form.
struct AndersonUpdate: UpdateRule {
  let length: Double
  let window: Int

  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    // The memory holds x - y; the history the places and residuals so far, in pairs.
    let place = memory.velocity ?? .zeros(gradient.shape)
    let residual = -(gradient * Scalar(length)) - place
    let pairs = (memory.history + [place, residual]).suffix(2 * window + 2)
    memory.history = Array(pairs)
    let places = stride(from: 0, to: pairs.count, by: 2).map { memory.history[$0] }
    let residuals = stride(from: 1, to: pairs.count, by: 2).map { memory.history[$0] }
    let changes = zip(residuals.dropFirst(), residuals).map { $0 - $1 }
    var move = residual * stepSize
    for (index, weight) in weights(changes, residual).enumerated() {
      let change = (places[index + 1] - places[index]) + changes[index] * stepSize
      move = move - change * weight
    }
    memory.velocity = place + move
    return move
  }

  /// The weights, [batch, 1, 1] each, that make the residual less weighted changes smallest.
  private func weights<Scalar>(_ changes: [Tensor<Scalar>], _ residual: Tensor<Scalar>) -> [Tensor<Scalar>] {
    func products(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> [Double] {
      (a * b).sum(axes: [1, 2]).elements.map(Double.init)
    }
    let matrix = changes.map { row in changes.map { products(row, $0) } }
    let right = changes.map { products($0, residual) }
    let batch = residual.shape[0]
    let solutions = (0..<batch).map { example in
      Self.solution(of: matrix.map { $0.map { $0[example] } }, right.map { $0[example] })
    }
    return changes.indices.map { index in
      Tensor(shape: [batch, 1, 1], elements: solutions.map { Scalar($0[index]) })
    }
  }

  /// Solves a small positive definite system, slightly regularised, by elimination.
  private static func solution(of matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let count = right.count
    let largest = (0..<count).map { matrix[$0][$0] }.max() ?? 0
    guard largest > 0 else { return [Double](repeating: 0, count: count) }
    for index in 0..<count { rows[index][index] += 1e-8 * largest }
    for pivot in 0..<count {
      for row in 0..<count where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }
}
