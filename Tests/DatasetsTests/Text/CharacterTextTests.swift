import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct CharacterTextTests {
  @Test("characters become symbols in ascending order, and text again")
  func symbols() throws {
    let text = CharacterText("bad cab\né")
    #expect(text.vocabulary.values == [0x0A, 0x20, 0x61, 0x62, 0x63, 0x64, 0xE9])
    #expect(text.symbols == [3, 2, 5, 1, 4, 2, 3, 0, 6])
    #expect(text.vocabulary.text(of: text.symbols) == "bad cab\né")
    #expect(try text.vocabulary.symbols(of: "dé") == [5, 6])
    #expect((0..<3).map(text.vocabulary.label(of:)) == ["⏎", "␣", "a"])
    #expect(text.vocabulary.byteCount(of: text.symbols) == 10)
  }

  @Test("bytes are symbols of their own, whatever they spell")
  func bytes() {
    let text = CharacterText("é!", unit: .bytes)
    #expect(text.vocabulary.values == [0x21, 0xA9, 0xC3])
    #expect(text.symbols == [2, 1, 0])
    #expect(text.vocabulary.text(of: text.symbols) == "é!")
    #expect(text.vocabulary.label(of: 1) == "<A9>")
    #expect(text.vocabulary.byteCount(of: text.symbols) == 3)
  }

  @Test("a combined letter is as many scalars as it is written in")
  func scalars() {
    #expect(CharacterText("e\u{301}").symbols.count == 2)
    #expect(CharacterText("\r\n").symbols.count == 2)
  }

  @Test("a character that the vocabulary lacks is named")
  func unknown() {
    let vocabulary = CharacterText("abc").vocabulary
    let error = #expect(throws: UnknownCharacter.self) { try vocabulary.symbols(of: "abx") }
    #expect(
      error?.description
        == "character \"x\" (U+0078) at position 2: expected a character of the text that was learned from")
    let bytes = CharacterText("abc", unit: .bytes).vocabulary
    let other = #expect(throws: UnknownCharacter.self) { try bytes.symbols(of: "aé") }
    #expect(other?.description.hasPrefix("byte C3 at position 1: expected") == true)
  }

  @Test("what cannot be seen by itself has its number for a label")
  func labels() {
    let vocabulary = CharacterText("\t\u{A0}\u{301}\u{200B}\u{2028}é日").vocabulary
    #expect(
      (0..<vocabulary.count).map(vocabulary.label(of:))
        == ["<9>", "<A0>", "é", "<301>", "<200B>", "<2028>", "日"])
  }

  @Test("a vocabulary is read as it was written, and what is none is refused")
  func coding() throws {
    for unit in CharacterUnit.allCases {
      let vocabulary = CharacterText("bé\u{0}\"", unit: unit).vocabulary
      let data = try JSONEncoder().encode(vocabulary)
      #expect(try JSONDecoder().decode(CharacterVocabulary.self, from: data) == vocabulary)
    }
    for bad in [
      #"{"unit": "scalars", "values": [98, 97]}"#, #"{"unit": "scalars", "values": [97, 97]}"#,
      #"{"unit": "scalars", "values": [55296]}"#, #"{"unit": "bytes", "values": [97, 256]}"#,
      #"{"unit": "words", "values": [97]}"#, #"{"unit": "bytes"}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(CharacterVocabulary.self, from: Data(bad.utf8))
      }
    }
  }

  @Test("files that are no text are refused in a line that names them")
  func files() throws {
    let folder = try TestSupport.TemporaryFolder()
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = folder.path(name)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return path
    }
    func problem(_ path: String, _ unit: CharacterUnit = .scalars) -> String {
      do {
        _ = try CharacterText(path: path, unit: unit)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(problem(folder.path("missing.txt")).contains("missing.txt"))
    let empty = try write("empty.txt", [])
    #expect(problem(empty).contains("empty") && problem(empty, .bytes).contains("expected text"))
    let broken = try write("broken.txt", [0x61, 0xFF, 0x62])
    #expect(problem(broken).contains("byte 1"))
    let pointer = try write("pointer.txt", Array("version https://git-lfs.github.com/spec/v1\n".utf8))
    for unit in CharacterUnit.allCases {
      #expect(problem(pointer, unit).contains("is a Git LFS pointer"), "\(unit)")
    }
    let marked = try write("marked.txt", [0xEF, 0xBB, 0xBF, 0x61])
    #expect(try CharacterText(path: marked).symbols.count == 1)
    #expect(try CharacterText(path: marked, unit: .bytes).symbols.count == 4)
    #expect(problem(broken, .bytes) == "none")
    #expect(try CharacterText(path: broken, unit: .bytes).symbols == [0, 2, 1])
  }

  @Test("the parts of a text follow each other and leave nothing out")
  func split() {
    for count in [0, 1, 10, 1_115_394] {
      for withSelection in [false, true] {
        let split = TextSplit(count: count, withSelection: withSelection)
        #expect(split.training.lowerBound == 0 && split.validation.upperBound == count)
        #expect(split.training.upperBound == split.selection.lowerBound)
        #expect(split.selection.upperBound == split.validation.lowerBound)
        #expect(split.selection.isEmpty || withSelection)
      }
    }
    #expect(TextSplit(count: 1_115_394, withSelection: false).training.count == 1_003_854)
    #expect(TextSplit(count: 1_115_394, withSelection: true).validation.count == 111_540)
  }
}

struct TextWindowsTests {
  @Test(
    "every symbol but the first is predicted exactly once",
    arguments: [2, 3, 7, 8, 9, 20, 64], [(1, 1), (4, 1), (4, 3), (4, 4), (7, 2), (16, 5)])
  func once(count: Int, sizes: (Int, Int)) {
    let (length, stride) = sizes
    let windows = TextWindows(0..<count).evaluation(length: length, stride: stride)
    var predicted: [Int] = []
    for (index, window) in windows.enumerated() {
      #expect(window.symbols.count <= length + 1)
      #expect(zip(window.symbols, window.symbols.dropFirst()).allSatisfy { $1 == $0 + 1 })
      predicted += window.counted.map { window.symbols[$0 + 1] }
      if index > 0 && count > length { #expect(window.counted.lowerBound >= length - stride) }
    }
    #expect(predicted == Array(1..<count))
  }

  @Test("a text of one symbol or none has nothing to predict")
  func short() {
    #expect(TextWindows([Int]()).evaluation(length: 4, stride: 2).isEmpty)
    #expect(TextWindows([5]).evaluation(length: 4, stride: 2).isEmpty)
  }

  @Test("random windows lie in the text, from its first symbol to its last, by the stream alone")
  func random() {
    let windows = TextWindows(0..<12)
    var stream = RandomStream(seed: 3)
    let found = windows.random(count: 400, length: 4, using: &stream)
    #expect(found.allSatisfy { $0 == Array($0[0]...$0[0] + 4) })
    #expect(Set(found.map { $0[0] }) == Set(0...7))
    var again = RandomStream(seed: 3)
    #expect(windows.random(count: 400, length: 4, using: &again) == found)
  }

  @Test("windows of a part of a text are those of the part by itself")
  func part() {
    let text = (0..<40).map { $0 * $0 % 31 }
    let (part, alone) = (TextWindows(text[7..<26]), TextWindows(Array(text[7..<26])))
    #expect(part.evaluation(length: 6, stride: 4) == alone.evaluation(length: 6, stride: 4))
    #expect(part.spread(count: 2, length: 6) == alone.spread(count: 2, length: 6))
    var (one, other) = (RandomStream(seed: 1), RandomStream(seed: 1))
    #expect(
      part.random(count: 50, length: 18, using: &one) == alone.random(count: 50, length: 18, using: &other))
  }

  @Test("windows spread over a text do not overlap")
  func spread() {
    let found = TextWindows(0..<1_000).spread(count: 5, length: 10)
    #expect(found.map { $0.symbols[0] } == [0, 200, 400, 600, 800])
    #expect(TextWindows(0..<25).spread(count: 5, length: 10).count == 3)
  }
}
