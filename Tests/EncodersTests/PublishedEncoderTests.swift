import ArrayFiles
import Encoders
import Foundation
import Tensors
import Testing

/// Checkpoints and configurations that are not what they say.
struct PublishedEncoderTests {
  @Test("an array that is missing, has another shape, is not finite or has no place is named with its shapes")
  func badArrays() throws {
    let reference = try PublishedEncoderCase<Float>()
    let arrays = try reference.weights()
    func message(_ changed: [String: Tensor<Float>], _ configuration: EncoderConfiguration? = nil) -> String {
      do {
        _ = try TransformerEncoder(published: NamedArrays(changed), configuration ?? reference.configuration)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(arrays) == "no error")
    for (name, array) in arrays {
      var changed = arrays
      changed[name] = nil
      #expect(
        message(changed).hasPrefix(
          "array \(name) is missing, expected it with shape \(array.shape); there are"))
      changed[name] = .zeros([3, 2])
      #expect(message(changed) == "array \(name) has shape [3, 2], expected \(array.shape)")
      changed[name] = Tensor(repeating: .nan, shape: array.shape)
      #expect(
        message(changed).hasPrefix(
          "array \(name) of shape \(array.shape) holds numbers that are not finite: element 0 is "))
    }
    var fewer = reference.configuration
    fewer.layerCount = 2
    #expect(
      message(arrays, fewer)
        .hasPrefix(
          "array encoder.layer.2.attention.output.LayerNorm.bias of shape [12] has no place in this configuration"
        ))
    var more = arrays
    more["pooler.dense.weight"] = .zeros([2, 2])
    more["cls.predictions.bias"] = .zeros([4])
    #expect(message(more) == "no error")
    #expect(message([:]).hasPrefix("array embeddings.word_embeddings.weight is missing"))
  }

  @Test("a prefix before all names and the names of old norms are read")
  func otherNames() throws {
    let reference = try PublishedEncoderCase<Float>()
    let tokens = try reference.tokens()
    let expected = try reference.encoder().sentenceVectors(of: tokens).elements
    var renamed: [String: Tensor<Float>] = [:]
    for (name, array) in try reference.weights() {
      let old = name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
        .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
      renamed["bert.\(old)"] = array
    }
    let encoder = try TransformerEncoder(published: NamedArrays(renamed), reference.configuration)
    #expect(encoder.sentenceVectors(of: tokens).elements == expected)
  }

  @Test(
    "of several encoders the one of BERT's names or of the right sizes is read; others are refused by name")
  func severalEncoders() throws {
    let reference = try PublishedEncoderCase<Float>()
    let tokens = try reference.tokens()
    let weights = try reference.weights()
    let expected = try reference.encoder().sentenceVectors(of: tokens).elements
    let words = "embeddings.word_embeddings.weight"
    /// Encoders by their prefixes; all but the one named `right` have other numbers.
    func read(_ prefixes: [String], right: String, layers: Int? = nil) throws -> [Float] {
      var arrays: [String: Tensor<Float>] = [:]
      for prefix in prefixes {
        for (name, array) in weights { arrays[prefix + name] = prefix == right ? array : array * 0.5 }
        if let layers, prefix != right {
          for (name, array) in weights where name.hasPrefix("encoder.layer.0.") {
            arrays[prefix + name.replacingOccurrences(of: ".0.", with: ".\(layers).")] = array
          }
        }
      }
      return try TransformerEncoder(published: NamedArrays(arrays), reference.configuration)
        .sentenceVectors(of: tokens).elements
    }
    func message(_ prefixes: [String]) -> String {
      do {
        _ = try read(prefixes, right: "")
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(try read(["a.", "bert.", "roberta."], right: "bert.") == expected)
    #expect(try read(["", "teacher."], right: "") == expected)
    #expect(try read(["model.encoder."], right: "model.encoder.") == expected)
    // Another number of layers is another configuration.
    #expect(try read(["a.", "b."], right: "b.", layers: reference.configuration.layerCount) == expected)
    for prefixes in [
      ["ctx_encoder.bert_model.", "question_encoder.bert_model."], ["", "bert."], ["a.", "b.", "c."],
    ] {
      #expect(
        message(prefixes) == "arrays of \(prefixes.count) encoders, expected those of one: "
          + prefixes.map { $0 + words }.joined(separator: ", "))
    }
    #expect(
      message(["roberta."])
        == "array roberta.\(words) belongs to a model of the family roberta, expected bert")
  }

  @Test("a configuration that cannot be computed names its field")
  func configurations() throws {
    let good: [String: Any] = [
      "model_type": "bert", "hidden_act": "gelu", "vocab_size": 10, "max_position_embeddings": 8,
      "type_vocab_size": 2, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
      "intermediate_size": 16,
    ]
    func decoded(_ change: (inout [String: Any]) -> Void) throws -> EncoderConfiguration {
      var fields = good
      change(&fields)
      return try JSONDecoder().decode(
        EncoderConfiguration.self, from: JSONSerialization.data(withJSONObject: fields))
    }
    let found = try decoded { _ in }
    #expect(found.headSize == 4 && found.beta == 0.5 && found.normEpsilon == 1e-12)
    #expect(found.pooling == [.mean])
    let silent = try decoded {
      $0["model_type"] = nil
      $0["architectures"] = ["BertModel"]
      $0["sentence_pooling"] = ["max", "cls"]
    }
    #expect(silent.pooling == [.largest, .first] && silent.dimension == 12)
    #expect(found.heads.count == 6 && found.heads[4] == HeadIndex(layer: 1, head: 1))
    for change: (inout [String: Any]) -> Void in [
      { $0["model_type"] = "roberta" }, { $0["hidden_act"] = "relu" },
      {
        $0["model_type"] = nil
        $0["architectures"] = ["RobertaModel"]
      }, { $0["sentence_pooling"] = ["median"] },
      { $0["position_embedding_type"] = "relative_key" }, { $0["hidden_size"] = 13 },
      { $0["num_attention_heads"] = 0 }, { $0["layer_norm_eps"] = -1.0 }, { $0["vocab_size"] = "many" },
      { $0["intermediate_size"] = nil },
    ] {
      #expect(throws: DecodingError.self) { try decoded(change) }
    }
  }
}
