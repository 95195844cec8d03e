import ArrayFiles
import Foundation
import Foundations
import Tensors
import Testing

struct NPZFileTests {
  @Test("files of numpy.savez and savez_compressed read the same", arguments: ["stored", "compressed"])
  func numpyFiles(_ kind: String) throws {
    let file = try NPZFile.read(path: fixturePath("numpy-\(kind).npz"))
    try expectNumPyArrays(file.arrays)
    let sevenths = (0..<24).map { Double($0) / 7 }
    #expect(try file.array(named: "fortran").shape == [2, 3, 4])
    #expect(try file.array(named: "fortran").floats() == sevenths.map { Float($0) })
    #expect(try file.array(named: "fortran matrix").shape == [3, 4])
    #expect(try file.array(named: "fortran matrix").integers() == Array(0..<12))
    #expect(try file.array(named: "big-endian").doubles() == sevenths)
    #expect(try file.array(named: "big-endian fortran").integers() == Array(0..<24))
    if kind == "compressed" {
      #expect(try file.array(named: "größe").shape == [40, 50])
      #expect(try file.array(named: "größe").integers() == [Int](repeating: 3, count: 2000))
    }
    #expect(file.names == file.names.sorted() && file.names.count == (kind == "stored" ? 18 : 19))
  }

  @Test("headers of version 1, 2 and 3 and any white space read", arguments: [1, 2, 3] as [UInt8])
  func headerVersions(_ version: UInt8) throws {
    for dictionary in [
      "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }",
      "{\"shape\":(2,1,),\"fortran_order\":False,\"descr\":\"<i2\"}   \n",
    ] {
      let bytes = zipped([ZipPart("a.npy", npy(dictionary, Data([1, 0, 0xFF, 0xFF]), version: version))])
      let array = try NPZFile.parse(bytes, file: "test").array(named: "a")
      #expect(try array.shape == [2, 1] && array.integers() == [1, -1])
    }
  }

  @Test("an archive without entries is a file without arrays")
  func noEntries() throws {
    #expect(try NPZFile.parse(zipped([]), file: "test").arrays.isEmpty)
    #expect(try NPZFile.parse(zipped([], comment: "PK\u{5}\u{6} note"), file: "test").arrays.isEmpty)
  }

  @Test("sizes in the 64-bit fields are used where the short ones are all ones")
  func zip64() throws {
    let bytes = zipped([sound("a"), deflated("b")], isWide: true)
    let file = try NPZFile.parse(bytes, file: "test")
    #expect(file.names == ["a", "b"])
    #expect(try file.array(named: "b").integers() == [1, -1])
  }

  @Test("a missing name is answered with the file, the name and what is there")
  func missingName() throws {
    let file = try NPZFile.parse(zipped([sound("b"), sound("a")]), file: "w.npz")
    let error = #expect(throws: FileFormatError.self) { try file.array(named: "c") }
    #expect(error.map { "\($0)" } == #"w.npz: array names: expected "c", found a, b"#)
  }

  @Test("text, objects, records and other entries do not matter until one is asked for")
  func otherContents() throws {
    func part(_ name: String, _ descr: String) -> ZipPart {
      ZipPart(name, npy("{'descr': \(descr), 'fortran_order': False, 'shape': (2,), }", Data(count: 7)))
    }
    let others = [
      "text": "'<U2'", "bytes": "'|S3'", "object": "'|O'", "complex": "'<c16'", "time": "'<M8[ns]'",
      "record": "[('x', '<f4'), ('y]\"', '<i2', (2, 3)), ('z', [('a', '|u1')])]",
    ]
    let entries = others.map { part("\($0.key).npy", $0.value) }
    let bytes = zipped([sound("a")] + entries + [ZipPart("__MACOSX/note.txt", Data([1]))])
    let file = try NPZFile.parse(bytes, file: "m.npz")
    #expect(file.names == ["a"])
    #expect(try file.array(named: "a").integers() == [1, -1])
    for (name, descr) in others {
      let error = #expect(throws: FileFormatError.self) { try file.array(named: name) }
      #expect(error?.field == "array \"\(name)\", descr", "\(descr)")
    }
    let note = #expect(throws: FileFormatError.self) { try file.array(named: "__MACOSX/note.txt") }
    #expect(note?.expected == "names that end in .npy")
  }

  @Test("more than the caller allows is refused before it is unpacked")
  func sizeLimit() throws {
    let path = try fixturePath("numpy-compressed.npz")
    let error = #expect(throws: FileFormatError.self) {
      try NPZFile.read(path: path, maximumByteCount: 4000)
    }
    #expect(error?.field == "unpacked size")
  }

  @Test("what is not a plain array in a plain archive is refused in one line", arguments: malformed)
  func malformedFiles(_ example: MalformedFile) throws {
    let error = #expect(throws: FileFormatError.self) {
      try NPZFile.parse(example.bytes, file: "bad.npz").array(named: "a")
    }
    let line = try #require(error).description
    #expect(line.hasPrefix("bad.npz: ") && !line.contains("\n"))
    #expect(line.contains(example.message), "\(line)")
  }

  static let malformed: [MalformedFile] = archives + headers

  static let archives: [MalformedFile] = {
    let good = zipped([sound("a"), sound("b")])
    func part(_ change: (inout ZipPart) -> Void) -> Data {
      var part = sound("a")
      change(&part)
      return zipped([part])
    }
    return [
      MalformedFile("expected a NumPy .npz file, found an empty file", Data()),
      MalformedFile(
        "found text that begins with \"not a zip file", Data("not a zip file, whatever its name says".utf8)),
      MalformedFile("zip end record", good.dropLast(1)),
      MalformedFile("zip end record: expected a central directory", Data([0]) + good),
      MalformedFile("zip entry \"a.npy\": expected no encryption", part { $0.flags = 1 }),
      MalformedFile("compression method 0 (stored) or 8 (deflate), found 12", part { $0.method = 12 }),
      MalformedFile("array \"a\", CRC-32", part { $0.checksum ^= 1 }),
      MalformedFile("expected a size its", part { $0.declaredCount += 1 }),
      MalformedFile(
        "expected a size its",
        part {
          $0.method = 8; $0.declaredCount = 1 << 30
        }),
      MalformedFile("npy header: expected the signature", part { $0.method = 8 }),
      // Block type 3 does not exist.
      MalformedFile(
        "npy header: expected deflate data",
        part {
          $0.method = 8
          $0.content = Data([7, 0, 0])
        }),
      MalformedFile(
        "bytes of deflate data, found damaged data",
        zipped(
          [deflated("a")].map { part in
            var part = part
            part.content.append(0)
            return part
          })),
      MalformedFile("expected every name once, found \"a\" twice", zipped([sound("a"), sound("a")])),
      MalformedFile(
        "expected names that end in .npy, found \"a.txt\"", zipped([ZipPart("a.txt", Data([1]))])),
      MalformedFile("a name in UTF-8", part { $0.name = Data([0xFF, 0xFE]) }),
      MalformedFile("zip entries: expected no overlap", zipped([sound("a"), sound("a")], sharesData: true)),
      MalformedFile("a local header like its directory record", part { $0.localName = Data("b.npy".utf8) }),
    ]
  }()

  static let headers: [MalformedFile] = {
    func array(_ dictionary: String, count: Int = 4, version: UInt8 = 1) -> Data {
      zipped([ZipPart("a.npy", npy(dictionary, Data(count: count), version: version))])
    }
    func descr(_ descr: String) -> Data {
      array("{'descr': \(descr), 'fortran_order': False, 'shape': (2,), }")
    }
    func shape(_ shape: String) -> Data {
      array("{'descr': '<i2', 'fortran_order': False, 'shape': \(shape), }")
    }
    return [
      MalformedFile("the signature of NumPy arrays", zipped([ZipPart("a.npy", Data("plain".utf8))])),
      MalformedFile("npy version: expected 1.0, 2.0 or 3.0, found 4.0", array("{}", version: 4)),
      MalformedFile(
        "npy header length: expected at most 65536, found 16777216",
        zipped([ZipPart("a.npy", Data([0x93]) + Data("NUMPY".utf8) + Data([2, 0, 0, 0, 0, 1]))])),
      MalformedFile(
        "npy header: expected 118 bytes",
        zipped([ZipPart("a.npy", Data([0x93]) + Data("NUMPY\u{1}\0v\0{".utf8))])),
      MalformedFile("descr: expected numbers, found Python objects", descr("'|O'")),
      MalformedFile("descr: expected numbers, found Python objects", descr("'O'")),
      MalformedFile("found \"<c8\"", descr("'<c8'")),
      MalformedFile("found \"<U5\"", descr("'<U5'")),
      MalformedFile("found \"|V2\"", descr("'|V2'")),
      MalformedFile("found \"=f4\"", descr("'=f4'")),
      MalformedFile("found \"|f4\"", descr("'|f4'")),
      MalformedFile("found \"\"", descr("''")),
      MalformedFile("a record of several fields", descr("[('x', '<f4')]")),
      MalformedFile("plain ASCII text", descr("'<f\\x34'")),
      MalformedFile("expected a text in quotes", descr("__import__('os')")),
      MalformedFile("expected '{'", array("[]")),
      MalformedFile(
        "once each", array("{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (2,)}")),
      MalformedFile("once each, found \"more\"", array("{'more': 1}")),
      MalformedFile("fewer keys", array("{'descr': '<i2', 'shape': (2,)}")),
      MalformedFile(
        "nothing after the dictionary", array("{'descr': '<i2', 'fortran_order': False, 'shape': (2,)} + x")),
      MalformedFile("expected True or False", array("{'descr': '<i2', 'fortran_order': 0, 'shape': (2,)}")),
      MalformedFile("expected a comma", shape("(2)")),
      MalformedFile("expected '('", shape("[2]")),
      MalformedFile("a size of at least 0", shape("(-2,)")),
      MalformedFile("a size of at least 0", shape("(2,,)")),
      MalformedFile("expected ')'", shape("(2, 1.5)")),
      MalformedFile("sizes that fit 63 bits", shape("(99999999999999999999,)")),
      MalformedFile("a product that fits", shape("(4294967296, 4294967296)")),
      MalformedFile("data: expected 6 bytes (i16 of shape [3]), found 4", shape("(3,)")),
      MalformedFile("data: expected 2 bytes (i16 of shape []), found 4", shape("()")),
      MalformedFile("data: expected 2305843009213693952 bytes", shape("(1152921504606846976,)")),
    ]
  }()

  @Test("flipped and cut archives give an error or a valid parse, never a trap")
  func fuzzArchives() throws {
    var stream = RandomStream(seed: 77)
    let seeds = try [
      Data(contentsOf: URL(fileURLWithPath: fixturePath("numpy-compressed.npz"))),
      Data(contentsOf: URL(fileURLWithPath: fixturePath("numpy-stored.npz"))),
      zipped([sound("a"), sound("b")]), zipped([sound("a"), sound("b")], isWide: true),
    ]
    var valid = 0
    for round in 0..<4000 {
      let original = seeds[round % seeds.count]
      if parses(mutated(original, within: original.count, &stream)) { valid += 1 }
    }
    #expect(valid > 10 && valid < 3900, "\(valid)")
  }

  @Test("damaged arrays behind a correct checksum give an error or a valid parse, never a trap")
  func fuzzArrays() throws {
    var stream = RandomStream(seed: 78)
    var valid = 0
    for _ in 0..<4000 {
      let order = stream.integer(below: 2) == 0 ? "True" : "False"
      let type = ["<f4", ">f8", "|b1", "<i2", "|u1"][stream.integer(below: 5)]
      let array = npy(
        "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (2, 3, 4), }",
        Data(count: 24 * (Int(String(type.suffix(1))) ?? 1)))
      if parses(zipped([ZipPart("a.npy", mutated(array, within: 80, &stream))])) { valid += 1 }
    }
    #expect(valid > 10 && valid < 3900, "\(valid)")
  }

  private func parses(_ bytes: Data) -> Bool {
    do {
      let file = try NPZFile.parse(bytes, file: "fuzz")
      for (_, array) in file.arrays { #expect(try array.doubles().count == array.count) }
      return true
    } catch {
      #expect(error is FileFormatError && !"\(error)".contains("\n"))
      return false
    }
  }
}
