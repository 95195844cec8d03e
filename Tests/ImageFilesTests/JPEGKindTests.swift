import Foundation
import Foundations
import ImageFiles
import Testing

/// Kinds of JPEG that other programs write.
struct JPEGKindTests {
  // Pillow 13, `Image.fromarray(uint8 of (9 * row + 5 * column) % 256, 16 rows, 24 columns)
  // .save(file, "JPEG", quality=75, optimize=True)`, then with `progressive=True`, with `restart_marker_blocks=1`.
  private static let baseline = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0
    Hyc5PTgyPC4zNDL/wAALCAAQABgBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABgQH/8QAGBAAAgMAAAAAAAAAAAAAAAAAAAQFIjH/2gAI
    AQEAAD8AzBCEyooQhMqKEITKk6EJlRQhCZUUIQmVP//Z
    """
  private static let progressive = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0
    Hyc5PTgyPC4zNDL/wgALCAAQABgBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABQMG/9oACAEBAAAAAcuopNRT/8QAFhAAAwAAAAAAAAAA
    AAAAAAAAAAID/9oACAEBAAEFAkiJESIkRIiRP//EABQQAQAAAAAAAAAAAAAAAAAAACD/2gAIAQEABj8CX//EABUQAQEAAAAAAAAAAAAA
    AAAAAABh/9oACAEBAAE/IZpppppv/9oACAEBAAAAEP8A/8QAFRABAQAAAAAAAAAAAAAAAAAAADH/2gAIAQEAAT8QmTJkyZM//9k=
    """
  private static let restarts = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0
    Hyc5PTgyPC4zNDL/wAALCAAQABgBAREA/8QAFwAAAwEAAAAAAAAAAAAAAAAAAQYHA//EABgQAAIDAAAAAAAAAAAAAAAAAAAEBSIx/90A
    BAAB/9oACAEBAAA/AJghCZU//9BYQhMqf//RKEJlT//SwQhMqf/TYUITKn//1KShCZU//9k=
    """
  // `pixels[:, :8] = 200, 40, 0, 30; pixels[:, 8:] = 10, 128, 255, 100`, 8 rows, 16 columns,
  // `Image.fromarray(pixels, "CMYK").save(file, "JPEG", quality=100, optimize=True)`.
  private static let inks = """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
    AQEBAQEBAQEB/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAoL/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/a
    AA4EQwBNAFkASwAAPwA25XB/BhCvgJ+gDjnv/9k=
    """

  @Test("progressive files and files with restart markers give the pixels of the plain file")
  func sameCoefficients() throws {
    let plain = try decode(bytes(Self.baseline))
    #expect(plain.width == 24 && plain.height == 16 && plain.channels == 1)
    #expect(plain.bytes.reduce(0) { $0 + Int($1) } == 48_000)
    #expect(plain.bytes[72..<80].elementsEqual([28, 32, 37, 42, 47, 52, 58, 62]))
    #expect(try decode(bytes(Self.progressive)) == plain)
    #expect(try decode(bytes(Self.restarts)) == plain)
  }

  @Test("four inks become red, green and blue as in Pillow, with Adobe's marker, without, and as YCCK")
  func inkColors() throws {
    let file = try bytes(Self.inks)
    // Pillow's `convert("RGB")` of each of the three files.
    try expectBlocks(file, [49, 190, 225], [149, 77, 0])
    var luminance = file
    luminance[17] = 2
    try expectBlocks(luminance, [19, 225, 41], [115, 0, 7])
    try expectBlocks(Array(file[..<2] + file[18...]), [49, 190, 225], [149, 77, 0])
    // A transformation that nobody knows is taken for YCCK, as libjpeg takes it.
    luminance[17] = 7
    try expectBlocks(luminance, [19, 225, 41], [115, 0, 7])
  }

  private func expectBlocks(_ file: [UInt8], _ left: [UInt8], _ right: [UInt8]) throws {
    let row = (0..<8).flatMap { _ in left } + (0..<8).flatMap { _ in right }
    #expect(
      try decode(file) == PixelImage(width: 16, height: 8, channels: 3, bytes: (0..<8).flatMap { _ in row }))
  }

  @Test(
    "stray bytes before any marker change no pixel, many behind pixels are refused",
    arguments: [baseline, progressive, restarts], [1, 2, 4, 8, 40])
  func strayBytes(text: String, count: Int) throws {
    let file = try bytes(text)
    let plain = try decode(file)
    // A file begins with its first marker, and 0xFF of the second.
    let markers = (4..<file.count - 1).filter { place in
      file[place] == 0xFF && file[place + 1] != 0 && file[place + 1] != 0xFF
    }
    #expect(markers.count >= 6)
    for (previous, place) in zip([2] + markers, markers) {
      let stray = (0..<count).map { UInt8(17 + 5 * $0) }
      let changed = Array(file[..<place] + stray + file[place...])
      let code = file[previous + 1]
      if count > 8, code == 0xDA || (0xD0...0xD7).contains(code) {
        #expect(throws: ImageFileError.self, "at byte \(place)") { try decode(changed) }
      } else {
        #expect(try decode(changed) == plain, "at byte \(place)")
      }
    }
    // Between several of them, and with padding.
    let last = file.count - 2
    #expect(
      try decode(Array(file[..<20] + [1, 2, 3] + file[20..<last] + [4, 5, 0xFF, 0xFF] + file[last...]))
        == plain)
    // Filling may be long.
    let zeros = [UInt8](repeating: 0, count: 50)
    #expect(try decode(Array(file[..<last] + zeros + file[last...])) == plain)
  }

  @Test("stray bytes do not hide that the file is cut or that pixels are missing")
  func strayAndCut() throws {
    let file = try bytes(Self.baseline)
    let stray = Array(file[..<20] + [1, 2, 3] + file[20...])
    for count in stride(from: stray.count - 1, to: 25, by: -3) {
      #expect(throws: ImageFileError.self, "first \(count) bytes") { try decode(Array(stray.prefix(count))) }
    }
    let early = Array(stray[..<(stray.count - 14)] + [0xFF, 0xD9])
    let error = #expect(throws: ImageFileError.self) { try decode(early) }
    #expect(error?.description.hasPrefix("kind.jpg: expected ") == true)
  }

  @Test("an unknown JFIF revision, odd numbers of a sequential scan and bytes after the end are harmless")
  func harmless() throws {
    let file = try bytes(Self.baseline)
    let plain = try decode(file)
    var revision = file
    revision[11] = 0
    revision[12] = 0
    #expect(try decode(revision) == plain)
    var scan = file
    let start = try #require((0..<file.count - 1).first { file[$0] == 0xFF && file[$0 + 1] == 0xDA })
    scan[start + 8] = 0
    #expect(try decode(scan) == plain)
    scan[start + 7] = 1
    #expect(try decode(scan) == plain)
    #expect(try decode(file + [1, 2, 3, 0xFF, 0xD8, 0xFF]) == plain)
  }

  private func decode(_ file: [UInt8]) throws -> PixelImage { try PixelImage.decode(file, name: "kind.jpg") }

  private func bytes(_ text: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters)))
  }
}
