import ArrayFiles
import Foundations
import Tensors

private let formatName = "training checkpoint 1"
private let optionPrefix = "options."

extension TrainingCheckpoint {
  /// Writes the file, complete or not at all; an older one is replaced.
  ///
  /// - Throws: ``Foundations/FileAccessError`` when the file cannot be written.
  public func write(to path: String) throws {
    var arrays: [(name: String, array: StoredArray)] = []
    for (part, values) in [
      ("parameters", parameters), ("optimizer", optimizerState), ("average", averageState),
    ] {
      for (name, value) in zip(values.names, values.values) {
        arrays.append(("\(part).\(name)", StoredArray(value)))
      }
    }
    let words = random.state.map { Int(Int64(bitPattern: $0)) }
    arrays.append(("random", StoredArray(shape: [words.count], integers: words)))
    var metadata = layout.metadata
    metadata["format"] = formatName
    metadata["updateCount"] = "\(updateCount)"
    for (key, value) in options { metadata[optionPrefix + key] = value }
    try SafetensorsFile.write(path: path, arrays: arrays, metadata: metadata)
  }

  /// Reads a file that ``write(to:)`` wrote.
  ///
  /// - Throws: ``Foundations/FileAccessError`` when it cannot be read; ``Foundations/FileFormatError`` when it is damaged, is not a
  ///   checkpoint, or holds numbers of another precision than `Scalar`.
  public init(contentsOf path: String) throws {
    let file = try SafetensorsFile.read(path: path)
    guard file.metadata["format"] == formatName else {
      throw FileFormatError(
        file: path, field: "metadata \"format\"", expected: "\"\(formatName)\"",
        found: file.metadata["format"].map { "\"\($0)\"" } ?? "none")
    }
    let parts = try Self.parts(of: file)
    self.init(
      parameters: parts["parameters"] ?? ParameterValues(),
      optimizerState: parts["optimizer"] ?? ParameterValues(),
      averageState: parts["average"] ?? ParameterValues(), random: try Self.random(in: file),
      updateCount: try Self.updateCount(in: file), options: Self.options(in: file), origin: path,
      layout: try ParameterLayout(metadata: file.metadata, file: path))
  }

  private static func parts(of file: SafetensorsFile) throws -> [String: ParameterValues<Scalar>] {
    var parts: [String: ParameterValues<Scalar>] = [:]
    for name in file.names where name != "random" {
      let part = String(name.prefix { $0 != "." })
      guard ["parameters", "optimizer", "average"].contains(part), name.count > part.count + 1 else {
        throw FileFormatError(
          file: file.path, field: "array \"\(name)\"",
          expected: "a name that starts with parameters., optimizer. or average.", found: "another")
      }
      let array = try file.array(named: name)
      guard array.elementType == ElementType(of: Scalar.self) else {
        throw FileFormatError(
          file: file.path, field: "array \"\(name)\", number format",
          expected: ElementType(of: Scalar.self).rawValue, found: array.elementType.rawValue)
      }
      parts[part, default: ParameterValues()].append(
        String(name.dropFirst(part.count + 1)), try Tensor(array))
    }
    return parts
  }

  private static func random(in file: SafetensorsFile) throws -> RandomStream {
    let words = try file.array(named: "random").integers().map { UInt64(bitPattern: Int64($0)) }
    do {
      return try RandomStream(state: words)
    } catch let error as RandomStream.InvalidState {
      throw FileFormatError(
        file: file.path, field: "array \"random\"", expected: "the state of a random stream",
        found: error.description)
    }
  }

  private static func updateCount(in file: SafetensorsFile) throws -> Int {
    let text = file.metadata["updateCount"]
    guard let text, let count = Int(text), count >= 0 else {
      throw FileFormatError(
        file: file.path, field: "metadata \"updateCount\"", expected: "a whole number of at least 0",
        found: text.map { "\"\($0)\"" } ?? "none")
    }
    return count
  }

  private static func options(in file: SafetensorsFile) -> [String: String] {
    var options: [String: String] = [:]
    for (key, value) in file.metadata where key.hasPrefix(optionPrefix) {
      options[String(key.dropFirst(optionPrefix.count))] = value
    }
    return options
  }
}
