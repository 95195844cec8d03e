public import Tensors

extension ElementType {
  /// The format in which a file holds the bits of this scalar type: f32 for `Float`, f64 for `Double`.
  public init<Scalar: TensorScalar>(of type: Scalar.Type) {
    self = type == Float.self ? .f32 : .f64
  }
}

extension Tensor {
  /// The array of a file as a tensor; numbers are converted by the rules of ``ArrayFiles/StoredArray``.
  ///
  /// An f32 array gives a `Float` tensor, and an f64 array a `Double` tensor, with the same bits.
  ///
  /// - Throws: ``Foundations/FileFormatError`` when a finite f64 is beyond the range of `Float`.
  public init(_ array: StoredArray) throws {
    if Scalar.self == Float.self {
      self.init(shape: array.shape, elements: try Self.scalars(array.floats()))
    } else {
      self.init(shape: array.shape, elements: try Self.scalars(array.doubles()))
    }
  }

  // The cast succeeds, without a copy, when the types are the same; NaN keeps its bits only that way.
  private static func scalars<Stored: BinaryFloatingPoint>(_ values: [Stored]) -> [Scalar] {
    values as? [Scalar] ?? values.map { Scalar($0) }
  }
}

extension StoredArray {
  /// The numbers of a tensor with their bits: f32 for `Float`, f64 for `Double`.
  public init<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) {
    let elements = tensor.elements
    if let floats = elements as? [Float] {
      self.init(shape: tensor.shape, floats: floats)
    } else {
      self.init(shape: tensor.shape, doubles: elements as? [Double] ?? elements.map { Double($0) })
    }
  }
}
