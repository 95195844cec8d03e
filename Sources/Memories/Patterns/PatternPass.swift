import Tensors

/// Goes over stored patterns block by block, for many queries at once.
///
/// Patterns are cut into segments and queries into tiles, at positions that depend on their counts alone. A
/// pair of a segment and a tile is one thread's piece; inside it blocks follow one another. What pieces found
/// is put together in order, so bits do not depend on the number of threads. A block of patterns stays in a
/// cache while a tile of queries uses it: beyond the patterns a pass needs memory for some blocks of scores.
struct PatternPass<Scalar: TensorScalar> {
  let source: any PatternSource<Scalar>
  let segments: [Range<Int>]
  /// Rows of a block, a multiple of 64.
  let blockLength: Int
  private static var blockNumbers: Int { 262_144 }
  /// Long tiles let products run near their peak; short ones share few segments among threads.
  private var tileLength: Int { segments.count < 8 ? 64 : 256 }
  private static var mostSegments: Int { 32 }
  /// Up to so many queries are multiplied row by row, which reads every pattern once and packs nothing.
  private static var fewQueries: Int { 2 }

  init(_ source: any PatternSource<Scalar>) {
    self.source = source
    let count = source.patternCount
    let length = max(64, min(1_024, Self.blockNumbers / source.dimension) / 64 * 64)
    let blocks = (count + length - 1) / length
    let pieces = min(Self.mostSegments, max(1, blocks / 4))
    blockLength = length
    segments = (0..<pieces).map {
      blocks * $0 / pieces * length..<min(count, blocks * ($0 + 1) / pieces * length)
    }
  }

  var dimension: Int { source.dimension }
  var patternCount: Int { source.patternCount }

  /// Calls `body` for each segment with each tile of the queries, on several threads.
  func forEachPiece(queryCount: Int, _ body: (_ segment: Int, _ queries: Range<Int>) -> Void) {
    let tiles = (queryCount + tileLength - 1) / tileLength
    Parallelism.forEach(tiles * segments.count) { piece in
      let start = piece / segments.count * tileLength
      body(piece % segments.count, start..<min(start + tileLength, queryCount))
    }
  }

  /// Calls `body` for the blocks of a segment, in order.
  func forEachBlock(
    of segment: Int, _ body: (_ rows: Range<Int>, _ patterns: UnsafePointer<Scalar>) -> Void
  ) {
    let range = segments[segment]
    for start in stride(from: range.lowerBound, to: range.upperBound, by: blockLength) {
      let rows = start..<min(start + blockLength, range.upperBound)
      source.withRows(rows) { body(rows, $0) }
    }
  }

  /// out <- scale states patternsᵀ, rows of `out` being `row` apart.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func multiply(
    _ states: UnsafePointer<Scalar>, count: Int, patterns: UnsafePointer<Scalar>, patternCount: Int,
    scale: Scalar, to out: UnsafeMutablePointer<Scalar>, row: Int
  ) {
    if count <= Self.fewQueries {
      for pattern in 0..<patternCount {
        let start = patterns + pattern * dimension
        for query in 0..<count {
          out[query * row + pattern] =
            scale * Scalar(Scalar.kernels.dot(count: dimension, states + query * dimension, start))
        }
      }
      return
    }
    Scalar.kernels.matrixProduct(
      MatrixProductCall(
        rows: count, columns: patternCount, depth: dimension, a: states, strideA: dimension,
        transposedA: false, b: patterns, strideB: dimension, transposedB: true, c: out, strideC: row,
        scale: scale, keep: 0))
  }

  /// out <- weights patterns + keep out with keep 0 or 1, rows of `weights` being `row` apart.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func mix(
    _ weights: UnsafePointer<Scalar>, row: Int, count: Int, patterns: UnsafePointer<Scalar>,
    patternCount: Int, keep: Scalar, to out: UnsafeMutablePointer<Scalar>
  ) {
    if count <= Self.fewQueries {
      for query in 0..<count {
        let sum = out + query * dimension
        if keep == 0 { sum.update(repeating: 0, count: dimension) }
        for pattern in 0..<patternCount where weights[query * row + pattern] != 0 {
          Scalar.kernels.accumulate(
            count: dimension, scale: weights[query * row + pattern], x: patterns + pattern * dimension, y: sum
          )
        }
      }
      return
    }
    Scalar.kernels.matrixProduct(
      MatrixProductCall(
        rows: count, columns: dimension, depth: patternCount, a: weights, strideA: row, transposedA: false,
        b: patterns, strideB: dimension, transposedB: false, c: out, strideC: dimension, scale: 1, keep: keep)
    )
  }
}

/// All scores at once, for few enough queries.
extension PatternPass {
  /// How many queries have all their scores in memory at once.
  var queriesWithAllScores: Int { max(1, (1 << 24) / max(1, patternCount)) }

  /// scale x·xi for every state and pattern, [states, patterns].
  func scores(_ states: Tensor<Scalar>, scale: Scalar) -> Tensor<Scalar> {
    Tensor(shape: [states.shape[0], patternCount]) { out in
      states.withElements { elements in
        guard let start = elements.baseAddress else { return }
        forEachPiece(queryCount: states.shape[0]) { segment, queries in
          forEachBlock(of: segment) { rows, patterns in
            multiply(
              start + queries.lowerBound * dimension, count: queries.count, patterns: patterns,
              patternCount: rows.count, scale: scale,
              to: out + queries.lowerBound * patternCount + rows.lowerBound, row: patternCount)
          }
        }
      }
    }
  }

  /// Sums of patterns with weights of shape [states, patterns]: [states, dimension].
  func mixtures(_ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    let count = weights.shape[0]
    let parts = Tensor<Scalar>(shape: [segments.count, count, dimension]) { out in
      out.update(repeating: 0, count: segments.count * count * dimension)
      weights.withElements { elements in
        guard let start = elements.baseAddress else { return }
        forEachPiece(queryCount: count) { segment, queries in
          let sums = out + (segment * count + queries.lowerBound) * dimension
          forEachBlock(of: segment) { rows, patterns in
            mix(
              start + queries.lowerBound * patternCount + rows.lowerBound, row: patternCount,
              count: queries.count, patterns: patterns, patternCount: rows.count, keep: 1, to: sums)
          }
        }
      }
    }
    return parts.sum(axes: [0])
  }
}
