import Tensors

/// What memories of binary states share.
enum BinaryStates {
  /// Stops unless every number is 1 or -1.
  static func check<Scalar: TensorScalar>(_ rows: Tensor<Scalar>, _ what: String) {
    guard let index = rows.withElements(firstOther) else { return }
    fatalError("\(what) of shape \(rows.shape) are 1 or -1; element \(index) is \(rows.elements[index])")
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private static func firstOther<Scalar: TensorScalar>(_ elements: UnsafeBufferPointer<Scalar>) -> Int? {
    elements.firstIndex { $0 != 1 && $0 != -1 }
  }

  /// The retrieval of a memory that stores nothing: states stay, at an energy of 0.
  static func withoutPatterns<Scalar: TensorScalar>(
    _ queries: Tensor<Scalar>, _ options: RetrievalOptions
  ) -> Retrieval<Scalar> {
    let count = queries.shape[0]
    return Retrieval(
      states: queries, steps: [Int](repeating: 0, count: count),
      stopReasons: [RetrievalStop](repeating: .noMemory, count: count),
      energies: [[Double]](repeating: options.recordsEnergies ? [0] : [], count: count),
      weights: [[PatternWeight]](repeating: [], count: count),
      fixedPoints: [FixedPoint?](repeating: nil, count: count))
  }

  /// The largest overlap |xi·s| / d of each state with a stored pattern, and what kind of fixed point that
  /// makes, for at least one pattern.
  static func fixedPoints<Scalar: TensorScalar>(
    _ states: Tensor<Scalar>, patterns: Tensor<Scalar>
  ) -> [FixedPoint?] {
    if states.shape[0] == 0 { return [] }
    let overlaps = states.matrixProduct(patterns, otherTransposed: true).absoluteValue().maximum(axis: 1)
    return overlaps.elements.map { overlap in
      let share = Double(overlap) / Double(states.shape[1])
      return FixedPoint(
        kind: share >= 0.9 ? .singlePattern : .metastable, dominantCount: nil, largestWeight: share,
        spectralRadius: nil)
    }
  }
}
