import EnergyTransformer

/// The arrays of a file, held against what a block needs before they are used.
struct CheckedArrays {
  let file: SafetensorsFile

  init(path: String) throws { file = try SafetensorsFile.read(path: path) }

  /// One axis of an expected shape: its size where it is known, otherwise what it counts.
  struct Axis: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    let size: Int?
    let name: String

    init(integerLiteral value: Int) { self.init(value) }
    init(stringLiteral value: String) { (size, name) = (nil, value) }
    init(_ size: Int) { (self.size, name) = (size, "\(size)") }
  }

  /// A floating-point array of a shape, every number finite.
  ///
  /// - Throws: `FileFormatError` naming the file, the array, what was expected and what was found.
  func tensor<Scalar: TensorScalar>(_ name: String, _ axes: [Axis]) throws -> Tensor<Scalar> {
    let stored = try file.array(named: name)
    let fits =
      stored.shape.count == axes.count
      && zip(stored.shape, axes).allSatisfy { found, axis in found > 0 && axis.size ?? found == found }
    guard fits else {
      let shape = axes.map(\.name).joined(separator: ", ")
      throw failure(name, "shape", "[\(shape)], each at least 1", "\(stored.shape)")
    }
    return try finite(stored, name)
  }

  /// A single number, of shape [] or [1].
  func scalar<Scalar: TensorScalar>(_ name: String) throws -> Tensor<Scalar> {
    let stored = try file.array(named: name)
    guard stored.shape == [] || stored.shape == [1] else {
      throw failure(name, "shape", "[] or [1]", "\(stored.shape)")
    }
    return try finite(stored, name).reshaped([])
  }

  /// A number of the metadata, or nil where the file has none of this name.
  func metadata<Number: LosslessStringConvertible>(
    _ key: String, _ expected: String, where fits: (Number) -> Bool
  ) throws -> Number? {
    guard let text = file.metadata[key] else { return nil }
    guard let number = Number(text), fits(number) else {
      throw FileFormatError(
        file: file.path, field: "__metadata__, \"\(key)\"", expected: expected, found: "\"\(text)\"")
    }
    return number
  }

  private func finite<Scalar: TensorScalar>(_ stored: StoredArray, _ name: String) throws -> Tensor<Scalar> {
    guard stored.elementType.isFloatingPoint else {
      throw failure(name, "number format", "f64, f32, f16 or bf16", stored.elementType.rawValue)
    }
    let tensor = try Tensor<Scalar>(stored)
    let elements = tensor.elements
    if let index = elements.firstIndex(where: { !$0.isFinite }) {
      throw failure(name, "element \(index)", "a finite number", "\(elements[index])")
    }
    return tensor
  }

  private func failure(_ name: String, _ part: String, _ expected: String, _ found: String) -> FileFormatError
  {
    FileFormatError(file: file.path, field: "array \"\(name)\", \(part)", expected: expected, found: found)
  }
}
