import Foundations

/// How matrices lie in a file of a model's parameters; what writes one puts ``metadata`` into it.
///
/// In files of the first layout encoders and decoders of the Energy Transformers lie [inputs, outputs] and have names of
/// their own, `encoder.weights` for `encoder.weight`. They are turned on reading, by layout and name: never by shape.
public enum ParameterLayout: Int, Sendable, CaseIterable {
  /// Encoders and decoders [inputs, outputs]; files that name no layout.
  case inputsFirst = 1
  /// Every linear map [outputs, inputs].
  case outputsFirst = 2

  private static let key = "parameter-layout"

  /// What the metadata of a file of this layout says.
  public var metadata: [String: String] { [Self.key: "\(rawValue)"] }

  /// The layout that a file's metadata names.
  ///
  /// - Throws: ``Foundations/FileFormatError`` for one that is not known, as of a later version.
  public init(metadata: [String: String], file: String?) throws {
    guard let text = metadata[Self.key] else {
      self = .inputsFirst
      return
    }
    guard let layout = Self.allCases.first(where: { "\($0.rawValue)" == text }) else {
      throw FileFormatError(
        file: file ?? "memory", field: "metadata \"\(Self.key)\"",
        expected: Self.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "),
        found: "\"\(text)\"; a later version wrote it")
    }
    self = layout
  }
}
