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
    let arrays: [String: Tensor<Float>] = try found.arrays()
    #expect(arrays.keys.sorted() == ["brain", "half", "single"])
    #expect(arrays["half"]?.elements == [1, -2, 0.5] && arrays["brain"]?.elements == [1])
    #expect(arrays["single"]?.shape == [2, 1])
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
      path: found.weightsURL.path, arrays: [("query.weight", StoredArray(shape: [1, 2], integers: [0, 1]))])
    let quantised = message { let _: [String: Tensor<Float>] = try found.arrays() }
    #expect(
      quantised?.contains("array query.weight of shape [1, 2] holds i64, expected floating-point") == true,
      "\(quantised ?? "")")
    try weights.dropLast(3).write(to: found.weightsURL)
    let cut = message { let _: [String: Tensor<Float>] = try found.arrays() }
    #expect(cut?.contains("model.safetensors: array \"") == true, "\(cut ?? "")")
    try place.remove("vocab.txt")
    #expect(message { _ = try EncoderFolder(place.url) }?.contains("vocab.txt: missing, expected") == true)
    #expect(
      message { _ = try EncoderFolder(place.url.appendingPathComponent("none")) }?
        .contains("missing, expected the folder of a model") == true)
  }

  @Test("sentence pairs with the score behind or before, and lines that are none")
  func pairs() throws {
    let place = try TemporaryFolder()
    let file = try place.write(
      "pairs.tsv", Array("first\tsecond\tscore\na b\tc\t1.5\nd\te\t0\n\nf\tg\t5\n".utf8))
    let found = try SentencePairs.read(file).pairs
    #expect(found.map(\.score) == [1.5, 0, 5] && found[0].first == "a b" && found[2].second == "g")
    try place.write("pairs.tsv", Array("0.5\ta\tb\n1\tc\td\n2\te\tf\n".utf8))
    #expect(try SentencePairs.read(file).pairs.map(\.first) == ["a", "c", "e"])
    // The score stands in one place, also where a sentence is a number; only line feeds end lines.
    try place.write("pairs.tsv", Array("\u{FEFF}4.2\thow many\t42\r\n1\tc\u{2028}c\td\r\n2\te\tf\r\n".utf8))
    let numbers = try SentencePairs.read(file).pairs
    #expect(
      numbers.map(\.score) == [4.2, 1, 2] && numbers[0].second == "42" && numbers[1].first == "c\u{2028}c")
    let benchmark = (0..<4).map { "main\tnews\t2012\t\($0)\t\($0).5\tfirst \($0)\tsecond\tmore" }
    try place.write("pairs.tsv", Array(benchmark.joined(separator: "\n").utf8))
    #expect(try SentencePairs.read(file).pairs.map(\.first) == (0..<4).map { "first \($0)" })
    #expect(try SentencePairs.read(file).pairs.map(\.score) == [0.5, 1.5, 2.5, 3.5])
    try place.write("pairs.tsv", Array("a\tb\t1\nb\tc\tx\nc\td\t2\n".utf8))
    #expect(message { _ = try SentencePairs.read(file) }?.contains("line 2: expected two sentences") == true)
    try place.write("pairs.tsv", Array("a\tb\t1\nc\td\n".utf8))
    #expect(message { _ = try SentencePairs.read(file) }?.contains("line 2: expected two sentences") == true)
    try place.write("pairs.tsv", Array("a\tb\t1\n".utf8))
    #expect(message { _ = try SentencePairs.read(file) }?.contains("1 pairs, expected at least 3") == true)
  }
}
