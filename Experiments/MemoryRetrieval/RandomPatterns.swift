import EnergyTransformer

/// Random patterns and spoiled copies of them.
enum RandomPatterns {
  /// Rows of 1 and -1.
  static func signs(_ count: Int, dimension: Int, _ random: RandomStream) -> Tensor<Float> {
    var random = random
    var bits: UInt64 = 0
    let elements = (0..<count * dimension).map { place -> Float in
      if place % 64 == 0 { bits = random.next() }
      defer { bits >>= 1 }
      return bits & 1 == 0 ? 1 : -1
    }
    return Tensor(shape: [count, dimension], elements: elements)
  }

  /// Rows in which `flips` numbers, drawn for each row, changed their sign.
  static func flipped(_ rows: Tensor<Float>, flips: Int, _ random: RandomStream) -> Tensor<Float> {
    let dimension = rows.shape[1]
    var elements = rows.elements
    for row in 0..<rows.shape[0] {
      var own = random.child(UInt64(row))
      var places = Array(0..<dimension)
      for index in 0..<flips {
        places.swapAt(index, index + own.integer(below: dimension - index))
        elements[row * dimension + places[index]].negate()
      }
    }
    return Tensor(shape: rows.shape, elements: elements)
  }

  /// Rows drawn uniformly from the sphere of a radius.
  static func sphere(
    _ count: Int, dimension: Int, radius: Double, _ random: RandomStream
  ) -> Tensor<Double> {
    var random = random
    let rows = Tensor<Double>.normal([count, dimension], using: &random)
    return rows / rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot() * radius
  }

  /// The distance of each row of `a` from that of `b`.
  static func distances<Scalar: TensorScalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> [Double] {
    (a - b).squared().sum(axes: [1]).squareRoot().elements.map { Double($0) }
  }

  /// `count` of 0 ..< size, evenly spaced.
  static func spaced(_ count: Int, of size: Int) -> [Int] {
    let count = min(count, size)
    return (0..<count).map { $0 * size / count }
  }
}
