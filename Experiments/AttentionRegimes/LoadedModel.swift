import EnergyTransformer
import Foundation

/// A model from its folder, with its tokenizer.
struct LoadedModel {
  let encoder: TransformerEncoder<Float>
  let tokenizer: WordPieceTokenizer
  let folder: EncoderFolder

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
    let configuration = try folder.configuration(as: EncoderConfiguration.self)
    tokenizer = try folder.tokenizer(vocabularySize: configuration.vocabularySize)
    do {
      encoder = try TransformerEncoder(published: folder.arrays(), configuration)
    } catch let error as PublishedWeightsError {
      throw DataFileError(file: folder.weightsURL.path, problem: error.description)
    }
  }

  /// What the run read.
  func fingerprints() throws -> [DataFingerprint] {
    try [
      ("sizes", folder.configurationURL, 1), ("weights", folder.weightsURL, 1),
      ("word pieces", folder.vocabularyURL, tokenizer.vocabulary.count),
    ].map { try DataFingerprint(name: $0.0, path: $0.1.path, count: $0.2) }
  }
}
