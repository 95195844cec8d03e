import Datasets
import Foundation
import Foundations
import Testing

/// The tokenizer against pieces of the reference implementation.
struct WordPieceTests {
  private struct Reference: Decodable {
    let vocabulary: [String]
    let texts: [String]
    let ids: [String: [[Int]]]
    let addedTexts: [String]
    let added: [Added]
    let mixed: [String], words: [[String]]

    /// Ids of the texts with some tokens added in one way.
    struct Added: Decodable {
      let rules: String, normalized: Bool, flags: [String]
      let tokens: [String: Int]
      let ids: [[Int]]
    }
  }

  static let rules: [String: WordPieceRules] = [
    "uncased": WordPieceRules(), "cased": WordPieceRules(lowercases: false),
    "accented": WordPieceRules(lowercases: true, stripsAccents: false, separatesIdeographs: false),
    "stripped": WordPieceRules(lowercases: false, stripsAccents: true),
  ]

  private func reference() throws -> Reference {
    let path = try #require(
      Bundle.module.url(forResource: "wordpiece", withExtension: "json", subdirectory: "Fixtures"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Reference.self, from: Data(contentsOf: path))
  }

  @Test("pieces of hard texts are those of the reference", arguments: rules.keys.sorted())
  func pieces(name: String) throws {
    let reference = try reference()
    let vocabulary = try WordPieceVocabulary(pieces: reference.vocabulary)
    let tokenizer = WordPieceTokenizer(vocabulary, rules: try #require(Self.rules[name]))
    for (text, expected) in zip(reference.texts, try #require(reference.ids[name])) {
      let found = tokenizer.ids(of: text)
      #expect(
        found == expected,
        "\(text.debugDescription): \(found.map { reference.vocabulary[$0] }), expected \(expected.map { reference.vocabulary[$0] })"
      )
    }
    // All texts at once, so that words known from one are used in others.
    let all = reference.texts.joined(separator: "\n")
    #expect(tokenizer.ids(of: all) == reference.ids[name]?.flatMap { $0 })
  }

  @Test("added tokens of every kind are found where the reference finds them, one id each")
  func addedTokens() throws {
    let reference = try reference()
    for added in reference.added {
      let tokens = added.tokens.map { content, id in
        AddedToken(
          id: id, content: content, isWholeWord: added.flags.contains("single_word"),
          takesSpaceBefore: added.flags.contains("lstrip"), takesSpaceAfter: added.flags.contains("rstrip"),
          isNormalized: added.normalized)
      }
      let tokenizer = WordPieceTokenizer(
        try WordPieceVocabulary(pieces: reference.vocabulary, added: tokens),
        rules: try #require(Self.rules[added.rules]))
      for (text, expected) in zip(reference.addedTexts, added.ids) {
        #expect(
          tokenizer.ids(of: text) == expected,
          "\(text.debugDescription), \(added.rules), \(added.flags), \(added.normalized ? "normalized" : "as it is")"
        )
      }
    }
    #expect(reference.added.count == 20)
  }

  @Test("marks are taken off and put in order as the reference does, with characters that it does not know")
  func laterCharacters() throws {
    let reference = try reference()
    let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + reference.words.flatMap { $0 }
    let tokenizer = WordPieceTokenizer(
      try WordPieceVocabulary(pieces: pieces), rules: WordPieceRules(lowercases: false, stripsAccents: true)
    )
    for (text, words) in zip(reference.mixed, reference.words) {
      let found = tokenizer.ids(of: text).map { Array(pieces[$0].unicodeScalars) }
      #expect(found == words.map { Array($0.unicodeScalars) }, "\(text.debugDescription)")
    }
  }

  @Test("an added token gets a place of its own, and its id is refused where another piece has it")
  func idsOfAddedTokens() throws {
    let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"]
    let vocabulary = try WordPieceVocabulary(
      pieces: pieces, added: [AddedToken(id: 7, content: "<x>"), AddedToken(id: 4, content: "a")])
    #expect(vocabulary.count == 8 && vocabulary.pieces[7] == "<x>")
    #expect(WordPieceTokenizer(vocabulary).pieces(of: "a<x>a") == ["a", "<x>", "a"])
    for (id, problem) in [
      (3, "has id 3, expected one of its own, found piece [SEP]"), (-1, "has id -1"),
      (1 << 40, "expected at most"),
    ] {
      let found = message {
        _ = try WordPieceVocabulary(pieces: pieces, added: [AddedToken(id: id, content: "<x>")])
      }
      #expect(found?.contains(problem) == true, "\(found ?? "")")
    }
  }

  @Test("white space at the end of a line, and a mark at the start of the file, are no part of a piece")
  func spacesInVocabularies() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "vocab.txt",
      Array("\u{FEFF}[PAD]\n[UNK] \n[CLS]\t\n[SEP]\u{A0}\u{3000}\n0 \n b\nc\u{1C}\n\r\n##d\u{2028}\r\n".utf8))
    let vocabulary = try WordPieceVocabulary(contentsOf: file)
    #expect(vocabulary.pieces == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "0", " b", "c\u{1C}", "", "##d"])
    #expect(WordPieceTokenizer(vocabulary).ids(of: "0 0d b") == [4, 4, 8, 1])
  }

  @Test("sequences begin and end, and are cut between")
  func sequences() throws {
    let vocabulary = try WordPieceVocabulary(
      pieces: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##b", "c"])
    let tokenizer = WordPieceTokenizer(vocabulary)
    #expect(tokenizer.sequence(of: "A b ABB zz c") == [2, 4, 5, 4, 6, 6, 1, 7, 3])
    #expect(tokenizer.sequence(of: "A b ABB zz c", limit: 5) == [2, 4, 5, 4, 3])
    #expect(tokenizer.sequence(of: "") == [2, 3])
    #expect(tokenizer.pieces(of: "abb c") == ["a", "##b", "##b", "c"])
    let windows = TokenWindows("a b c a b c a b", tokenizer: tokenizer)
    #expect(windows.count(length: 5) == 2 && windows.count(length: 2) == 0)
    #expect(windows.windows(length: 5, limit: 9) == [[2, 4, 5, 7, 3], [2, 4, 5, 7, 3]])
    #expect(windows.windows(length: 4, limit: 2) == [[2, 4, 5, 3], [2, 5, 7, 3]])
    let halves = windows.halves(length: 3, limit: 5)
    let all = windows.windows(length: 3, limit: 5)
    #expect(halves.first == [all[0], all[2], all[4]] && halves.second == [all[1], all[3]])
    #expect(
      windows.cycled(length: 5, number: 4) == [
        [2, 4, 5, 7, 3], [2, 4, 5, 7, 3], [2, 5, 7, 4, 3], [2, 5, 7, 4, 3],
      ])
    #expect(windows.cycled(length: 20, number: 1).isEmpty)
  }

  @Test("a vocabulary file without a special piece is refused; ends of lines may be of any kind")
  func vocabularies() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("vocab.txt", Array("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n".utf8))
    #expect(try WordPieceVocabulary(contentsOf: file).pieces == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"])
    try folder.write("vocab.txt", Array("[PAD]\n[UNK]\n[CLS]\na\n".utf8))
    let missing = message { _ = try WordPieceVocabulary(contentsOf: file) }
    #expect(missing == "\(file.path): no piece [SEP] among 4, expected one")
    try folder.write("vocab.txt", Array("[PAD]\n".utf8) + [0xC3, 0x28])
    let broken = message { _ = try WordPieceVocabulary(contentsOf: file) }
    #expect(broken == "\(file.path): byte 6: expected UTF-8 text, found other bytes")
    // Of a piece that stands twice the last one counts.
    let twice = try WordPieceVocabulary(pieces: [
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "a", "##b", "##b", "[CLS]",
    ])
    #expect(WordPieceTokenizer(twice, rules: WordPieceRules()).ids(of: "ab") == [6, 8] && twice.begin == 9)
    // Pieces that are canonically the same are two pieces.
    let both = try WordPieceVocabulary(pieces: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u{E9}", "e\u{301}"])
    let tokenizer = WordPieceTokenizer(both, rules: WordPieceRules(lowercases: false))
    #expect(tokenizer.ids(of: "\u{E9} e\u{301}") == [4, 5])
  }
}
