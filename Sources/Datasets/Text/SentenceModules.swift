import ArrayFiles
import Foundation
import Tensors

/// How a published model makes vectors of sentences: `modules.json`, the configuration of its pooling, and beside the
/// encoder `sentence_bert_config.json`.
///
/// - Source: the files of the package sentence-transformers, versions 0 to 6.
struct SentenceModules {
  /// The folder of the encoder: the folder itself, or one in it.
  let encoder: URL
  /// What is taken of the tokens, in the order in which they stand in the vector; nil where no file says.
  let pooling: [String]?
  /// The most tokens of a sentence, begin and end included; nil where no file says.
  let sequenceLimit: Int?
  /// Whether sentences become small letters before they are cut.
  let lowercasesText: Bool

  private static let listName = "modules.json", poolingName = "1_Pooling"
  private static let sentencesName = "sentence_bert_config.json"
  /// Ways of pooling by the fields of old configurations, in the order of their vectors.
  private static let fields = [
    ("pooling_mode_cls_token", "cls"), ("pooling_mode_max_tokens", "max"),
    ("pooling_mode_mean_tokens", "mean"), ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
    ("pooling_mode_weightedmean_tokens", "weightedmean"), ("pooling_mode_lasttoken", "lasttoken"),
  ]

  /// Reads what there is in a folder.
  ///
  /// - Throws: ``DataFileError`` for modules that are not computed here, or a configuration that is not what it says.
  init(_ folder: URL) throws {
    let list = folder.appendingPathComponent(Self.listName)
    let usual = folder.appendingPathComponent(Self.poolingName)
    if DataFile.exists(list) {
      let folders = try Self.folders(list, in: folder)
      (encoder, pooling) = (folders.encoder, try Self.pooling(in: folders.pooling))
    } else {
      (encoder, pooling) = (folder, DataFile.exists(usual) ? try Self.pooling(in: usual) : nil)
    }
    let file = encoder.appendingPathComponent(Self.sentencesName)
    let fields = DataFile.exists(file) ? try JSONFields(contentsOf: file) : nil
    sequenceLimit = try fields?.integer("max_seq_length")
    lowercasesText = try fields?.boolean("do_lower_case") ?? false
    if let fields, let sequenceLimit, sequenceLimit < 2 {
      throw fields.failure("max_seq_length", expected: "2 or more, begin and end among them")
    }
  }

  /// The folders of encoder and pooling in a list of modules.
  private static func folders(_ list: URL, in folder: URL) throws -> (encoder: URL, pooling: URL) {
    let value = try StrictJSON.parse(JSONFile.bytes(list), file: list.path, field: "JSON")
    guard case .array(let items) = value else {
      throw DataFileError(file: list.path, problem: "\(value.summary), expected a list of modules")
    }
    let modules = try items.enumerated().map { index, item in
      let fields = try JSONFields(item, name: "module \(index)", file: list.path)
      guard let type = try fields.string("type") else { throw fields.failure("type", expected: "a name") }
      return (kind: String(type.split(separator: ".").last ?? ""), path: try fields.string("path") ?? "")
    }
    let kinds = modules.map(\.kind)
    // Without effect on a vector that is made once and compared by its direction.
    let harmless = ["Normalize", "Dropout"]
    let needed = kinds.filter { !harmless.contains($0) }
    guard needed == ["Transformer", "Pooling"] else {
      throw DataFileError(
        file: list.path,
        problem:
          "modules \(kinds.joined(separator: ", ")), expected Transformer, Pooling and at most Normalize")
    }
    func url(_ kind: String) throws -> URL {
      let path = modules.first { $0.kind == kind }?.path ?? ""
      guard !path.split(separator: "/").contains("..") && !path.utf8.starts(with: "/".utf8) else {
        throw DataFileError(file: list.path, problem: "path \(path), expected one in the folder")
      }
      return path.isEmpty ? folder : folder.appendingPathComponent(path)
    }
    return (try url("Transformer"), try url("Pooling"))
  }

  private static func pooling(in folder: URL) throws -> [String] {
    let fields = try JSONFields(contentsOf: folder.appendingPathComponent("config.json"))
    let known = Self.fields.map(\.1)
    let named: [String]
    if case .array(let items)? = fields["pooling_mode"] {
      named = try items.map { item in
        guard case .string(let name) = item else {
          throw fields.failure("pooling_mode", expected: "names of ways of pooling")
        }
        return name
      }
    } else if let name = try fields.string("pooling_mode") {
      named = [name]
    } else {
      for (key, value) in fields.members where key.utf8.starts(with: "pooling_mode_".utf8) {
        if case .boolean(true) = value, !Self.fields.contains(where: { $0.0 == key }) {
          throw DataFileError(
            file: fields.file,
            problem: "field \(key): not computed here, expected one of "
              + Self.fields.map(\.0).joined(separator: ", "))
        }
      }
      // The mean is taken unless a file says that it is not.
      named = try Self.fields.filter { try fields.boolean($0.0) ?? ($0.1 == "mean") }.map(\.1)
    }
    guard named.allSatisfy(known.contains) else {
      throw fields.failure("pooling_mode", expected: "one of " + known.joined(separator: ", "))
    }
    guard !named.isEmpty else {
      throw DataFileError(
        file: fields.file, problem: "no way of pooling, expected one of " + known.joined(separator: ", "))
    }
    return named
  }
}
