import ArrayFiles
import Datasets
import Foundation
import Tensors
import Testing

/// The files of a published tokenizer, and what is made of them.
struct EncoderTokenizerTests {
  private static let pieces = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "A", "a", "e", "\u{E9}", "<", ">", "e\u{301}",
  ]
  private let place: TemporaryFolder

  init() throws {
    place = try TemporaryFolder()
    try write("config.json", "{\"model_type\": \"bert\"}")
    try write("vocab.txt", Self.pieces.joined(separator: "\n"))
    try SafetensorsFile.write(
      path: place.url.appendingPathComponent("model.safetensors").path, arrays: [])
  }

  private func write(_ name: String, _ text: String) throws { try place.write(name, Array(text.utf8)) }

  private func ids(_ text: String) throws -> [Int] { try EncoderFolder(place.url).tokenizer().ids(of: text) }

  private func problem(vocabularySize: Int? = nil) -> String? {
    message { _ = try EncoderFolder(place.url).tokenizer(vocabularySize: vocabularySize) }
  }

  private func writeWhole(
    _ normalizer: String, added: String = "", vocabulary: String = "{}", more: String = ""
  ) throws {
    try write(
      "tokenizer.json",
      """
      {"version": "1.0", "truncation": null, "added_tokens": [\(added)], "normalizer": \(normalizer),
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": \(vocabulary)\(more)}}
      """)
  }

  @Test("case and accents are as tokenizer_config.json says, or else tokenizer.json, field by field")
  func rules() throws {
    #expect(try ids("A \u{C9}") == [6, 7])
    try writeWhole(#"{"type": "BertNormalizer", "lowercase": false, "strip_accents": null}"#)
    try write("tokenizer_config.json", #"{"model_max_length": 1000000000000000019884624838656}"#)
    #expect(try ids("A \u{E9}") == [5, 8])
    try write(
      "tokenizer_config.json", #"{"strip_accents": true, "tokenizer_class": "PreTrainedTokenizerFast"}"#)
    #expect(try ids("A \u{E9}") == [5, 7])
    try write("tokenizer_config.json", #"{"do_lower_case": true, "strip_accents": false}"#)
    #expect(try ids("A \u{E9}") == [6, 8])
    for (normalizer, found) in [
      ("null", "field normalizer: null, expected BertNormalizer"),
      (#"{"type": "Sequence"}"#, "field normalizer.type: expected \"BertNormalizer\", found \"Sequence\""),
      (
        #"{"type": "BertNormalizer", "clean_text": false}"#,
        "field normalizer.clean_text: false, expected true"
      ),
    ] {
      try writeWhole(normalizer)
      #expect(problem()?.hasSuffix("tokenizer.json: \(found)") == true, "\(problem() ?? "")")
    }
    try writeWhole(#"{"type": "BertNormalizer"}"#, more: #", "continuing_subword_prefix": "@@""#)
    #expect(problem()?.contains("continuing_subword_prefix: \"@@\", expected ##") == true)
    try place.remove("tokenizer.json")
    for options in [#"{"tokenizer_class": "BertJapaneseTokenizer"}"#, #"{"do_basic_tokenize": false}"#] {
      try write("tokenizer_config.json", options)
      #expect(problem()?.contains("tokenizer_config.json: field ") == true)
    }
  }

  @Test("pieces are read from tokenizer.json where there is no vocab.txt, told apart by their bytes")
  func wholeTokenizer() throws {
    let members = Self.pieces.enumerated().reversed().map { "\"\($1)\": \($0)" }
    let vocabulary = "{\(members.joined(separator: ", "))}"
    try writeWhole(
      #"{"type": "BertNormalizer", "lowercase": false}"#, vocabulary: vocabulary,
      more: ", \"max_input_chars_per_word\": 2")
    try place.remove("vocab.txt")
    let tokenizer = try EncoderFolder(place.url).tokenizer()
    #expect(tokenizer.vocabulary.pieces.map { Array($0.utf8) } == Self.pieces.map { Array($0.utf8) })
    #expect(
      tokenizer.ids(of: "a \u{E9} e\u{301} aaa") == [6, 8, 11, 1] && tokenizer.vocabulary.longestWord == 2)
    #expect(problem(vocabularySize: 11)?.contains("12 pieces, expected at most vocab_size 11") == true)
    try writeWhole("{}", vocabulary: #"{"[PAD]": 0, "[UNK]": 0}"#)
    #expect(problem()?.contains("id 0 for [PAD] and [UNK], expected one") == true)
    try writeWhole("{}", vocabulary: #"{"[PAD]": -1}"#)
    #expect(problem()?.contains("piece [PAD]: -1, expected an id") == true)
    try write("tokenizer.json", #"{"model": {"type": "WordPiece"}}"#)
    #expect(problem()?.contains("field model.vocab: missing") == true)
    try write("tokenizer.json", #"{"model": {"type": "BPE"}}"#)
    #expect(problem()?.contains("field model.type: expected \"WordPiece\", found \"BPE\"") == true)
  }

  @Test("added tokens of every file are one id each")
  func addedTokens() throws {
    let text = "a<X>a <x> a"
    #expect(try ids(text) == [6, 9, 1, 10, 6, 9, 1, 10, 6])
    // A list of old tokenizers: found without capitals, unless it is a special token.
    try write("added_tokens.json", #"{"<x>": 12}"#)
    #expect(try ids(text) == [6, 12, 6, 12, 6])
    try write("special_tokens_map.json", #"{"additional_special_tokens": [{"content": "<x>"}, "<y>", "e"]}"#)
    #expect(try ids(text + "<y> e") == [6, 9, 1, 10, 6, 12, 6, 13, 7])
    try place.remove("added_tokens.json")
    #expect(try ids("<x><y>") == [12, 13])
    try place.remove("special_tokens_map.json")
    try write(
      "tokenizer_config.json",
      #"{"added_tokens_decoder": {"12": {"content": "<x>", "special": true, "rstrip": true}}}"#)
    #expect(try ids(text) == [6, 9, 1, 10, 6, 12, 6])
    try writeWhole(
      "{\"type\": \"BertNormalizer\"}", added: #"{"id": 12, "content": "<x>", "normalized": true}"#)
    #expect(try ids(text) == [6, 9, 1, 10, 6, 12, 6], "tokenizer_config.json comes first")
    try place.remove("tokenizer_config.json")
    #expect(try ids(text) == [6, 12, 6, 12, 6])
    try write("added_tokens.json", #"{"<x>": 13}"#)
    #expect(
      problem()?.hasSuffix("added_tokens.json: added token <x> has id 13, expected 12 as elsewhere") == true)
    try write("added_tokens.json", #"{"<y>": 6}"#)
    #expect(problem()?.contains("added token <y> has id 6, expected one of its own, found piece a") == true)
    try write("added_tokens.json", #"{"<y>": 20}"#)
    #expect(problem(vocabularySize: 20)?.contains("21 pieces, expected at most vocab_size 20") == true)
  }

  @Test("special pieces are those that the files name")
  func specialPieces() throws {
    try write("vocab.txt", "<pad>\n<unk>\n<s>\n</s>\na\n[CLS]\n[SEP]\n[UNK]\n[PAD]\n")
    #expect(try EncoderFolder(place.url).tokenizer().sequence(of: "a z") == [5, 4, 7, 6])
    try write(
      "special_tokens_map.json",
      #"{"cls_token": "[CLS]", "sep_token": {"content": "</s>"}, "pad_token": "<pad>"}"#)
    try write("tokenizer_config.json", #"{"cls_token": "<s>", "unk_token": "<unk>"}"#)
    let tokenizer = try EncoderFolder(place.url).tokenizer()
    #expect(tokenizer.sequence(of: "a z</s>") == [2, 4, 1, 3, 3] && tokenizer.vocabulary.padding == 0)
    try write("tokenizer_config.json", #"{"cls_token": "<none>"}"#)
    #expect(problem()?.contains("no piece <none> among 9, expected one") == true)
  }

  @Test("an added token of an id far outside is refused by its file")
  func addedTokensOutside() throws {
    for id in [-1, 1 << 24, Int.max] {
      let said = "added token <x> has id \(id), expected one in 0 ..< 16777216"
      for (name, text) in [
        ("tokenizer.json", "{\"added_tokens\": [{\"id\": \(id), \"content\": \"<x>\"}]}"),
        ("tokenizer_config.json", "{\"added_tokens_decoder\": {\"\(id)\": {\"content\": \"<x>\"}}}"),
        ("added_tokens.json", "{\"<x>\": \(id)}"),
      ] {
        try write(name, text)
        #expect(problem()?.hasSuffix("\(name): \(said)") == true, "\(problem() ?? "")")
        try place.remove(name)
      }
    }
  }

  @Test("vocab.txt and tokenizer.json must give pieces the same ids, but for added tokens")
  func twoLists() throws {
    func problem(_ pieces: [String], added: String = "") throws -> String? {
      let members = pieces.enumerated().map { "\"\($1)\": \($0)" }
      try writeWhole("{}", added: added, vocabulary: "{\(members.joined(separator: ", "))}")
      return self.problem()
    }
    try write("vocab.txt", Self.pieces.joined(separator: " \r\n"))
    #expect(try problem(Self.pieces) == nil)
    var pieces = Self.pieces
    pieces.swapAt(5, 6)
    #expect(
      try problem(pieces)?.hasSuffix("vocab.txt: piece A has id 5, expected id 6 as in tokenizer.json")
        == true)
    // Canonically equal spellings are two pieces.
    pieces = Self.pieces
    pieces.swapAt(8, 11)
    #expect(try problem(pieces)?.contains("has id 8, expected id 11") == true)
    let more = "vocab.txt: piece <x> has no id, expected id 12 as in tokenizer.json"
    #expect(try problem(Self.pieces + ["<x>"])?.hasSuffix(more) == true)
    let added = #"{"id": 12, "content": "<x>"}"#
    #expect(try problem(Self.pieces + ["<x>"], added: added) == nil)
    #expect(try ids("a<x>") == [6, 12])
    try write("vocab.txt", (Self.pieces + ["<x>"]).joined(separator: "\n"))
    #expect(try problem(Self.pieces, added: added) == nil)
    #expect(
      try problem(Self.pieces)?.hasSuffix("piece <x> has id 12, expected no id as in tokenizer.json") == true)
    // Of a piece that stands twice in the list the last one counts.
    try write("vocab.txt", (Self.pieces + ["b", "b"]).joined(separator: "\n"))
    let members = Self.pieces.enumerated().map { "\"\($1)\": \($0)" } + ["\"b\": 13"]
    try writeWhole("{}", vocabulary: "{\(members.joined(separator: ", "))}")
    #expect(try ids("b") == [13])
  }

  @Test("sentences are cut and lowered as sentence_bert_config.json beside the encoder says")
  func sentences() throws {
    try write("tokenizer_config.json", #"{"do_lower_case": false}"#)
    func sequence(_ text: String, limit: Int = .max) throws -> [Int] {
      try EncoderFolder(place.url).tokenizer().sequence(of: text, limit: limit)
    }
    #expect(try sequence("A a \u{C9} a") == [2, 5, 6, 1, 6, 3])
    try write("sentence_bert_config.json", #"{"max_seq_length": 5, "do_lower_case": true}"#)
    #expect(try sequence("A a \u{C9} a") == [2, 6, 6, 8, 3])
    #expect(try sequence("A a \u{C9} a", limit: 3) == [2, 6, 3])
    #expect(try sequence("A a \u{C9} a", limit: 9) == [2, 6, 6, 8, 3])
    try write("sentence_bert_config.json", #"{"max_seq_length": null, "do_lower_case": false}"#)
    #expect(try sequence("A a \u{C9} a") == [2, 5, 6, 1, 6, 3])
    // A sigma at the end of a word is another letter.
    try write("vocab.txt", (Self.pieces + ["\u{3C3}", "##\u{3C3}", "##\u{3C2}"]).joined(separator: "\n"))
    try write("sentence_bert_config.json", #"{"do_lower_case": true}"#)
    #expect(try ids("\u{3A3}\u{3A3}\u{3A3}, \u{3A3}") == [12, 13, 14, 1, 12])
    try write("sentence_bert_config.json", #"{"max_seq_length": 1}"#)
    #expect(
      problem()?.hasSuffix(
        "sentence_bert_config.json: field max_seq_length: 1, expected 2 or more, begin and end among them")
        == true)
  }
}
