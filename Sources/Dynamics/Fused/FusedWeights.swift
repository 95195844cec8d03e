import Energies
import Tensors

/// The projections of all parts of an energy, packed for products: once a descent, for all steps and examples.
///
/// Forward panels hold W, matrix by matrix; backward panels hold Wᵀ of all matrices on top of one another, so that
/// the gradient of the whole energy is one product.
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
  private let kernels: any Kernels<Scalar>.Type

  /// Packs the projections of all parts.
  init(_ projections: [[ProjectionMatrix<Scalar>]], dimension: Int) {
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
    backward = Storage(count: column * panels * panelWidth + slack)
    for (matrix, values) in zip(matrices.joined(), projections.joined()) { pack(matrix, values) }
  }

  private func pack(_ matrix: Matrix, _ projection: ProjectionMatrix<Scalar>) {
    let (row, column) = projection.isTransposed ? (1, dimension) : (matrix.width, 1)
    let depth = width
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
      Parallelism.spread((dimension + panelWidth - 1) / panelWidth, grain: 4) { panels in
        let first = panels.lowerBound * panelWidth
        kernels.pack(
          depth: matrix.width, columns: min(dimension, panels.upperBound * panelWidth) - first,
          b: values + first * row, row: column, column: row,
          packed: backward.pointer + (panels.lowerBound * depth + matrix.column) * panelWidth,
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

  /// c <- alpha r Wᵀ + keep c for the answers of all parts: [rows, dimension].
  func unproject(
    rows: Int, _ answers: UnsafePointer<Scalar>, row: Int, alpha: Scalar, keep: Scalar,
    to c: UnsafeMutablePointer<Scalar>, stride: Int
  ) {
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
