import EnergyTransformer
import Foundation
import Reporting

/// A model from its folder, with its tokenizer.
struct LoadedModel {
  let encoder: TransformerEncoder<Float>
  let tokenizer: WordPieceTokenizer
  let folder: EncoderFolder
  /// What was assumed where the files do not say.
  let remarks: [String]

  var configuration: EncoderConfiguration { encoder.configuration }
  /// The name of the folder.
  var name: String { folder.url.lastPathComponent }

  /// - Throws: one line naming the file, and the field or array with its shapes, for a folder that is not what it says.
  init(_ path: String?) throws {
    guard let path else {
      throw DataFileError(
        file: "--model",
        problem:
          "names no folder; download config.json, model.safetensors and vocab.txt of a model of the BERT family, "
          + "such as sentence-transformers/all-MiniLM-L6-v2 from huggingface.co, into one and name it")
    }
    folder = try EncoderFolder(URL(fileURLWithPath: path))
    remarks = try folder.remarks()
    let configuration = try folder.configuration(as: EncoderConfiguration.self)
    tokenizer = try folder.tokenizer(vocabularySize: configuration.vocabularySize)
    encoder = try TransformerEncoder(published: folder.arrays(), configuration)
    // Weights that overflow show it on the shortest text, before any work.
    let states = encoder.hiddenStates(of: EncoderTokens(ids: [tokenizer.sequence(of: "")]))
    try requireFinite(states.flatMap { $0.elements.map { Double($0) } }, "hidden states")
  }

  /// What the run read.
  func fingerprints() throws -> [DataFingerprint] {
    try
      ([("sizes", folder.configurationURL, 1)] + folder.shards().map { ("weights", $0.url, 1) } + [
        ("word pieces", folder.vocabularyURL, tokenizer.vocabulary.count)
      ]).map { try DataFingerprint(name: $0.0, path: $0.1.path, count: $0.2) }
  }

  /// An error that names the weights where a number made with them is not finite.
  func requireFinite(_ numbers: some Sequence<Double>, _ what: String) throws {
    guard numbers.allSatisfy(\.isFinite) else {
      throw DataFileError(
        file: folder.weightsURL.path,
        problem:
          "\(what) left the finite numbers, expected weights of a size that single precision computes with")
    }
  }
}
