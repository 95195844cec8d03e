public import ArrayFiles
public import Foundation
public import Tensors

/// The folder of a published encoder: `config.json`, the weights in `model.safetensors` or in the shards of
/// `model.safetensors.index.json`, the word pieces in `vocab.txt` or `tokenizer.json`, and where they are there the
/// files that say how text is cut (`tokenizer_config.json`, `tokenizer.json`, `added_tokens.json`,
/// `special_tokens_map.json`) and how vectors of sentences are made (`modules.json`, `1_Pooling/config.json`,
/// `sentence_bert_config.json`).
public struct EncoderFolder: Sendable {
  /// The folder.
  public let url: URL
  /// The folder of the encoder itself: the same, or one in it that `modules.json` names.
  var encoderURL: URL { modules.encoder }
  /// What the files on vectors of sentences say.
  let modules: SentenceModules

  /// A folder; of the files only those on vectors of sentences are read yet.
  ///
  /// - Throws: ``DataFileError`` naming the first file that is missing, or modules that are not computed here.
  public init(_ url: URL) throws {
    self.url = url
    guard DataFile.exists(url) else {
      throw DataFileError(file: url.path, problem: "missing, expected the folder of a model")
    }
    modules = try SentenceModules(url)
    for choices in [
      [Self.configurationName], [Self.vocabularyName, Self.tokenizerName],
      [Self.weightsName, Self.indexName],
    ] where !choices.contains(where: { exists($0) }) {
      throw DataFileError(
        file: encoderURL.appendingPathComponent(choices[0]).path,
        problem:
          "missing, expected config.json, vocab.txt or tokenizer.json, and model.safetensors in the folder of a model"
          + otherWeights(choices))
    }
  }

  static let configurationName = "config.json", vocabularyName = "vocab.txt"
  static let tokenizerName = "tokenizer.json", indexName = "model.safetensors.index.json"
  /// The name of the file of weights.
  public static let weightsName = "model.safetensors"

  func exists(_ name: String) -> Bool { DataFile.exists(encoderURL.appendingPathComponent(name)) }

  /// Weights in a form that is not read, and what to do about it.
  private func otherWeights(_ choices: [String]) -> String {
    let names = [
      "pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack", "model.onnx",
    ]
    guard choices[0] == Self.weightsName, let name = names.first(where: exists) else { return "" }
    return "; \(name) is not read: save the model as safetensors"
  }

  /// The file of weights, or the index of its shards.
  public var weightsURL: URL {
    encoderURL.appendingPathComponent(exists(Self.weightsName) ? Self.weightsName : Self.indexName)
  }
  /// The file of word pieces.
  public var vocabularyURL: URL {
    encoderURL.appendingPathComponent(exists(Self.vocabularyName) ? Self.vocabularyName : Self.tokenizerName)
  }
  /// The file of sizes.
  public var configurationURL: URL { encoderURL.appendingPathComponent(Self.configurationName) }

  /// What `config.json` says, as a type that knows its fields, and in a field `sentence_pooling` what the files on
  /// vectors of sentences say: a list of `cls`, `max`, `mean`, `mean_sqrt_len_tokens`, `weightedmean` and `lasttoken`.
  ///
  /// - Throws: ``DataFileError`` naming the field that is missing or wrong.
  public func configuration<Configuration: Decodable>(as type: Configuration.Type) throws -> Configuration {
    let names = modules.pooling.map { $0.map { "\"\($0)\"" }.joined(separator: ",") }
    return try JSONFile.decode(
      type, configurationURL, adding: names.map { "\"sentence_pooling\":[\($0)]" } ?? "")
  }

  /// What was assumed where the files do not say, a line each.
  public func remarks() throws -> [String] {
    let configuration = try JSONFields(contentsOf: configurationURL)
    if configuration["model_type"] != nil { return [] }
    return ["\(configurationURL.path): no model_type, taken for bert by the names of the arrays"]
  }

  /// The arrays of the weights that are floating-point numbers, by name; f16 and bf16 are converted.
  ///
  /// - Throws: an error that names the file and the array, for a file that is missing, cut off or not what it says, and
  ///   for weights or biases of embeddings and layers in another format, as quantised models have them.
  public func arrays<Scalar: TensorScalar>(
    as type: Scalar.Type = Scalar.self
  ) throws -> NamedArrays<Scalar> {
    var tensors: [String: Tensor<Scalar>] = [:]
    for shard in try shards() {
      let file = try SafetensorsFile.read(path: shard.url.path)
      for name in shard.names ?? (file.names + file.unreadable.keys.sorted()) {
        let isNeeded =
          (name.hasSuffix(".weight") || name.hasSuffix(".bias"))
          && (name.contains("embeddings.") || name.contains("encoder.layer."))
        if !isNeeded && file.unreadable[name] != nil { continue }
        let array = try file.array(named: name)
        if array.elementType.isFloatingPoint {
          tensors[name] = try Tensor(array)
        } else if isNeeded {
          throw DataFileError(
            file: shard.url.path,
            problem:
              "array \(name) of shape \(array.shape) holds \(array.elementType), expected floating-point numbers"
          )
        }
      }
    }
    return NamedArrays(tensors, file: weightsURL.path)
  }

  /// The files of weights, each with the names of its arrays where an index lists them.
  ///
  /// - Throws: ``DataFileError`` for an index that is not what it says, or a file of its list that is missing.
  public func shards() throws -> [(url: URL, names: [String]?)] {
    if exists(Self.weightsName) { return [(weightsURL, nil)] }
    guard let map = try JSONFields(contentsOf: weightsURL).object("weight_map") else {
      throw DataFileError(
        file: weightsURL.path, problem: "field weight_map: missing, expected the file of each array")
    }
    var names: [String: [String]] = [:]
    for (name, value) in map.members {
      guard case .string(let file) = value, !file.isEmpty, !file.utf8.contains(UInt8(ascii: "/")) else {
        throw map.failure(name, expected: "the name of a file beside the index")
      }
      names[file, default: []].append(name)
    }
    return try names.sorted { $0.key < $1.key }.map { file, names in
      let url = encoderURL.appendingPathComponent(file)
      guard DataFile.exists(url) else {
        throw DataFileError(
          file: url.path,
          problem: "missing, expected \(names.count) arrays that \(Self.indexName) says it holds")
      }
      return (url, names.sorted())
    }
  }
}
