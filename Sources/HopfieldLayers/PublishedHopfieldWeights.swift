import ArrayFiles
import Tensors

/// The arrays of a saved state of the published package, read by the names they have there.
struct PublishedHopfieldWeights<Scalar: TensorScalar> {
  private var arrays: NamedArrays<Scalar>

  init(_ arrays: NamedArrays<Scalar>) { self.arrays = arrays }

  func contains(_ name: String) -> Bool { arrays.contains(name) }

  /// A copy of the model with its parameters replaced; those for which `array` names none keep their
  /// values.
  mutating func fill<Model: Parameterized>(
    _ model: Model, _ array: (_ parameter: String) -> PublishedArray?
  ) throws -> Model where Model.Scalar == Scalar {
    let values = try model.parameters.map { name, value in
      guard let array = array(name) else { return value }
      return try tensor(array, shape: value.shape)
    }
    return model.with(values)
  }

  /// An array of patterns, [1, count, size] or [count, 1, size], as [count, size].
  mutating func table(_ name: String, count: Int, size: Int) throws -> Tensor<Scalar> {
    let found = try arrays.tensor(name)
    guard found.rank == 3, found.shape.prefix(2).contains(1), found.shape[2] == size,
      found.count == count * size
    else { throw wrongShape(name, found.shape, "[1, \(count), \(size)]") }
    return found.reshaped([count, size])
  }

  /// Checks that every array was read: one that was not belongs to another configuration.
  func finish(ignoring ignored: [String] = []) throws {
    try arrays.requireAllRead { !ignored.contains($0) }
  }

  private mutating func tensor(_ array: PublishedArray, shape: [Int]) throws -> Tensor<Scalar> {
    let found = try arrays.tensor(array.name)
    guard let rows = array.rows else {
      // A pattern alone has axes of 1 there.
      guard found.shape.filter({ $0 != 1 }) == shape.filter({ $0 != 1 }) else {
        throw wrongShape(array.name, found.shape, "\(shape)")
      }
      return found.reshaped(shape)
    }
    let expected = [array.rowCount] + shape.dropFirst()
    guard found.shape == expected else { throw wrongShape(array.name, found.shape, "\(expected)") }
    return found.sliced(axis: 0, rows)
  }

  private func wrongShape(_ name: String, _ shape: [Int], _ expected: String) -> NamedArrayError {
    arrays.failure("array \(name) has shape \(shape), expected \(expected)")
  }
}
