import Foundations
public import Tensors

/// Named arrays, from a file or from memory, each checked against the shape that its reader expects. Every published format
/// of weights is read through this type.
///
/// ```swift
/// var arrays = try NamedArrays<Float>(contentsOf: "block.safetensors")
/// let queries = try arrays.tensor("Wq", shape: ["heads", "key size", 768])
/// try arrays.requireAllRead()
/// ```
///
/// Errors name the file, the array, the expected shape and the actual one.
public struct NamedArrays<Scalar: TensorScalar>: Sendable {
  /// Where the arrays come from, for errors; nil for arrays in memory.
  public let file: String?
  /// Text entries of the file's header; empty where it has none.
  public let metadata: [String: String]
  private var tensors: [String: Tensor<Scalar>] = [:]
  private var stored: [String: StoredArray] = [:]
  private var unreadable: [String: FileFormatError] = [:]
  private var read: Set<String> = []

  /// An axis of an expected shape: a fixed size, or the name of a size, which may be any number from 1.
  public struct Axis: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, Sendable {
    /// The size, where it is known.
    public let size: Int?
    let text: String

    /// An axis of a known size.
    public init(_ size: Int) { (self.size, text) = (size, "\(size)") }
    public init(integerLiteral size: Int) { self.init(size) }
    public init(stringLiteral name: String) { (size, text) = (nil, name) }
  }

  /// Arrays in memory.
  public init(_ tensors: [String: Tensor<Scalar>], file: String? = nil) {
    self.file = file
    metadata = [:]
    self.tensors = tensors
  }

  /// The arrays of a safetensors file.
  public init(_ file: SafetensorsFile) {
    self.file = file.path
    metadata = file.metadata
    (stored, unreadable) = (file.arrays, file.unreadable)
  }

  /// The arrays of a NumPy .npz file.
  public init(_ file: NPZFile) {
    self.file = file.path
    metadata = [:]
    (stored, unreadable) = (file.arrays, file.unreadable)
  }

  /// The arrays of a safetensors or NumPy .npz file. The format is recognized by the first bytes of the file.
  ///
  /// - Throws: ``Foundations/FileAccessError`` when it cannot be read, ``Foundations/FileFormatError`` when it is malformed or another kind of
  ///   file, which it names.
  public init(contentsOf path: String) throws {
    let bytes = try MappedFile.bytes(path: path)
    switch FileKind(bytes.prefix(FileKind.byteCount)) {
    case .npz, .zip: self.init(try NPZFile.parse(bytes, file: path))
    default: self.init(try SafetensorsFile.parse(bytes, file: path))
    }
  }

  /// All names, sorted.
  public var names: [String] { (Array(tensors.keys) + stored.keys + unreadable.keys).sorted() }

  /// Whether there is an array of this name.
  public func contains(_ name: String) -> Bool { shape(of: name) != nil || unreadable[name] != nil }

  /// The shape of an array; nil where there is none that can be read.
  public func shape(of name: String) -> [Int]? { tensors[name]?.shape ?? stored[name]?.shape }

  /// The array with the given name, of any shape. All its numbers must be finite.
  ///
  /// - Throws: ``NamedArrayError`` for an array that is missing or holds other than finite floating-point numbers.
  public mutating func tensor(_ name: String) throws -> Tensor<Scalar> {
    if let problem = unreadable[name] { throw problem }
    guard let shape = shape(of: name) else {
      throw failure("array \(name) is missing; there are \(shownNames)")
    }
    if let array = stored[name], !array.elementType.isFloatingPoint {
      throw failure(
        "array \(name) of shape \(shape) holds \(array.elementType.rawValue), expected floating-point numbers"
      )
    }
    let found = try tensors[name] ?? decoded(name)
    guard found.isFinite else {
      let index = found.elements.firstIndex { !$0.isFinite } ?? 0
      throw failure(
        "array \(name) of shape \(shape) holds numbers that are not finite: element \(index) is "
          + "\(found.elements[index])")
    }
    read.insert(name)
    return found
  }

  /// The array with the given name, which must have the given shape. All its numbers must be finite.
  ///
  /// - Throws: ``NamedArrayError`` for an array that is missing, has another shape or holds other numbers.
  public mutating func tensor(_ name: String, shape: [Axis]) throws -> Tensor<Scalar> {
    try check(name, shape)
    return try tensor(name)
  }

  /// The array with the given name, which must have the given shape. All its numbers must be finite.
  ///
  /// - Throws: ``NamedArrayError`` for an array that is missing, has another shape or holds other numbers.
  public mutating func tensor(_ name: String, shape: [Int]) throws -> Tensor<Scalar> {
    try tensor(name, shape: shape.map { Axis($0) })
  }

  /// A single number, of shape [] or [1].
  ///
  /// - Throws: ``NamedArrayError`` as for any array.
  public mutating func number(_ name: String) throws -> Tensor<Scalar> {
    if let shape = shape(of: name), shape != [] && shape != [1] {
      throw failure("array \(name) has shape \(shape), expected [] or [1]")
    }
    return try tensor(name).reshaped([])
  }

  /// A copy of a model whose parameters are replaced by arrays of the same shapes; those of an earlier ``ParameterLayout``
  /// are turned.
  ///
  /// - Parameters:
  ///   - model: The model, of which a copy is filled.
  ///   - name: The name of the array that holds a parameter; by default the parameter's own name.
  /// - Throws: ``NamedArrayError`` for the first array that does not fit, ``Foundations/FileFormatError`` for an unknown layout.
  public mutating func filling<Model: Parameterized<Scalar>>(
    _ model: Model, by name: (_ parameter: String) -> String = { $0 }
  ) throws -> Model {
    let parameters = model.parameters
    let isEarlier = try ParameterLayout(metadata: metadata, file: file) == .inputsFirst
    let formerNames = isEarlier ? model.formerNames.mapValues(name) : [:]
    let values = try zip(parameters.names, parameters.values).map { parameter, value in
      if let former = formerNames[parameter], contains(former), !contains(name(parameter)) {
        let found = try tensor(former, shape: value.shape.reversed())
        return found.rank == 2 ? found.transposed : found
      }
      return try tensor(name(parameter), shape: value.shape)
    }
    return model.with(parameters.with(values))
  }

  /// Checks that every array has been read. An array that has not belongs to another model or configuration.
  ///
  /// - Throws: ``NamedArrayError`` that names the first one that was not.
  public func requireAllRead(where counts: (_ name: String) -> Bool = { _ in true }) throws {
    if let name = names.first(where: { !read.contains($0) && counts($0) }) {
      throw failure(
        "array \(name) of shape \(shape(of: name) ?? []) has no place in this configuration; read were "
          + shown(read.sorted()))
    }
  }

  /// An error about these arrays, with the file before it where they are a file's.
  package func failure(_ problem: String) -> NamedArrayError { NamedArrayError(file: file, problem: problem) }

  private func decoded(_ name: String) throws -> Tensor<Scalar> {
    guard let array = stored[name] else { throw failure("array \(name) is missing") }
    return try Tensor<Scalar>(array)
  }

  private func check(_ name: String, _ expected: [Axis]) throws {
    guard let shape = shape(of: name) else {
      if let problem = unreadable[name] { throw problem }
      throw failure(
        "array \(name) is missing, expected it with shape \(text(expected)); there are \(shownNames)")
    }
    let fits =
      shape.count == expected.count
      && zip(shape, expected).allSatisfy { found, axis in axis.size.map { $0 == found } ?? (found > 0) }
    guard fits else { throw failure("array \(name) has shape \(shape), expected \(text(expected))") }
  }

  private func text(_ axes: [Axis]) -> String {
    let named = axes.contains { $0.size == nil } ? ", each at least 1" : ""
    return "[\(axes.map(\.text).joined(separator: ", "))]\(named)"
  }

  private var shownNames: String { names.isEmpty ? "none" : shown(names) }

  private func shown(_ names: [String]) -> String {
    names.prefix(40).joined(separator: ", ") + (names.count > 40 ? " and \(names.count - 40) more" : "")
  }
}

/// An array that is missing, has another shape or holds other numbers than expected, or one too many.
public struct NamedArrayError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file that the arrays came from; nil for arrays in memory.
  public let file: String?
  /// Which array it is, what was expected of it and what was found.
  public let problem: String

  /// An error about the arrays of a file, or of memory.
  public init(file: String?, problem: String) { (self.file, self.problem) = (file, problem) }

  /// One line: `file: problem`.
  public var description: String { (file.map { "\(oneLine($0)): " } ?? "") + oneLine(problem, limit: 2_000) }
}
