import Foundation
import ImageFiles
import Reporting
import Testing

struct PictureGridTests {
  private func ramp(_ start: Float, channels: Int = 1) -> Picture {
    let count = 3 * 2 * channels
    return Picture(
      width: 3, height: 2, channels: channels,
      values: (0..<count).map { start + Float($0) / Float(4 * count) })
  }

  @Test("A picture of an image has its bytes as shares of white", arguments: [1, 3])
  func picture(channels: Int) {
    let bytes = (0..<6 * channels).map { UInt8(51 * ($0 % 6)) }
    let picture = Picture(PixelImage(width: 3, height: 2, channels: channels, bytes: bytes))
    #expect((picture.width, picture.height) == (3, 2) && picture.channels == channels)
    #expect(picture.values == bytes.map { Float($0) / 255 } && picture.values.max() == 1)
  }

  @Test("Every image pixel is a square of its value at its place, white around it", arguments: [1, 3])
  func pixels(channels: Int) throws {
    var grid = PictureGrid(columns: ["", ""], scale: 4, textScale: 1, padding: 5)
    let pictures = [[ramp(0), ramp(0.2, channels: channels)], [ramp(0.4, channels: channels), ramp(0.6)]]
    for row in pictures { grid.addRow(row) }
    let image = try grid.image()
    #expect(image.channels == channels)
    #expect(image.width == 2 * 12 + 3 * 5)
    #expect(image.height == 2 * 8 + 3 * 5)
    for y in 0..<image.height {
      for x in 0..<image.width {
        // The rule written backwards: from the drawn pixel to the image pixel it must show.
        let (cellX, insideX) = ((x - 5) / 17, (x - 5) % 17)
        let (cellY, insideY) = ((y - 5) / 13, (y - 5) % 13)
        let isInside = x >= 5 && y >= 5 && insideX < 12 && insideY < 8
        for channel in 0..<channels {
          var expected: UInt8 = 255
          if isInside {
            let picture = pictures[cellY][cellX]
            let pixel = (insideY / 4 * 3 + insideX / 4) * picture.channels
            expected = UInt8((picture.values[pixel + (picture.channels == 3 ? channel : 0)] * 255).rounded())
          }
          #expect(image.bytes[(y * image.width + x) * channels + channel] == expected)
        }
      }
    }
  }

  @Test("Values outside 0...1 are drawn black or white, and a place may be empty")
  func range() throws {
    var grid = PictureGrid(columns: ["", ""], scale: 1, padding: 1)
    grid.addRow([Picture(width: 3, height: 1, values: [-2.0, 0.5, 7.0] as [Double]), nil])
    let image = try grid.image()
    #expect(Array(image.bytes[image.width..<2 * image.width]) == [255, 0, 128, 255, 255, 255, 255, 255, 255])
  }

  @Test("Headings are drawn in the letters of the font, centred above their column")
  func headings() throws {
    var grid = PictureGrid(columns: ["Hi"], scale: 8, textScale: 2, padding: 6)
    grid.addRow([ramp(0)])
    let image = try grid.image()
    func isInk(_ x: Int, _ y: Int) -> Bool { image.bytes[y * image.width + x] == 34 }
    let left = 6 + (24 - BitmapFont.width(of: "Hi") * 2) / 2
    for (index, character) in "Hi".enumerated() {
      for (row, inks) in BitmapFont.rows(of: character).enumerated() {
        for (column, ink) in inks.enumerated() {
          #expect(isInk(left + (index * 6 + column) * 2 + 1, 6 + row * 2 + 1) == ink)
        }
      }
    }
  }

  @Test("A wide heading is broken at spaces, a wide word widens the column, a row label makes room")
  func layout() throws {
    func size(_ heading: String, label: String = "") throws -> (Int, Int) {
      var grid = PictureGrid(columns: [heading], scale: 10, textScale: 1, padding: 4)
      grid.addRow(label: label, [ramp(0)])
      let image = try grid.image()
      return (image.width, image.height)
    }
    let one = try size("ab")
    #expect(one == (30 + 8, 2 + 10 + 20 + 8))
    #expect(try size("ab cd ef") == (one.0, one.1 + 10))
    #expect(try size("abcdefgh") == (47 + 8, one.1))
    #expect(try size("ab", label: "row") == (one.0 + 17 + 4, one.1))
    #expect(try size("") == (one.0, one.1 - 12))
  }

  @Test("A label longer than a tiny grid is cut, not a crash")
  func tiny() throws {
    var grid = PictureGrid(columns: [""], scale: 1, textScale: 4, padding: 0)
    grid.addRow(label: "gj", [Picture(width: 1, height: 1, values: [0.0] as [Float])])
    #expect(try grid.image().height == 1)
  }

  @Test("The file is a PNG, the same every time; nothing is written for what cannot be drawn")
  func file() throws {
    let folder = try TemporaryFolder()
    var grid = PictureGrid(columns: ["in", "out"])
    #expect(message { _ = try grid.image() } == "picture grid: no images to draw")
    grid.addRow([ramp(0), ramp(0.5)])
    try grid.write(to: folder.path + "/a.png")
    try grid.write(to: folder.path + "/b.png")
    let bytes = FileManager.default.contents(atPath: folder.path + "/a.png")
    #expect(bytes?.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(bytes == FileManager.default.contents(atPath: folder.path + "/b.png"))
    grid.addRow([ramp(0), Picture(width: 3, height: 2, values: [0, 0, 0, 0, .nan, 0] as [Float])])
    let place = "picture grid: row 2, column 2 (out), value 4"
    #expect(
      message { try grid.write(to: folder.path + "/c.png") }
        == "\(folder.path)/c.png: \(place): expected a finite number, found nan")
    #expect(try folder.names() == ["a.png", "b.png"])
  }

  @Test("Ninety-five letters, no two alike; what is not among them shows as a question mark")
  func font() {
    let letters = (32..<127).map { Character(UnicodeScalar(UInt8($0))) }
    let drawings = letters.map { BitmapFont.rows(of: $0) }
    #expect(Set(drawings).count == 95)
    #expect(drawings.allSatisfy { $0.count == 9 && $0.allSatisfy { $0.count == 5 } })
    #expect(drawings.dropFirst().allSatisfy { $0.joined().contains(true) })
    #expect(BitmapFont.rows(of: "é") == BitmapFont.rows(of: "?"))
    #expect(BitmapFont.rows(of: "\r\n") == BitmapFont.rows(of: "?"))
    let capital = BitmapFont.rows(of: "L").map { String($0.map { $0 ? "#" : "." }) }
    #expect(capital == Array(repeating: "#....", count: 6) + ["#####", ".....", "....."])
  }
}
