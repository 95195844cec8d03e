import ArrayFiles
import Datasets
import Foundation
import Tensors
import Testing

struct EncoderFolderTests {
  private struct Sizes: Decodable, Equatable {
    let width: Int
    let name: String
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", Array(#"{"width": 3, "name": "x"}"#.utf8))
    try folder.write("vocab.txt", Array("[PAD]\n[UNK]\n[CLS]\n[SEP]\nA\na\ne\n".utf8))
    try SafetensorsFile.write(
      path: folder.url.appendingPathComponent("model.safetensors").path,
      arrays: [
        ("half", try StoredArray(elementType: .f16, shape: [3], bytes: Data([0, 0x3C, 0, 0xC0, 0, 0x38]))),
        ("brain", try StoredArray(elementType: .bf16, shape: [1], bytes: Data([0x80, 0x3F]))),
        ("single", StoredArray(shape: [2, 1], floats: [0.25, 7])),
        ("places", StoredArray(shape: [1, 2], integers: [0, 1])),
      ])
    return folder
  }

  @Test("weights of any precision, sizes and rules of the tokenizer are read")
  func reading() throws {
    let place = try folder()
    let found = try EncoderFolder(place.url)
    var arrays: NamedArrays<Float> = try found.arrays()
    #expect(arrays.names == ["brain", "half", "single"])
    #expect(try arrays.tensor("half").elements == [1, -2, 0.5])
    #expect(try arrays.tensor("brain").elements == [1])
    #expect(arrays.shape(of: "single") == [2, 1])
    #expect(try found.configuration(as: Sizes.self) == Sizes(width: 3, name: "x"))
    #expect(try found.tokenizer().ids(of: "A É") == [5, 6])
    try place.write(
      "tokenizer.json", Array(#"{"normalizer": {"type": "BertNormalizer", "lowercase": false}}"#.utf8))
    #expect(try found.tokenizer().ids(of: "A É") == [4, 1])
    try place.write("tokenizer_config.json", Array(#"{"do_lower_case": true, "strip_accents": false}"#.utf8))
    #expect(try found.tokenizer().ids(of: "A É") == [5, 1])
  }

  @Test("files that are missing or not what they say are named with what was expected")
  func refused() throws {
    let place = try folder()
    let found = try EncoderFolder(place.url)
    let file = found.configurationURL.path
    func sizes(_ text: String) throws -> String? {
      try place.write("config.json", Array(text.utf8))
      return message { _ = try found.configuration(as: Sizes.self) }
    }
    #expect(try sizes("{") == "\(file): is no JSON, expected an object")
    #expect(try sizes(#"{"width": 3}"#) == "\(file): field name: missing, expected a value")
    #expect(
      try sizes(#"{"width": "3", "name": "x"}"#)
        == "\(file): field width: another kind of value, expected a whole number")
    #expect(
      message { _ = try found.tokenizer(vocabularySize: 6) }
        == "\(found.vocabularyURL.path): 7 pieces, expected at most vocab_size 6 of config.json")
    try place.write("tokenizer.json", Array(#"{"normalizer": {"type": "Sequence", "normalizers": []}}"#.utf8))
    #expect(
      message { _ = try found.tokenizer() }?
        .hasSuffix("tokenizer.json: field normalizer.type: expected \"BertNormalizer\", found \"Sequence\"")
        == true)
    let weights = try Data(contentsOf: found.weightsURL)
    try SafetensorsFile.write(
      path: found.weightsURL.path,
      arrays: [("embeddings.query.weight", StoredArray(shape: [1, 2], integers: [0, 1]))])
    let quantised = message { let _: NamedArrays<Float> = try found.arrays() }
    #expect(
      quantised?.contains("array embeddings.query.weight of shape [1, 2] holds i64, expected floating-point")
        == true,
      "\(quantised ?? "")")
    try weights.dropLast(3).write(to: found.weightsURL)
    let cut = message { let _: NamedArrays<Float> = try found.arrays() }
    #expect(cut?.contains("model.safetensors: array \"") == true, "\(cut ?? "")")
    try place.remove("vocab.txt")
    try place.remove("tokenizer.json")
    #expect(message { _ = try EncoderFolder(place.url) }?.contains("vocab.txt: missing, expected") == true)
    #expect(
      message { _ = try EncoderFolder(place.url.appendingPathComponent("none")) }?
        .contains("missing, expected the folder of a model") == true)
  }

  @Test("weights in shards are read by their index; a shard or an array that is missing is named")
  func shards() throws {
    let place = try folder()
    var whole: NamedArrays<Float> = try EncoderFolder(place.url).arrays()
    let file = try SafetensorsFile.read(path: place.url.appendingPathComponent("model.safetensors").path)
    var map: [String] = []
    for (shard, names) in [("one", ["half", "places"]), ("two", ["brain", "single"])] {
      try SafetensorsFile.write(
        path: place.url.appendingPathComponent("\(shard).safetensors").path,
        arrays: try names.map { ($0, try file.array(named: $0)) })
      map += names.map { "\"\($0)\": \"\(shard).safetensors\"" }
    }
    try place.remove("model.safetensors")
    func index(_ map: [String]) throws -> EncoderFolder {
      try place.write(
        "model.safetensors.index.json",
        Array("{\"metadata\": {}, \"weight_map\": {\(map.joined(separator: ","))}}".utf8))
      return try EncoderFolder(place.url)
    }
    var found: NamedArrays<Float> = try index(map).arrays()
    #expect(found.names == whole.names)
    for name in whole.names {
      let array = try whole.tensor(name)
      #expect(try found.tensor(name).elements == array.elements, "\(name)")
    }
    #expect(try index(map).shards().map(\.url.lastPathComponent) == ["one.safetensors", "two.safetensors"])
    let missing = try index(map + ["\"other\": \"two.safetensors\""])
    #expect(
      message { let _: NamedArrays<Float> = try missing.arrays() }?
        .contains("two.safetensors: array names: expected \"other\"") == true)
    let outside = try index(["\"half\": \"../one.safetensors\""])
    #expect(message { _ = try outside.shards() }?.contains("the name of a file beside the index") == true)
    try place.remove("two.safetensors")
    let cut = try index(map)
    #expect(
      message { _ = try cut.shards() }?.hasSuffix(
        "two.safetensors: missing, expected 2 arrays that model.safetensors.index.json says it holds") == true
    )
    try place.remove("model.safetensors.index.json")
    try place.write("pytorch_model.bin", [0x80, 2])
    #expect(
      message { _ = try EncoderFolder(place.url) }?
        .hasSuffix("; pytorch_model.bin is not read: save the model as safetensors") == true)
  }

  @Test("arrays of a format that is not read matter only where the encoder needs them")
  func otherFormats() throws {
    func arrays(_ name: String) throws -> String? {
      let place = try folder()
      let header = "{\"\(name)\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}"
      try place.write(
        "model.safetensors",
        [UInt8(header.utf8.count)] + [UInt8](repeating: 0, count: 7) + Array(header.utf8) + [0, 0])
      let found = try EncoderFolder(place.url)
      return message { let _: NamedArrays<Float> = try found.arrays() }
    }
    #expect(try arrays("cls.predictions.bias") == nil)
    #expect(try arrays("scale") == nil)
    let needed = try arrays("bert.encoder.layer.0.output.dense.weight")
    #expect(
      needed?.contains("array \"bert.encoder.layer.0.output.dense.weight\", dtype: expected one of BF16")
        == true)
    #expect(needed?.contains("F8_E4M3") == true)
  }

  @Test("how vectors of sentences are made is read from the model's own files")
  func pooling() throws {
    struct Pooling: Decodable {
      let sentencePooling: [String]?
      enum CodingKeys: String, CodingKey { case sentencePooling = "sentence_pooling" }
    }
    let place = try folder()
    func found(_ pooling: String?, modules: String? = nil, at path: String = "1_Pooling") throws -> [String]?
    {
      if let pooling { try place.write("\(path)/config.json", Array(pooling.utf8)) }
      if let modules { try place.write("modules.json", Array("\u{FEFF}\(modules)".utf8)) }
      return try EncoderFolder(place.url).configuration(as: Pooling.self).sentencePooling
    }
    func module(_ type: String, _ path: String = "") -> String {
      "{\"idx\": 0, \"path\": \"\(path)\", \"type\": \"sentence_transformers.models.\(type)\"}"
    }
    #expect(try found(nil) == nil)
    let list =
      "[\(module("Transformer")), \(module("Pooling", "1_Pooling")), \(module("Normalize", "2_Normalize"))]"
    let old = [
      ("cls_token", "cls"), ("max_tokens", "max"), ("mean_tokens", "mean"),
      ("mean_sqrt_len_tokens", "mean_sqrt_len_tokens"), ("weightedmean_tokens", "weightedmean"),
      ("lasttoken", "lasttoken"),
    ]
    for (field, name) in old {
      let mean = name == "mean" ? "" : ", \"pooling_mode_mean_tokens\": false"
      #expect(try found("{\"pooling_mode_\(field)\": true\(mean)}", modules: list) == [name])
    }
    // Several stand in a fixed order, the mean among them unless named false; new files have a list of their own.
    #expect(try found("{\"pooling_mode_cls_token\": true}") == ["cls", "mean"])
    #expect(try found("{}") == ["mean"])
    #expect(
      try found("{\(old.reversed().map { "\"pooling_mode_\($0.0)\": true" }.joined(separator: ","))}")
        == old.map(\.1))
    #expect(try found("{\"pooling_mode_cls_token\": false}") == ["mean"])
    #expect(try found("{\"pooling_mode\": \"max\"}") == ["max"])
    #expect(try found("{\"pooling_mode\": [\"mean\", \"cls\"]}") == ["mean", "cls"])
    for (pooling, problem) in [
      (
        "{\"pooling_mode\": \"median\"}",
        "1_Pooling/config.json: field pooling_mode: \"median\", expected one of cls"
      ),
      (
        "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": false}",
        "1_Pooling/config.json: no way of pooling, expected one of cls"
      ),
      ("{\"pooling_mode\": []}", "1_Pooling/config.json: no way of pooling, expected one of cls"),
      ("{\"pooling_mode_attention\": true}", "field pooling_mode_attention: not computed here"),
      ("{\"pooling_mode_cls_token\": 1}", "field pooling_mode_cls_token: 1, expected true or false"),
    ] {
      #expect(message { _ = try found(pooling) }?.contains(problem) == true, "\(problem)")
    }
    for kinds in [
      ["Transformer"], ["Transformer", "Pooling", "Dense"], ["CLIPModel"], ["Pooling", "Transformer"],
    ] {
      let modules = kinds.map { module($0, $0 == "Pooling" ? "1_Pooling" : "") }.joined(separator: ",")
      let problem = message { _ = try found("{}", modules: "[\(modules)]") }
      #expect(problem?.contains("modules.json: modules \(kinds.joined(separator: ", ")), expected") == true)
    }
    let outside = message {
      _ = try found(nil, modules: "[\(module("Transformer")), \(module("Pooling", "../x"))]")
    }
    #expect(outside?.contains("path ../x, expected one in the folder") == true)
  }

  @Test("an encoder in the folder that the list of modules names is read there")
  func encoderInside() throws {
    let place = try folder()
    for name in ["config.json", "vocab.txt", "model.safetensors"] {
      try place.write(
        "0_Transformer/\(name)", [UInt8](Data(contentsOf: place.url.appendingPathComponent(name))))
      try place.remove(name)
    }
    let modules = [("Transformer", "0_Transformer"), ("Pooling", "1_Pooling")].map {
      "{\"path\": \"\($0.1)\", \"type\": \"sentence_transformers.models.\($0.0)\"}"
    }
    try place.write("modules.json", Array("[\(modules.joined(separator: ","))]".utf8))
    try place.write("1_Pooling/config.json", Array("{}".utf8))
    let found = try EncoderFolder(place.url)
    #expect(try found.configuration(as: Sizes.self) == Sizes(width: 3, name: "x"))
    #expect(try found.tokenizer().ids(of: "A") == [5])
    #expect(found.weightsURL.path.hasSuffix("0_Transformer/model.safetensors"))
  }

  @Test("another kind of file under the name of one of the model's is named")
  func otherKinds() throws {
    let place = try folder()
    let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".utf8)
    let page = Array("<!DOCTYPE html>\n<html></html>\n".utf8)
    for name in ["config.json", "vocab.txt", "model.safetensors"] {
      let before = [UInt8](try Data(contentsOf: place.url.appendingPathComponent(name)))
      for (bytes, kind) in [(pointer, "a Git LFS pointer"), (page, "an HTML page")] {
        try place.write(name, bytes)
        let found = try EncoderFolder(place.url)
        let problem = message {
          _ = try found.configuration(as: Sizes.self)
          _ = try found.tokenizer()
          let _: NamedArrays<Float> = try found.arrays()
        }
        #expect(problem?.contains(name) == true && problem?.contains(kind) == true, "\(problem ?? "")")
      }
      try place.write(name, before)
    }
    try place.write("config.json", [0xEF, 0xBB, 0xBF] + Array(#"{"width": 3, "name": "x"}"#.utf8))
    #expect(try EncoderFolder(place.url).configuration(as: Sizes.self) == Sizes(width: 3, name: "x"))
    #expect(
      try EncoderFolder(place.url).remarks()
        == ["\(place.url.path)/config.json: no model_type, taken for bert by the names of the arrays"])
  }
}
