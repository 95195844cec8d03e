import ImageFiles

extension PictureGrid {
  /// Lays a grid out and fills its pixels.
  struct Drawing {
    private static let white: UInt8 = 255
    private static let ink: UInt8 = 34

    private let grid: PictureGrid
    private let cellWidth: Int
    private let cellHeight: Int
    private let columnWidth: Int
    private let labelWidth: Int
    private let headings: [[String]]
    private let headingHeight: Int
    private let width: Int
    private let height: Int
    private let channels: Int
    private var bytes: [UInt8]

    init(_ grid: PictureGrid) {
      self.grid = grid
      let size = grid.size ?? (0, 0)
      cellWidth = size.width * grid.scale
      cellHeight = size.height * grid.scale
      let widestWord =
        grid.columns.flatMap { $0.split(separator: " ") }
        .map { BitmapFont.width(of: String($0)) * grid.textScale }.max() ?? 0
      columnWidth = max(cellWidth, widestWord)
      let limit = columnWidth / grid.textScale
      headings = grid.columns.map { Self.broken($0, width: limit) }
      let lineCount = headings.map(\.count).max() ?? 0
      headingHeight = lineCount == 0 ? 0 : lineCount * Self.lineHeight(grid) + grid.padding / 2
      let widestLabel = grid.rows.map { BitmapFont.width(of: $0.label) * grid.textScale }.max() ?? 0
      labelWidth = widestLabel == 0 ? 0 : widestLabel + grid.padding
      width = labelWidth + grid.columns.count * (columnWidth + grid.padding) + grid.padding
      height = headingHeight + grid.rows.count * (cellHeight + grid.padding) + grid.padding
      channels = grid.rows.contains { $0.pictures.contains { $0?.channels == 3 } } ? 3 : 1
      bytes = [UInt8](repeating: Self.white, count: width * height * channels)
      draw()
    }

    var image: PixelImage {
      PixelImage(width: width, height: height, channels: channels, bytes: bytes)
    }

    private static func lineHeight(_ grid: PictureGrid) -> Int {
      (BitmapFont.height + 1) * grid.textScale
    }

    private mutating func draw() {
      for (column, lines) in headings.enumerated() { drawHeading(lines, column: column) }
      for (row, content) in grid.rows.enumerated() {
        let y = headingHeight + grid.padding + row * (cellHeight + grid.padding)
        // Letters are seven tall above their base line; what hangs below does not count for the middle.
        draw(content.label, x: grid.padding, y: y + (cellHeight - 7 * grid.textScale) / 2)
        for (column, picture) in content.pictures.enumerated() {
          guard let picture else { continue }
          draw(picture, x: left(ofColumn: column) + (columnWidth - cellWidth) / 2, y: y)
        }
      }
    }

    private func left(ofColumn column: Int) -> Int {
      labelWidth + grid.padding + column * (columnWidth + grid.padding)
    }

    /// Headings stand on the images: a short one starts lower than a long one.
    private mutating func drawHeading(_ lines: [String], column: Int) {
      let lineHeight = Self.lineHeight(grid)
      let top = headingHeight + grid.padding / 2 - lines.count * lineHeight
      for (index, line) in lines.enumerated() {
        let space = columnWidth - BitmapFont.width(of: line) * grid.textScale
        draw(line, x: left(ofColumn: column) + max(0, space) / 2, y: top + index * lineHeight)
      }
    }

    private mutating func draw(_ text: String, x: Int, y: Int) {
      for (index, character) in text.enumerated() {
        let left = x + index * BitmapFont.advance * grid.textScale
        for (row, inks) in BitmapFont.rows(of: character).enumerated() {
          for (column, isInk) in inks.enumerated() where isInk {
            fill(
              x: left + column * grid.textScale, y: y + row * grid.textScale, size: grid.textScale,
              with: (Self.ink, Self.ink, Self.ink))
          }
        }
      }
    }

    private mutating func draw(_ picture: Picture, x: Int, y: Int) {
      for row in 0..<picture.height {
        for column in 0..<picture.width {
          let offset = (row * picture.width + column) * picture.channels
          let red = Self.byte(picture.values[offset])
          let colour =
            picture.channels == 1
            ? (red, red, red)
            : (red, Self.byte(picture.values[offset + 1]), Self.byte(picture.values[offset + 2]))
          fill(x: x + column * grid.scale, y: y + row * grid.scale, size: grid.scale, with: colour)
        }
      }
    }

    private mutating func fill(x: Int, y: Int, size: Int, with colour: (UInt8, UInt8, UInt8)) {
      // Labels may reach past the edge of a grid of very small images; what does not fit is cut.
      for row in y..<(y + size) where (0..<height).contains(row) {
        for column in x..<(x + size) where (0..<width).contains(column) {
          let offset = (row * width + column) * channels
          bytes[offset] = colour.0
          guard channels == 3 else { continue }
          bytes[offset + 1] = colour.1
          bytes[offset + 2] = colour.2
        }
      }
    }

    private static func byte(_ value: Float) -> UInt8 {
      UInt8((min(max(value, 0), 1) * 255).rounded())
    }

    /// A label broken at spaces into lines that fit.
    private static func broken(_ text: String, width: Int) -> [String] {
      var lines: [String] = []
      for word in text.split(separator: " ").map(String.init) {
        if let last = lines.last, BitmapFont.width(of: last + " " + word) <= width {
          lines[lines.count - 1] = last + " " + word
        } else {
          lines.append(word)
        }
      }
      return lines
    }
  }
}
