import Tensors

// Loops over index lists, written without the library's shapes and strides, to hold its results against.

/// Every index of a shape, the last axis fastest.
func allIndices(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { prefixes, size in
    prefixes.flatMap { prefix in (0..<size).map { prefix + [$0] } }
  }
}

/// A tensor whose elements are a function of their index.
func tensor<Scalar: TensorScalar>(
  _ shape: [Int], as type: Scalar.Type = Double.self, _ element: ([Int]) -> Double
) -> Tensor<Scalar> {
  var index = [Int](repeating: 0, count: shape.count)
  var elements: [Scalar] = []
  for _ in 0..<shape.reduce(1, *) {
    elements.append(Scalar(element(index)))
    var axis = shape.count - 1
    while axis >= 0 {
      index[axis] += 1
      if index[axis] < shape[axis] { break }
      index[axis] = 0
      axis -= 1
    }
  }
  return Tensor(shape: shape, elements: elements)
}

/// Reads elements by index list; an axis of size 1 answers to every index.
struct Reader {
  private let shape: [Int]
  private let elements: [Double]

  init<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) {
    shape = tensor.shape
    elements = tensor.elements.map { Double($0) }
  }

  subscript(index: [Int]) -> Double {
    precondition(index.count == shape.count)
    var position = 0
    for axis in shape.indices { position = position * shape[axis] + (shape[axis] == 1 ? 0 : index[axis]) }
    return elements[position]
  }
}

extension Sequence where Element == Double {
  var total: Double { reduce(0, +) }
}
