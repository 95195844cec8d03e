import Foundations
public import Tensors

/// Patterns in memory, to which more can be added.
public struct PatternStore<Scalar: TensorScalar>: PatternSource {
  /// The patterns, [count, dimension].
  public private(set) var patterns: Tensor<Scalar>
  public private(set) var largestNorm: Double

  /// A store of patterns of shape [count, dimension], which must be finite numbers.
  public init(_ patterns: Tensor<Scalar>) {
    require(
      patterns.rank == 2 && patterns.shape[1] > 0,
      "patterns have shape [count, dimension], not \(patterns.shape)")
    self.patterns = patterns.detached
    largestNorm = Self.largestNorm(patterns)
  }

  /// An empty store of patterns of `dimension` numbers.
  public init(dimension: Int) { self.init(Tensor.zeros([0, dimension])) }

  public var patternCount: Int { patterns.shape[0] }
  public var dimension: Int { patterns.shape[1] }

  public func withRows(_ range: Range<Int>, _ body: (UnsafePointer<Scalar>) -> Void) {
    require(
      range.lowerBound >= 0 && range.upperBound <= patternCount,
      "rows \(range) of patterns of shape \(patterns.shape)")
    patterns.withElements { elements in
      if let base = elements.baseAddress { body(base + range.lowerBound * dimension) }
    }
  }

  mutating func append(_ more: Tensor<Scalar>) {
    patterns = .concatenated([patterns, more.detached], axis: 0)
    largestNorm = max(largestNorm, Self.largestNorm(more))
  }

  /// Removes the first copy of each row of `gone`.
  mutating func remove(_ gone: Tensor<Scalar>) throws {
    var isKept = [Bool](repeating: true, count: patternCount)
    for index in try indices(of: gone) { isKept[index] = false }
    patterns = patterns.gathered((0..<patternCount).filter { isKept[$0] }, axis: 0)
    largestNorm = Self.largestNorm(patterns)
  }

  /// The index of a stored row for each row of `wanted`.
  private func indices(of wanted: Tensor<Scalar>) throws -> [Int] {
    var free: [[Scalar]: [Int]] = [:]
    for index in (0..<patternCount).reversed() { free[row(patterns, index), default: []].append(index) }
    return try (0..<wanted.shape[0]).map { index in
      guard let found = free[row(wanted, index)]?.popLast() else {
        throw PatternNotStored(row: index, patternCount: patternCount)
      }
      return found
    }
  }

  private func row(_ rows: Tensor<Scalar>, _ index: Int) -> [Scalar] {
    rows.withElements { Array($0[index * dimension..<(index + 1) * dimension]) }
  }

  private static func largestNorm(_ patterns: Tensor<Scalar>) -> Double {
    let dimension = patterns.shape[1]
    return patterns.withElements { elements in
      guard let base = elements.baseAddress else { return 0 }
      return (0..<patterns.shape[0]).reduce(0) { largest, index in
        let row = base + index * dimension
        let norm = EuclideanNorm.of(row, count: dimension)
        if !norm.isFinite { checkFinite(row, index, patterns.shape) }
        return max(largest, norm)
      }
    }
  }

  private static func checkFinite(_ row: UnsafePointer<Scalar>, _ index: Int, _ shape: [Int]) {
    for column in 0..<shape[1] {
      require(
        row[column].isFinite,
        "patterns of shape \(shape) are finite numbers; number \(column) of row \(index) is \(row[column])")
    }
  }

  /// Changes the patterns of a source, which has to be a store: those of a mapped file stay as they are.
  static func change(
    _ source: inout any PatternSource<Scalar>, _ change: (inout PatternStore) throws -> Void
  ) rethrows {
    guard var store = source as? PatternStore else {
      fatalError("patterns of a \(type(of: source)) cannot be changed: put them into a PatternStore")
    }
    try change(&store)
    source = store
  }
}

/// A pattern that was to be forgotten is not stored.
public struct PatternNotStored: Error, Equatable, CustomStringConvertible {
  /// The first row of the patterns that is not stored, or not as often.
  public let row: Int
  /// The number of stored patterns.
  public let patternCount: Int

  /// One line.
  public var description: String {
    "row \(row) of the patterns to forget: expected one of the \(patternCount) stored patterns"
  }
}

/// The Euclidean norm of a row, whatever the size of its numbers: no square overflows or vanishes.
enum EuclideanNorm {
  /// The square root of the sum of squares; NaN where a number is.
  ///
  /// - Cost: one product of the row with itself, and two sweeps more where squares leave double precision.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  static func of<Scalar: TensorScalar>(_ row: UnsafePointer<Scalar>, count: Int) -> Double {
    let square = Scalar.kernels.dot(count: count, row, row)
    if square > 1e-270 && square < .infinity { return square.squareRoot() }
    var largest = 0.0
    for index in 0..<count {
      let size = abs(Double(row[index]))
      if size.isNaN { return size }
      largest = max(largest, size)
    }
    if largest == 0 || largest == .infinity { return largest }
    let sum = (0..<count).reduce(0) { sum, index in
      let share = Double(row[index]) / largest
      return sum + share * share
    }
    return largest * sum.squareRoot()
  }
}
