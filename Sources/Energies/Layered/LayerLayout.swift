import Foundations
public import Tensors

/// Where the layers of a network lie in its state: side by side in one vector.
public struct LayerLayout: Sendable, Equatable {
  /// The names of the layers, in the order of the vector.
  public let names: [String]
  /// The shape of each layer in one example.
  public let shapes: [[Int]]
  /// The part of the vector that each layer takes.
  public let ranges: [Range<Int>]

  /// The layout of layers with different names, one at least.
  public init(names: [String], shapes: [[Int]]) {
    require(
      !names.isEmpty && names.count == shapes.count && Set(names).count == names.count,
      "layers need different names and a shape each, not \(names) with \(shapes)")
    self.names = names
    self.shapes = shapes
    var start = 0
    ranges = shapes.map { shape in
      defer { start += shape.reduce(1, *) }
      return start..<start + shape.reduce(1, *)
    }
  }

  /// The numbers of one example's state.
  public var count: Int { ranges[ranges.count - 1].upperBound }

  /// Which layer has a name.
  public func index(of name: String) -> Int {
    guard let index = names.firstIndex(of: name) else {
      fatalError("no layer is called \(name): \(names)")
    }
    return index
  }

  /// Every layer of a state, [batch, …] each.
  ///
  /// - Shape: a state has shape [batch, 1, count].
  public func layers<Scalar>(of state: Tensor<Scalar>) -> [Tensor<Scalar>] {
    let state = checked(state)
    return zip(ranges, shapes).map { range, shape in
      state.sliced(axis: 2, range).reshaped([state.shape[0]] + shape)
    }
  }

  /// A state, whose shape is that of a state of these layers.
  func checked<Scalar>(_ state: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      state.rank == 3 && state.shape[1] == 1 && state.shape[2] == count,
      "the state of layers \(names) has shape [batch, 1, \(count)], not \(state.shape)")
    return state
  }

  /// The state whose layers are given, [batch, 1, count].
  ///
  /// - Shape: the layers have shapes [batch, …] in the order of the layout.
  public func state<Scalar>(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    let batch = layers.first?.shape.first ?? 0
    require(
      layers.map(\.shape) == shapes.map { [batch] + $0 },
      "layers \(names) have shapes \(shapes.map { [batch] + $0 }), not \(layers.map(\.shape))")
    let rows = zip(layers, ranges).map { $0.reshaped([batch, 1, $1.count]) }
    return .concatenated(rows, axis: 2)
  }
}
