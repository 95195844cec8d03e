import ArrayFiles
import Foundation
import Tensors

extension EncoderFolder {
  /// The tokenizer: the pieces of `vocab.txt` or else of `tokenizer.json`, the added tokens of all files, and the rules of
  /// `tokenizer_config.json`, or of `tokenizer.json` where that does not say, or those of the uncased models. Sentences
  /// are cut and lowered as `sentence_bert_config.json` says.
  ///
  /// - Throws: ``DataFileError`` for a file that is not what it says, a tokenizer of another kind, `vocab.txt` and
  ///   `tokenizer.json` with other pieces, or more pieces than `vocabularySize`.
  public func tokenizer(vocabularySize: Int? = nil) throws -> WordPieceTokenizer {
    let files = try TokenizerFiles(self)
    let isList = exists(Self.vocabularyName)
    let pieces = isList ? try WordPieceVocabulary.pieces(in: vocabularyURL) : try files.pieces()
    let added = try files.addedTokens(to: pieces)
    if isList { try files.check(pieces, of: vocabularyURL, added: added) }
    let vocabulary = try WordPieceVocabulary(
      pieces: pieces, special: try files.specialPieces(), added: added,
      longestWord: try files.longestWord(), origin: vocabularyURL.path)
    if let vocabularySize, vocabulary.count > vocabularySize {
      throw DataFileError(
        file: vocabularyURL.path,
        problem: "\(vocabulary.count) pieces, expected at most vocab_size \(vocabularySize) of config.json")
    }
    return WordPieceTokenizer(
      vocabulary, rules: try files.rules(), sequenceLimit: modules.sequenceLimit ?? .max,
      lowercasesText: modules.lowercasesText)
  }
}

/// What the files of a tokenizer say, beside the list of its pieces.
private struct TokenizerFiles {
  /// `tokenizer_config.json`, `tokenizer.json`, `special_tokens_map.json`, `added_tokens.json`, where they are there.
  private let options: JSONFields?, whole: JSONFields?, names: JSONFields?, list: JSONFields?
  private let wholeURL: URL

  /// - Throws: ``DataFileError`` for a tokenizer that is no WordPiece tokenizer of BERT.
  init(_ folder: EncoderFolder) throws {
    func fields(_ name: String) throws -> JSONFields? {
      folder.exists(name) ? try JSONFields(contentsOf: folder.encoderURL.appendingPathComponent(name)) : nil
    }
    options = try fields("tokenizer_config.json")
    whole = try fields(EncoderFolder.tokenizerName)
    names = try fields("special_tokens_map.json")
    list = try fields("added_tokens.json")
    wholeURL = folder.encoderURL.appendingPathComponent(EncoderFolder.tokenizerName)
    for file in [options, try JSONFields(contentsOf: folder.configurationURL)] {
      guard let file, let name = try file.string("tokenizer_class") else { continue }
      guard Self.classes.contains(name.hasSuffix("Fast") ? String(name.dropLast(4)) : name) else {
        throw file.failure("tokenizer_class", expected: "BertTokenizer or one that works as it does")
      }
    }
    if let options, try options.boolean("do_basic_tokenize") == false {
      throw options.failure("do_basic_tokenize", expected: "true")
    }
    try checkWhole()
  }

  /// Tokenizers that cut text as BERT's does, and those that follow `tokenizer.json`.
  private static let classes: Set<String> = [
    "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "ConvBertTokenizer",
    "SqueezeBertTokenizer", "RetriBertTokenizer", "LxmertTokenizer", "DPRQuestionEncoderTokenizer",
    "DPRContextEncoderTokenizer", "PreTrainedTokenizer", "TokenizersBackend",
  ]

  /// Checks the parts of `tokenizer.json` that could be others than BERT's.
  private func checkWhole() throws {
    guard let whole else { return }
    for (part, name) in [
      ("normalizer", "BertNormalizer"), ("pre_tokenizer", "BertPreTokenizer"), ("model", "WordPiece"),
    ] {
      guard whole.members.contains(where: { $0.key == part }) else { continue }
      guard let fields = try whole.object(part) else { throw whole.failure(part, expected: name) }
      if let type = try fields.string("type"), type != name {
        throw DataFileError(
          file: whole.file, problem: "field \(part).type: expected \"\(name)\", found \"\(type)\"")
      }
      if part == "normalizer", try fields.boolean("clean_text") == false {
        throw fields.failure("clean_text", expected: "true")
      }
      if part == "model", let prefix = try fields.string("continuing_subword_prefix"), prefix != "##" {
        throw fields.failure("continuing_subword_prefix", expected: "##")
      }
    }
  }

  func rules() throws -> WordPieceRules {
    let normalizer = try whole?.object("normalizer")
    func rule(_ option: String, _ field: String) throws -> Bool? {
      try options?.boolean(option) ?? normalizer?.boolean(field)
    }
    return WordPieceRules(
      lowercases: try rule("do_lower_case", "lowercase") ?? true,
      stripsAccents: try rule("strip_accents", "strip_accents"),
      separatesIdeographs: try rule("tokenize_chinese_chars", "handle_chinese_chars") ?? true)
  }

  func longestWord() throws -> Int {
    guard let model = try whole?.object("model"), let longest = try model.integer("max_input_chars_per_word")
    else { return 100 }
    guard longest > 0 else { throw model.failure("max_input_chars_per_word", expected: "1 or more") }
    return longest
  }

  /// The pieces of `tokenizer.json` by their ids.
  func pieces() throws -> [String] {
    guard let vocabulary = try whole?.object("model")?.object("vocab") else {
      throw DataFileError(
        file: wholeURL.path, problem: "field model.vocab: missing, expected the word pieces")
    }
    var pieces = [String](repeating: "", count: vocabulary.members.count)
    for (piece, value) in vocabulary.members {
      guard case .integer(let id) = value, id >= 0, id < 1 << 24 else {
        throw DataFileError(
          file: vocabulary.file,
          problem: "field model.vocab, piece \(piece): \(value.summary), expected an id from 0 on")
      }
      if id >= pieces.count { pieces += [String](repeating: "", count: id + 1 - pieces.count) }
      guard pieces[id].isEmpty else {
        throw DataFileError(
          file: vocabulary.file,
          problem: "field model.vocab: id \(id) for \(pieces[id]) and \(piece), expected one")
      }
      pieces[id] = piece
    }
    return pieces
  }

  /// Checks that a list of pieces gives them the ids of `tokenizer.json`, where that has pieces; added tokens may stand
  /// in one of them alone.
  ///
  /// - Throws: ``DataFileError`` naming the first piece of another id.
  func check(_ pieces: [String], of url: URL, added: [AddedToken]) throws {
    guard let vocabulary = try whole?.object("model")?.object("vocab"), !vocabulary.members.isEmpty
    else { return }
    let lists = [
      pieces.map { Array($0.utf8) },
      try self.pieces().map { Array(WordPieceVocabulary.withoutSpaceBehind(Substring($0)).utf8) },
    ]
    // Of two equal pieces the last one counts, as in the reference.
    let ids = lists.map { list in
      Dictionary(zip(list, list.indices), uniquingKeysWith: { _, last in last })
    }
    let others = Dictionary(
      added.map { (Array($0.content.utf8), $0.id) }, uniquingKeysWith: { first, _ in first })
    func words(_ id: Int?) -> String { id.map { "id \($0)" } ?? "no id" }
    for id in 0..<max(lists[0].count, lists[1].count) {
      for list in lists where id < list.count && !list[id].isEmpty {
        let piece = list[id]
        let (listed, expected) = (ids[0][piece], ids[1][piece])
        if listed == expected { continue }
        if listed == nil || expected == nil, let other = others[piece], other == listed ?? expected {
          continue
        }
        throw DataFileError(
          file: url.path,
          problem:
            "piece \(String(decoding: piece, as: UTF8.self)) has \(words(listed)), expected \(words(expected)) as in "
            + wholeURL.lastPathComponent)
      }
    }
  }

  func specialPieces() throws -> WordPieceVocabulary.SpecialPieces {
    var special = WordPieceVocabulary.SpecialPieces()
    func name(_ key: String) throws -> String? {
      for file in [options, names] {
        guard let file, let value = file[key] else { continue }
        return try content(value, key, file)
      }
      return nil
    }
    special.unknown =
      try name("unk_token") ?? whole?.object("model")?.string("unk_token") ?? special.unknown
    special.begin = try name("cls_token") ?? special.begin
    special.end = try name("sep_token") ?? special.end
    special.padding = try name("pad_token") ?? special.padding
    special.mask = try name("mask_token") ?? special.mask
    return special
  }

  /// A token's spelling: a text, or the content of an object.
  private func content(_ value: StrictJSON, _ key: String, _ file: JSONFields) throws -> String {
    if case .string(let text) = value { return text }
    guard case .object = value,
      let text = try JSONFields(value, name: key, file: file.file).string("content")
    else { throw file.failure(key, expected: "a token") }
    return text
  }

  // MARK: Added tokens

  /// The added tokens: of `tokenizer.json`, of `tokenizer_config.json`, of `added_tokens.json`, and those that are only
  /// named as special ones, which get the ids that follow.
  ///
  /// - Throws: ``DataFileError`` where two files give a token two ids, or an id is far outside.
  func addedTokens(to pieces: [String]) throws -> [AddedToken] {
    var tokens: [AddedToken] = []
    var indices: [[UInt8]: Int] = [:]
    func add(_ token: AddedToken, _ file: JSONFields) throws {
      guard !token.content.isEmpty else { return }
      guard token.id >= 0, token.id < 1 << 24 else {
        throw DataFileError(
          file: file.file,
          problem: "added token \(token.content) has id \(token.id), expected one in 0 ..< \(1 << 24)")
      }
      if let index = indices[Array(token.content.utf8)] {
        guard tokens[index].id == token.id else {
          throw DataFileError(
            file: file.file,
            problem:
              "added token \(token.content) has id \(token.id), expected \(tokens[index].id) as elsewhere")
        }
        tokens[index] = token
      } else {
        indices[Array(token.content.utf8)] = tokens.count
        tokens.append(token)
      }
    }
    for (index, value) in (try whole?.array("added_tokens") ?? []).enumerated() {
      guard let whole else { break }
      let fields = try JSONFields(value, name: "added_tokens.\(index)", file: whole.file)
      guard let id = try fields.integer("id") else { throw fields.failure("id", expected: "a whole number") }
      try add(token(id, fields), whole)
    }
    if let decoder = try options?.object("added_tokens_decoder") {
      for (key, value) in decoder.members {
        guard let id = Int(key) else { throw decoder.failure(key, expected: "an id for a name") }
        try add(
          token(id, JSONFields(value, name: "added_tokens_decoder.\(key)", file: decoder.file)), decoder)
      }
    }
    let special = try specialTokens()
    if let list {
      for (content, value) in list.members {
        guard case .integer(let id) = value else { throw list.failure(content, expected: "an id") }
        // Such lists say no more than the id: special tokens are found in text as it is.
        let isSpecial = special.contains { $0.content.utf8.elementsEqual(content.utf8) }
        let known = indices[Array(content.utf8)].map { tokens[$0] }
        try add(
          known?.id == id
            ? known ?? AddedToken(id: id, content: content)
            : AddedToken(id: id, content: content, isNormalized: !isSpecial), list)
      }
    }
    var next = max(pieces.count, (tokens.map(\.id).max() ?? -1) + 1)
    for (content, file) in special where indices[Array(content.utf8)] == nil {
      let id = pieces.lastIndex { $0.utf8.elementsEqual(content.utf8) } ?? next
      if id == next { next += 1 }
      try add(AddedToken(id: id, content: content), file)
    }
    return tokens
  }

  private func token(_ id: Int, _ fields: JSONFields) throws -> AddedToken {
    guard let content = try fields.string("content") else {
      throw fields.failure("content", expected: "a text")
    }
    return AddedToken(
      id: id, content: content, isWholeWord: try fields.boolean("single_word") ?? false,
      takesSpaceBefore: try fields.boolean("lstrip") ?? false,
      takesSpaceAfter: try fields.boolean("rstrip") ?? false,
      isNormalized: try fields.boolean("normalized") ?? !(fields.boolean("special") ?? false))
  }

  /// More special tokens by their spelling, with the file that names them.
  private func specialTokens() throws -> [(content: String, file: JSONFields)] {
    var found: [(content: String, file: JSONFields)] = []
    for file in [options, names] {
      guard let file else { continue }
      for key in ["additional_special_tokens", "extra_special_tokens"] {
        switch file[key] {
        case .array(let items)?: found += try items.map { (try content($0, key, file), file) }
        case .object(let members)?: found += try members.map { (try content($0.value, key, file), file) }
        case nil: break
        default: throw file.failure(key, expected: "a list of tokens")
        }
      }
    }
    return found
  }
}
