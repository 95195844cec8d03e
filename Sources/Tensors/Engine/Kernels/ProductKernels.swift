package import CKernels

/// Kernels of matrix products.
package protocol ProductKernels<Scalar>: KernelGroup {
  /// The scalars of a vector.
  static func vectorLength() -> Int
  /// The columns of a packed panel.
  static func panelWidth() -> Int
  /// c <- scale a b + keep c with any row and column strides of a and b, by our own kernel.
  static func product(
    rows: Int, columns: Int, depth: Int, scale: Scalar, a: Input, rowA: Int, columnA: Int, b: Input,
    rowB: Int, columnB: Int, keep: Scalar, c: Output, rowC: Int)
  /// c <- scale * sum of products + keep * c
  static func product(
    rows: Int, columns: Int, termCount: Int, terms: UnsafePointer<et_factors>, scale: Scalar, keep: Scalar,
    c: Output, rowC: Int)
  /// The panels of a depth x columns matrix b with row and column strides, `panel` apart, padded with zeros.
  static func pack(
    depth: Int, columns: Int, b: Input, row: Int, column: Int, packed: Output, panel: Int)
  /// One matrix product, by the system's library where it has one for the type.
  static func matrixProduct(_ call: MatrixProductCall<Scalar>)
}

/// One term of a sum of matrix products op(a) b.
///
/// `a` has a row for each row of the result; `rowA` or `columnA` is 1. `b` lies in panels of `panelWidth` columns,
/// `panelB` scalars apart, whose rows are `rowB` apart; it is readable up to whole vectors of columns.
package struct ProductFactors<Scalar> {
  package var a: UnsafePointer<Scalar>, rowA: Int, columnA: Int
  package var b: UnsafePointer<Scalar>, rowB: Int, panelB: Int
  package var depth: Int

  /// Rows of `a` times packed panels.
  package init(
    rows a: UnsafePointer<Scalar>, stride: Int, panels b: UnsafePointer<Scalar>, panelWidth: Int, depth: Int
  ) {
    (self.a, rowA, columnA) = (a, stride, 1)
    (self.b, rowB, panelB, self.depth) = (b, panelWidth, depth * panelWidth, depth)
  }

  /// Columns of `a`, its transpose, times a plain matrix.
  package init(
    columns a: UnsafePointer<Scalar>, stride: Int, plain b: UnsafePointer<Scalar>, strideB: Int,
    panelWidth: Int,
    depth: Int
  ) {
    (self.a, rowA, columnA) = (a, 1, stride)
    (self.b, rowB, panelB, self.depth) = (b, strideB, panelWidth, depth)
  }

  /// Rows of `a` times a plain matrix.
  package init(
    rows a: UnsafePointer<Scalar>, stride: Int, plain b: UnsafePointer<Scalar>, strideB: Int, panelWidth: Int,
    depth: Int
  ) {
    (self.a, rowA, columnA) = (a, stride, 1)
    (self.b, rowB, panelB, self.depth) = (b, strideB, panelWidth, depth)
  }

  fileprivate var c: et_factors {
    et_factors(a: a, row_a: rowA, column_a: columnA, b: b, row_b: rowB, panel_b: panelB, depth: depth)
  }
}

extension ProductKernels {
  /// c <- scale * (the product of some factors, and that of others) + keep * c, its rows `rowC` apart.
  package static func product(
    rows: Int, columns: Int, _ factors: ProductFactors<Scalar>, plus others: ProductFactors<Scalar>? = nil,
    scale: Scalar, keep: Scalar, c: Output, rowC: Int
  ) {
    withUnsafeTemporaryAllocation(of: et_factors.self, capacity: 2) { terms in
      guard let start = terms.baseAddress else { return }
      terms.initializeElement(at: 0, to: factors.c)
      if let others { terms.initializeElement(at: 1, to: others.c) }
      product(
        rows: rows, columns: columns, termCount: others == nil ? 1 : 2, terms: start, scale: scale,
        keep: keep, c: c, rowC: rowC)
    }
  }
}
