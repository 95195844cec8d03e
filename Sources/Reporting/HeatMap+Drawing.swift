extension HeatMap {
  /// Lays a map out and draws it: title, legend, cells, names.
  struct Drawing {
    private static let ink = PlotPalette.ink
    private static let legendRow = 20.0

    private let map: HeatMap
    private let titleLines: [String]
    private let left: Double, top: Double
    private var document: SVGDocument

    init(_ map: HeatMap) {
      self.map = map
      let widest = map.rows.map { SVGDocument.width(of: $0, size: 12) }.max() ?? 0
      left = 44 + widest
      let width = left + Double(map.columns.count * map.cellWidth) + 20
      titleLines = SVGDocument.wrapped(map.title, width: max(320, width - 32), size: 16.8)
      top =
        (titleLines.isEmpty ? 16 : 23 + 21 * Double(titleLines.count))
        + Double(map.groups.count) * Self.legendRow + 8
      let words =
        titleLines.map { SVGDocument.width(of: $0, size: 16.8) + 32 }
        + map.groups.map { 50 + SVGDocument.width(of: $0, size: 12.5) }
      let height = top + Double(map.rows.count * map.cellHeight) + 48
      document = SVGDocument(
        width: Int(max(width, words.max() ?? 0).rounded(.up)), height: Int(height), title: map.title)
      draw()
    }

    var content: String { document.content }

    private mutating func draw() {
      for (row, line) in titleLines.enumerated() {
        document.text(line, at: (16, 28 + 21 * Double(row)), size: 16, colour: Self.ink, isBold: true)
      }
      for (index, group) in map.groups.enumerated() {
        let y = top - 8 - Double(map.groups.count - index) * Self.legendRow
        document.rectangle(
          at: (left, y), width: 14, height: 14, fill: PlotPalette.colour(index))
        document.text(group, at: (left + 22, y + 11.5), size: 12.5, colour: Self.ink)
      }
      for (row, cells) in map.cells.enumerated() {
        for (column, cell) in cells.enumerated() { draw(cell, row: row, column: column) }
      }
      drawNames()
    }

    private func corner(row: Int, column: Int) -> (x: Double, y: Double) {
      (left + Double(column * map.cellWidth), top + Double(row * map.cellHeight))
    }

    private mutating func draw(_ cell: Cell, row: Int, column: Int) {
      let origin = corner(row: row, column: column)
      let (width, height) = (Double(map.cellWidth), Double(map.cellHeight))
      document.rectangle(
        at: (origin.x + 1, origin.y + 1), width: width - 2, height: height - 2,
        fill: PlotPalette.colour(cell.group))
      if !cell.label.isEmpty {
        document.text(
          cell.label, at: (origin.x + width / 2, origin.y + height / 2 + 4), size: 12, colour: "#ffffff",
          anchor: .middle, isBold: true)
      }
    }

    private mutating func drawNames() {
      let (width, height) = (Double(map.cellWidth), Double(map.cellHeight))
      for (row, name) in map.rows.enumerated() {
        let origin = corner(row: row, column: 0)
        document.text(
          name, at: (origin.x - 8, origin.y + height / 2 + 4), size: 12, colour: Self.ink, anchor: .end)
      }
      for (column, name) in map.columns.enumerated() {
        let origin = corner(row: map.rows.count, column: column)
        document.text(
          name, at: (origin.x + width / 2, origin.y + 16), size: 12, colour: Self.ink, anchor: .middle)
      }
      let bottom = corner(row: map.rows.count, column: 0)
      let middle = (left + Double(map.columns.count) * width / 2, bottom.y + 36)
      document.text(map.xTitle, at: middle, size: 13, colour: Self.ink, anchor: .middle)
      document.text(
        map.yTitle, at: (20, (top + bottom.y) / 2), size: 13, colour: Self.ink, anchor: .middle,
        isVertical: true)
    }
  }
}
