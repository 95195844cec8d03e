public import Foundation
public import Tensors

/// The folder of a published encoder: `config.json`, `vocab.txt` and `model.safetensors`, and where it is there
/// `tokenizer_config.json` or `tokenizer.json` for the treatment of case and accents.
public struct EncoderFolder: Sendable {
  /// Where it lies.
  public let url: URL

  /// A folder; nothing is read yet.
  ///
  /// - Throws: ``DataFileError`` naming the first of the three files that is missing.
  public init(_ url: URL) throws {
    self.url = url
    guard DataFile.exists(url) else {
      throw DataFileError(file: url.path, problem: "missing, expected the folder of a model")
    }
    for name in [Self.configurationName, Self.vocabularyName, Self.weightsName] {
      guard DataFile.exists(url.appendingPathComponent(name)) else {
        throw DataFileError(
          file: url.appendingPathComponent(name).path,
          problem: "missing, expected config.json, vocab.txt and model.safetensors in the folder of a model")
      }
    }
  }

  static let configurationName = "config.json", vocabularyName = "vocab.txt"
  /// The name of the file of weights.
  public static let weightsName = "model.safetensors"

  /// The file of weights.
  public var weightsURL: URL { url.appendingPathComponent(Self.weightsName) }
  /// The file of word pieces.
  public var vocabularyURL: URL { url.appendingPathComponent(Self.vocabularyName) }
  /// The file of sizes.
  public var configurationURL: URL { url.appendingPathComponent(Self.configurationName) }

  /// What `config.json` says, as a type that knows its fields.
  ///
  /// - Throws: ``DataFileError`` naming the field that is missing or wrong.
  public func configuration<Configuration: Decodable>(as type: Configuration.Type) throws -> Configuration {
    try JSONFile.decode(type, configurationURL)
  }

  /// The arrays of `model.safetensors` that are floating-point numbers, by name; f16 and bf16 are converted.
  ///
  /// - Throws: an error that names the file and the array, for a file that is cut off or not what it says, and for
  ///   weights or biases that are whole numbers, as quantised models have.
  public func arrays<Scalar: TensorScalar>(
    as type: Scalar.Type = Scalar.self
  ) throws -> [String: Tensor<Scalar>] {
    let file = try SafetensorsFile.read(path: weightsURL.path)
    var tensors: [String: Tensor<Scalar>] = [:]
    for (name, array) in file.arrays.sorted(by: { $0.key < $1.key }) {
      if array.elementType.isFloatingPoint {
        tensors[name] = try Tensor(array)
      } else if name.hasSuffix(".weight") || name.hasSuffix(".bias") {
        throw DataFileError(
          file: weightsURL.path,
          problem:
            "array \(name) of shape \(array.shape) holds \(array.elementType), expected floating-point numbers"
        )
      }
    }
    return tensors
  }

  /// The tokenizer of `vocab.txt`, with the rules of `tokenizer_config.json` or else of `tokenizer.json`; with those of
  /// the uncased models where there is neither.
  ///
  /// - Throws: ``DataFileError`` for a file that is not what it says, or fewer pieces than `vocabularySize`.
  public func tokenizer(vocabularySize: Int? = nil) throws -> WordPieceTokenizer {
    let vocabulary = try WordPieceVocabulary(contentsOf: vocabularyURL)
    if let vocabularySize, vocabulary.count > vocabularySize {
      throw DataFileError(
        file: vocabularyURL.path,
        problem: "\(vocabulary.count) pieces, expected at most vocab_size \(vocabularySize) of config.json")
    }
    return WordPieceTokenizer(vocabulary, rules: try rules())
  }

  private func rules() throws -> WordPieceRules {
    let options = url.appendingPathComponent("tokenizer_config.json")
    if DataFile.exists(options) {
      let found = try JSONFile.decode(TokenizerOptions.self, options)
      return WordPieceRules(
        lowersCase: found.lowersCase ?? true, takesAccentsOff: found.takesAccentsOff,
        setsIdeographsApart: found.setsIdeographsApart ?? true)
    }
    let whole = url.appendingPathComponent("tokenizer.json")
    guard DataFile.exists(whole) else { return WordPieceRules() }
    let found = try JSONFile.decode(WholeTokenizer.self, whole).normalizer
    if let type = found?.type, type != "BertNormalizer" {
      throw DataFileError(
        file: whole.path, problem: "field normalizer.type: expected \"BertNormalizer\", found \"\(type)\"")
    }
    return WordPieceRules(
      lowersCase: found?.lowersCase ?? true, takesAccentsOff: found?.takesAccentsOff,
      setsIdeographsApart: found?.setsIdeographsApart ?? true)
  }
}

/// The part of `tokenizer_config.json` that is used.
private struct TokenizerOptions: Decodable {
  let lowersCase: Bool?, takesAccentsOff: Bool?, setsIdeographsApart: Bool?

  private enum CodingKeys: String, CodingKey {
    case lowersCase = "do_lower_case"
    case takesAccentsOff = "strip_accents"
    case setsIdeographsApart = "tokenize_chinese_chars"
  }
}

/// The part of `tokenizer.json` that is used.
private struct WholeTokenizer: Decodable {
  struct Normalizer: Decodable {
    let type: String?
    let lowersCase: Bool?, takesAccentsOff: Bool?, setsIdeographsApart: Bool?

    private enum CodingKeys: String, CodingKey {
      case type
      case lowersCase = "lowercase"
      case takesAccentsOff = "strip_accents"
      case setsIdeographsApart = "handle_chinese_chars"
    }
  }
  let normalizer: Normalizer?
}
