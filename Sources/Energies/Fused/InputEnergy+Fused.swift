package import Tensors

/// A force in a fused descent: a term of no projections, whose gradient is there before the tokens are.
extension InputEnergy: FusedEnergy {
  package var projections: [ProjectionMatrix<Scalar>] { [] }
  package var answersInPlace: Bool { true }
  package func isForEachExample(_ context: Tensor<Scalar>) -> Bool { fullShape[0] > 1 }
  package func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool {
    fits([batch, tokenCount, dimension])
  }
  package func part(for rows: TokenRows) -> any FusedPart<Scalar> { InputPart(self, rows) }
}

/// A force on some rows of tokens.
private final class InputPart<Scalar: TensorScalar>: FusedPart {
  private let input: Tensor<Scalar>
  private let dimension: Int
  /// Where the force on each row begins in `input`.
  private let starts: [Int]
  /// <w, b> differentiated by the force on each row, summed over the steps that `addChange` has met.
  private let changes: Storage<Scalar>
  private let rows: TokenRows

  let keptCount = 0

  init(_ energy: InputEnergy<Scalar>, _ rows: TokenRows) {
    self.rows = rows
    input = energy.input
    let shape = energy.fullShape
    dimension = shape[2]
    var starts: [Int] = []
    for example in 0..<rows.examples.count {
      let first = shape[0] == 1 ? 0 : (rows.examples.lowerBound + example) * shape[1]
      starts += rows.positions(of: example).map { (first + (shape[1] == 1 ? 0 : $0)) * shape[2] }
    }
    self.starts = starts
    changes = .zeros(rows.count * shape[2])
  }

  func addEnergies(at g: FusedTokens<Scalar>, to energies: UnsafeMutablePointer<Double>) {
    let kernels = Scalar.kernels
    withForce { force in
      for example in 0..<rows.examples.count {
        for row in rows.starts[example]..<rows.starts[example + 1] {
          energies[example] -= kernels.dot(count: dimension, force + starts[row], g.values + row * g.row)
        }
      }
    }
  }

  func addDescent(
    at g: FusedTokens<Scalar>, alpha: Scalar, to c: UnsafeMutablePointer<Scalar>,
    energies: UnsafeMutablePointer<Double>
  ) {
    addEnergies(at: g, to: energies)
    let kernels = Scalar.kernels
    withForce { force in
      for (row, start) in starts.enumerated() {
        kernels.accumulate(count: dimension, scale: alpha, x: force + start, y: c + row * g.row)
      }
    }
  }

  func addChange(
    at g: FusedTokens<Scalar>, along w: UnsafePointer<Scalar>, to c: UnsafeMutablePointer<Scalar>
  ) {
    for row in starts.indices {
      Scalar.kernels.accumulate(
        count: dimension, scale: 1, x: w + row * g.row, y: changes.pointer + row * dimension)
    }
  }

  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>]) {
    for (row, start) in starts.enumerated() {
      Scalar.kernels.accumulate(
        count: dimension, scale: 1, x: changes.pointer + row * dimension, y: sums[0] + start)
    }
    changes.pointer.update(repeating: 0, count: starts.count * dimension)
  }

  private func withForce(_ body: (UnsafePointer<Scalar>) -> Void) {
    input.withElements { elements in
      if let force = elements.baseAddress { body(force) }
    }
  }

  // MARK: Projections, of which there are none

  func answer(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>
  ) {}
  func answerTangents(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>
  ) {}
  func addMatrixGradients(
    of range: Range<Int>, _ rows: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>]
  ) {}
}
