import Foundations

/// A dense row-major array of numbers, and, where a gradient is being taken, how it was computed.
///
/// A tensor is a value: operations make new ones. Shapes are never adapted silently: operands of an element-wise
/// operation have the same rank, and an axis of size 1 is repeated to match the other operand's.
public struct Tensor<Scalar: TensorScalar>: Sendable {
  /// The size of each axis; empty for a single number.
  public let shape: [Int]
  let storage: Storage<Scalar>
  let node: Node<Scalar>?

  init(shape: [Int], storage: Storage<Scalar>, node: Node<Scalar>?) {
    self.shape = shape
    self.storage = storage
    self.node = node
  }

  /// A tensor of memory that nothing writes to any more.
  package init(shape: [Int], storage: Storage<Scalar>) {
    self.init(shape: shape, storage: storage, node: nil)
  }

  /// A tensor of `shape` whose memory `fill` writes completely.
  package init(shape: [Int], fill: (UnsafeMutablePointer<Scalar>) -> Void) {
    let storage = Storage<Scalar>(count: elementCount(shape), shape: shape)
    fill(storage.pointer)
    self.init(shape: shape, storage: storage)
  }

  /// A tensor of `shape` with the given elements in row-major order.
  public init(shape: [Int], elements: [Scalar]) {
    require(
      elements.count == elementCount(shape),
      "\(elements.count) elements given for shape \(shape), which has \(elementCount(shape))")
    self.init(shape: shape) { out in
      elements.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { out.update(from: base, count: source.count) }
      }
    }
  }

  /// A single number (rank 0).
  public init(_ value: Scalar) { self.init(shape: [], elements: [value]) }

  /// A tensor with the same value everywhere.
  public init(repeating value: Scalar, shape: [Int]) {
    self.init(shape: shape) { $0.update(repeating: value, count: elementCount(shape)) }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// A tensor of ones.
  public static func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// The number of elements.
  public var count: Int { storage.count }

  /// A copy of the elements in row-major order.
  public var elements: [Scalar] { withElements(Array.init) }

  /// The value of a tensor that holds one number.
  public var scalar: Scalar {
    require(count == 1, "scalar needs a tensor of one element, not shape \(shape)")
    return storage.pointer[0]
  }

  /// Calls `body` with the elements in row-major order, without a copy.
  public func withElements<Result>(
    _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer, count: count))
  }

  /// The element at an index for each axis.
  public subscript(indices: Int...) -> Scalar {
    require(indices.count == rank, "\(indices.count) indices given for shape \(shape)")
    var position = 0
    for (index, size) in zip(indices, shape) {
      require(index >= 0 && index < size, "index \(indices) outside shape \(shape)")
      position = position * size + index
    }
    return storage.pointer[position]
  }

  /// Whether every element is a finite number.
  public var isFinite: Bool {
    // A sum of squares is finite unless an element is not, or squares overflow: only then look at each.
    kernels.dot(count: count, pointer, pointer).isFinite || withElements { $0.allSatisfy { $0.isFinite } }
  }

  /// The same numbers in another precision.
  public func converted<Other: TensorScalar>(to type: Other.Type) -> Tensor<Other> {
    Tensor<Other>(shape: shape, elements: elements.map { Other($0) })
  }

  var pointer: UnsafeMutablePointer<Scalar> { storage.pointer }
  var kernels: any Kernels<Scalar>.Type { Scalar.kernels }
}

extension Tensor: CustomStringConvertible {
  public var description: String {
    let shown = elements.prefix(12).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape) [\(shown)\(count > 12 ? ", …" : "")]"
  }
}
