import Foundation
import ImageFiles
import Reporting
import Testing

@Suite("maps of matrices") struct MatrixMapTests {
  private func map(
    columns: [String] = ["a", "b", "c & d"], rows: [String] = ["first", "second"],
    range: ClosedRange<Double> = 0...10, scale: PlotScale = .linear
  ) -> MatrixMap {
    MatrixMap(
      title: "Weights of <heads>", xTitle: "key", yTitle: "query", valueTitle: "weight", columns: columns,
      rows: rows, range: range, scale: scale)
  }

  /// The pictures of a drawing, in their order.
  private func pictures(_ svg: String) throws -> [PixelImage] {
    try svg.matches(of: /base64,([^"]*)"/).map { match in
      try PixelImage.decode([UInt8](#require(Data(base64Encoded: String(match.1)))), name: "picture")
    }
  }

  private func colour(_ image: PixelImage, row: Int, column: Int) -> [UInt8] {
    let start = (row * image.width + column) * 3
    return Array(image.bytes[start..<start + 3])
  }

  @Test(
    "each matrix is a picture with a pixel a number, the first row on top; the bar has the colours of the range"
  )
  func pixels() throws {
    var map = map()
    try map.addMatrix("one", [0, 5, 10, 2, -7, 99])
    try map.addMatrix("two", [10, 10, 10, 0, 0, 0])
    let svg = try map.svg()
    #expect(try map.svg() == svg)
    let pictures = try pictures(svg)
    #expect(pictures.map { [$0.width, $0.height, $0.channels] } == [[3, 2, 3], [3, 2, 3], [1, 256, 3]])
    let (dark, bright): ([UInt8], [UInt8]) = ([68, 1, 84], [253, 231, 37])
    #expect(colour(pictures[0], row: 0, column: 0) == dark)
    #expect(colour(pictures[0], row: 0, column: 2) == bright)
    // What lies outside the range is drawn as its ends.
    #expect(
      colour(pictures[0], row: 1, column: 1) == dark && colour(pictures[0], row: 1, column: 2) == bright)
    #expect(
      colour(pictures[1], row: 0, column: 1) == bright && colour(pictures[1], row: 1, column: 1) == dark)
    // The bar fills its place, whatever the shape of its picture.
    #expect(svg.matches(of: /width="16" height="[0-9.]+" preserveAspectRatio="none"/).count == 1)
    #expect(colour(pictures[2], row: 0, column: 0) == bright)
    #expect(colour(pictures[2], row: 255, column: 0) == dark)
    // The middle of the range has nearly the colour of the middle of the bar.
    let middle = zip(colour(pictures[0], row: 0, column: 1), [33, 145, 140]).map { abs(Int($0) - $1) }
    #expect(middle.allSatisfy { $0 <= 1 }, "\(middle)")
  }

  @Test("few rows and columns have their names, many are counted; axes and bar have titles and numbers")
  func axes() throws {
    func words(_ svg: String) -> [String: Int] {
      svg.matches(of: />([^<>]+)<\/text>/).reduce(into: [:]) { $0[String($1.1), default: 0] += 1 }
    }
    var few = map()
    try few.addMatrix("one", [0, 1, 2, 3, 4, 5])
    try few.addMatrix("two", [0, 1, 2, 3, 4, 5])
    let named = words(try few.svg())
    for word in ["first", "second", "a", "b", "c &amp; d", "key", "query"] {
      #expect(named[word] == 2, "\(word)")
    }
    for word in ["Weights of &lt;heads&gt;", "one", "two", "weight", "0", "10"] {
      #expect(named[word] == 1, "\(word)")
    }
    var many = map(
      columns: (0..<128).map { "t\($0)" }, rows: (0..<128).map { "t\($0)" }, range: 1e-4...1,
      scale: .logarithmic)
    try many.addMatrix("head", (0..<128 * 128).map { Double($0) / 16_384 })
    let svg = try many.svg()
    let counted = words(svg)
    #expect(counted["t5"] == nil && counted["20"] == 2 && counted["120"] == 2)
    // The bar has powers of ten.
    #expect(svg.matches(of: />10<tspan[^>]*>−[1-4]</).count == 4)
    #expect(!svg.contains("nan"))
    // Cells are two pixels wide, and column 20 has its tick at its middle.
    let left = try #require(svg.firstMatch(of: /<image x="([0-9.]+)" y="[0-9.]+" width="256"/)).1
    let tick = try #require(svg.firstMatch(of: /<text x="([0-9.]+)" [^>]*text-anchor="middle">20</)).1
    #expect(try abs(#require(Double(tick)) - #require(Double(left)) - 2 * 19.5) < 0.02)
  }

  @Test("by the logarithm, a tenth of the largest number is as far from it as a hundredth from a tenth")
  func logarithm() throws {
    var map = map(columns: ["1", "2", "3"], rows: ["1"], range: 0.01...1, scale: .logarithmic)
    try map.addMatrix("m", [0, 0.1, 1])
    let picture = try pictures(map.svg())[0]
    #expect(colour(picture, row: 0, column: 0) == [68, 1, 84])
    let middle = zip(colour(picture, row: 0, column: 1), [33, 145, 140]).map { abs(Int($0) - $1) }
    #expect(middle.allSatisfy { $0 <= 1 }, "\(middle)")
  }

  @Test("what cannot be drawn is refused by its place")
  func refused() throws {
    var map = map()
    #expect(message { _ = try map.svg() } == "map Weights of <heads>: no matrices to draw")
    #expect(
      message { try map.addMatrix("one", [0, 1, 2, 3, .nan, 5]) }
        == "map Weights of <heads>: one, row 2, column 2: expected a finite number, found nan")
    try map.addMatrix("one", [0, 1, 2, 3, 4, 5])
    let file = try FigureFile(["a.svg": map]).json()
    let folder = try TemporaryFolder()
    try folder.write(
      file.replacingOccurrences(of: "\"rows\":[\"first\",", with: "\"rows\":["), to: "figures.json")
    let read = try FigureFile(readingFrom: folder.path + "/figures.json")
    #expect(
      message { _ = try read.drawings() }
        == "a.svg: map Weights of <heads>: one: 6 numbers, expected 1x3")
  }
}
