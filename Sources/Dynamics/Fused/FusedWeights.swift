import Energies
import Foundations
import Tensors

/// The projections of all parts of an energy, packed for products: once a descent, for all steps and examples.
///
/// Forward panels hold W, matrix by matrix; backward panels hold Wᵀ of all matrices on top of one another, so that
/// the gradient of the whole energy is one product. Where steps have a preconditioner P, backward panels hold (P W)ᵀ, so that
/// steps cost nothing more, and the backward pass finds P and Wᵀ beside them.
struct FusedWeights<Scalar: TensorScalar>: Sendable {
  /// One matrix among the columns of all answers.
  struct Matrix: Sendable {
    let width: Int
    /// Its first column among the answers, and among the rows of the backward panels.
    let column: Int
    /// Where its panels begin.
    let forward: Int
  }

  /// The matrices of each part.
  let matrices: [[Matrix]]
  /// The number of answers of all parts.
  let width: Int
  let dimension: Int
  let panelWidth: Int
  private let forward: Storage<Scalar>, backward: Storage<Scalar>
  /// Panels of P, and backward panels without it.
  private let preconditioner: (panels: Storage<Scalar>, plainBackward: Storage<Scalar>)?
  private let kernels: any Kernels<Scalar>.Type

  /// Packs the projections of all parts, and P where there is one.
  init(
    _ projections: [[ProjectionMatrix<Scalar>]], dimension: Int, preconditioner: Tensor<Scalar>? = nil
  ) {
    require(
      preconditioner.map { $0.shape == [dimension, dimension] } ?? true,
      "a preconditioner of shape \(preconditioner?.shape ?? []) for tokens of \(dimension) numbers")
    kernels = Scalar.kernels
    let panelWidth = kernels.panelWidth()
    var matrices: [[Matrix]] = []
    var column = 0
    var length = 0
    for part in projections {
      var list: [Matrix] = []
      for matrix in part {
        list.append(Matrix(width: matrix.width, column: column, forward: length))
        column += matrix.width
        length += (matrix.width + panelWidth - 1) / panelWidth * panelWidth * dimension
      }
      matrices.append(list)
    }
    self.matrices = matrices
    self.dimension = dimension
    self.panelWidth = panelWidth
    width = column
    let panels = (dimension + panelWidth - 1) / panelWidth
    let slack = 4 * panelWidth
    forward = Storage(count: length + slack)
    func backwardPanels() -> Storage<Scalar> { Storage(count: column * panels * panelWidth + slack) }
    backward = backwardPanels()
    self.preconditioner = preconditioner.map { _ in
      (Storage(count: panels * panelWidth * dimension + slack), backwardPanels())
    }
    for (matrix, values) in zip(matrices.joined(), projections.joined()) {
      packForward(matrix, values)
      packBackward(matrix, preconditioner.map { values.multiplied(by: $0) } ?? values, in: backward)
      if let plain = self.preconditioner?.plainBackward { packBackward(matrix, values, in: plain) }
    }
    guard let preconditioner, let packed = self.preconditioner?.panels else { return }
    preconditioner.withElements { elements in
      guard let source = elements.baseAddress else { return }
      kernels.pack(
        depth: dimension, columns: dimension, b: source, row: dimension, column: 1, packed: packed.pointer,
        panel: panelWidth * dimension)
    }
  }

  /// Whether steps have a preconditioner.
  var isPreconditioned: Bool { preconditioner != nil }

  private func packForward(_ matrix: Matrix, _ projection: ProjectionMatrix<Scalar>) {
    let (row, column) = projection.isTransposed ? (1, dimension) : (matrix.width, 1)
    projection.values.withElements { elements in
      guard let source = elements.baseAddress else { return }
      nonisolated(unsafe) let values = source
      Parallelism.spread((matrix.width + panelWidth - 1) / panelWidth, grain: 4) { panels in
        let first = panels.lowerBound * panelWidth
        kernels.pack(
          depth: dimension, columns: min(matrix.width, panels.upperBound * panelWidth) - first,
          b: values + first * column, row: row, column: column,
          packed: forward.pointer + matrix.forward + first * dimension, panel: panelWidth * dimension)
      }
    }
  }

  private func packBackward(
    _ matrix: Matrix, _ projection: ProjectionMatrix<Scalar>, in storage: Storage<Scalar>
  ) {
    let (row, column) = projection.isTransposed ? (1, dimension) : (matrix.width, 1)
    let depth = width
    projection.values.withElements { elements in
      guard let source = elements.baseAddress else { return }
      nonisolated(unsafe) let values = source
      Parallelism.spread((dimension + panelWidth - 1) / panelWidth, grain: 4) { panels in
        let first = panels.lowerBound * panelWidth
        kernels.pack(
          depth: matrix.width, columns: min(dimension, panels.upperBound * panelWidth) - first,
          b: values + first * row, row: column, column: row,
          packed: storage.pointer + (panels.lowerBound * depth + matrix.column) * panelWidth,
          panel: depth * panelWidth)
      }
    }
  }

  /// c <- g W for one matrix: [rows, width] with rows of c `row` apart.
  func project(
    _ matrix: Matrix, rows: Int, _ g: UnsafePointer<Scalar>, stride: Int, to c: UnsafeMutablePointer<Scalar>,
    row: Int
  ) {
    Parallelism.spread((matrix.width + panelWidth - 1) / panelWidth, grain: 2) { panels in
      let first = panels.lowerBound * panelWidth
      let factors = ProductFactors(
        rows: g, stride: stride, panels: forward.pointer + matrix.forward + first * dimension,
        panelWidth: panelWidth,
        depth: dimension)
      kernels.product(
        rows: rows, columns: min(matrix.width, panels.upperBound * panelWidth) - first, factors, scale: 1,
        keep: 0, c: c + first, rowC: row)
    }
  }

  /// w <- alpha c P, for rows of tokens, the transpose of what a step does with P.
  func multiplyByPreconditioner(
    rows: Int, _ c: UnsafePointer<Scalar>, stride: Int, alpha: Scalar, to w: UnsafeMutablePointer<Scalar>
  ) {
    guard let preconditioner else { return }
    let factors = ProductFactors(
      rows: c, stride: stride, panels: preconditioner.panels.pointer, panelWidth: panelWidth, depth: dimension
    )
    kernels.product(
      rows: rows, columns: dimension, factors, scale: alpha, keep: 0, c: w, rowC: stride)
  }

  /// c <- alpha r Wᵀ Pᵀ + keep c for the answers of all parts: [rows, dimension]; without P where `isPlain`.
  func unproject(
    rows: Int, _ answers: UnsafePointer<Scalar>, row: Int, alpha: Scalar, keep: Scalar,
    to c: UnsafeMutablePointer<Scalar>, stride: Int, isPlain: Bool = false
  ) {
    let backward = isPlain ? preconditioner?.plainBackward ?? backward : backward
    let panelCount = (dimension + panelWidth - 1) / panelWidth
    // One piece a thread, since each piece reads all answers.
    let grain = (panelCount + Parallelism.threadCount - 1) / Parallelism.threadCount
    Parallelism.spread(panelCount, grain: grain) { panels in
      let first = panels.lowerBound * panelWidth
      let factors = ProductFactors(
        rows: answers, stride: row, panels: backward.pointer + panels.lowerBound * width * panelWidth,
        panelWidth: panelWidth, depth: width)
      kernels.product(
        rows: rows, columns: min(dimension, panels.upperBound * panelWidth) - first, factors, scale: alpha,
        keep: keep, c: c + first, rowC: stride)
    }
  }
}

extension ProjectionMatrix {
  /// P W for a matrix P, [dimension, dimension].
  fileprivate func multiplied(by matrix: Tensor<Scalar>) -> ProjectionMatrix {
    let product =
      isTransposed
      ? values.reshaped([width, values.count / max(1, width)]).projected(by: matrix, transposed: true)
      : matrix.matrixProduct(values)
    return ProjectionMatrix(product, width: width, isTransposed: isTransposed)
  }
}
