import ImageFiles

extension MatrixMap {
  /// Lays matrices out in two columns and draws them: titles, numbers as colours, axes, the bar of colours.
  struct Drawing {
    private static let ink = PlotPalette.ink
    private static let softInk = PlotPalette.softInk
    /// The longer side of a matrix in pixels, nearly.
    private static let side = 300.0
    /// Smaller cells have no room for a name each.
    private static let smallestNamed = 9.0
    private static let barWidth = 16.0
    /// Above a matrix, for its title.
    private static let head = 26.0

    private let map: MatrixMap
    private let titleLines: [String]
    /// The side of a cell.
    private let cell: Double
    private let columnTicks: [Tick], rowTicks: [Tick]
    /// Left of a matrix and below it, for ticks and titles.
    private let before: Double, below: Double
    private let across: Int
    private var document: SVGDocument

    private struct Tick {
      let index: Int
      let label: String
    }

    init(_ map: MatrixMap) throws {
      self.map = map
      let longest = Double(max(map.rows.count, map.columns.count))
      cell = longest > Self.side ? Self.side / longest : (Self.side / longest).rounded(.down)
      columnTicks = Self.ticks(map.columns, cell: cell)
      rowTicks = Self.ticks(map.rows, cell: cell)
      before = 44 + Self.widest(rowTicks, size: Self.tickSize(cell))
      let names = Self.areNames(map.columns, cell: cell)
      below = (names ? 12 + Self.widest(columnTicks, size: Self.tickSize(cell)) : 22) + 26
      across = min(2, map.matrices.count)
      let bar = 24 + Self.barWidth + 9 + Self.widest(map.valueAxis) + 34
      let width = Double(across) * (before + Double(map.columns.count) * cell) + bar
      titleLines = SVGDocument.wrapped(map.title, width: max(280, width - 32), size: 16.8)
      let down = (map.matrices.count + across - 1) / across
      let top = titleLines.isEmpty ? 8 : 16 + 21 * Double(titleLines.count)
      let height = top + Double(down) * (Self.head + Double(map.rows.count) * cell + below) + 6
      let words = titleLines.map { SVGDocument.width(of: $0, size: 16.8) + 32 }
      document = SVGDocument(
        width: Int(max(width, words.max() ?? 0).rounded(.up)), height: Int(height.rounded(.up)),
        title: map.title)
      try draw(top: top)
    }

    var content: String { document.content }

    /// Every row or column by its name where there is room, else some by their numbers from 1.
    private static func ticks(_ names: [String], cell: Double) -> [Tick] {
      if areNames(names, cell: cell) { return names.enumerated().map { Tick(index: $0, label: $1) } }
      let axis = PlotAxis(values: [1, Double(names.count)], scale: .linear, margin: 0, isWhole: true)
      return axis.ticks(count: 5).compactMap { tick in
        let index = Int(tick.value.rounded()) - 1
        return names.indices.contains(index) ? tick.label.map { Tick(index: index, label: $0) } : nil
      }
    }

    private static func areNames(_ names: [String], cell: Double) -> Bool {
      cell >= smallestNamed && names.contains { !$0.isEmpty }
    }

    private static func tickSize(_ cell: Double) -> Double { cell >= smallestNamed ? min(12, cell) : 12 }

    private static func widest(_ ticks: [Tick], size: Double) -> Double {
      ticks.map { SVGDocument.width(of: $0.label, size: size) }.max() ?? 0
    }

    private static func widest(_ axis: PlotAxis) -> Double {
      axis.ticks(count: 5).compactMap(\.label).map { SVGDocument.drawnWidth(of: $0, size: 12) }.max() ?? 0
    }

    private var width: Double { Double(map.columns.count) * cell }
    private var height: Double { Double(map.rows.count) * cell }

    private mutating func draw(top: Double) throws {
      for (row, line) in titleLines.enumerated() {
        document.text(line, at: (16, 28 + 21 * Double(row)), size: 16, colour: Self.ink, isBold: true)
      }
      for (index, matrix) in map.matrices.enumerated() {
        let left = before + Double(index % across) * (before + width)
        let above = top + Double(index / across) * (Self.head + height + below) + Self.head
        try draw(matrix, left: left, top: above)
      }
      try drawBar(left: Double(across) * (before + width) + 24, top: top + Self.head)
    }

    private mutating func draw(_ matrix: Matrix, left: Double, top: Double) throws {
      document.text(matrix.title, at: (left, top - 9), size: 13, colour: Self.ink, isBold: true)
      document.image(
        png: try Self.picture(matrix.levels, width: map.columns.count, height: map.rows.count),
        at: (left, top), width: width, height: height)
      let (right, bottom) = (left + width, top + height)
      document.polyline(
        [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], colour: Self.softInk,
        width: 1)
      drawRowTicks(left: left, top: top)
      drawColumnTicks(left: left, bottom: bottom)
      document.text(
        map.xTitle, at: (left + width / 2, bottom + below - 12), size: 13, colour: Self.ink, anchor: .middle)
      document.text(
        map.yTitle, at: (left - before + 26, top + height / 2), size: 13, colour: Self.ink, anchor: .middle,
        isVertical: true)
    }

    private mutating func drawRowTicks(left: Double, top: Double) {
      let size = Self.tickSize(cell)
      for tick in rowTicks {
        let y = top + (Double(tick.index) + 0.5) * cell
        document.line(from: (left - 5, y), to: (left, y), colour: Self.softInk, width: 1)
        document.text(
          tick.label, at: (left - 8, y + 0.35 * size), size: size, colour: Self.ink, anchor: .end)
      }
    }

    private mutating func drawColumnTicks(left: Double, bottom: Double) {
      let size = Self.tickSize(cell)
      let areNames = Self.areNames(map.columns, cell: cell)
      for tick in columnTicks {
        let x = left + (Double(tick.index) + 0.5) * cell
        document.line(from: (x, bottom), to: (x, bottom + 5), colour: Self.softInk, width: 1)
        let place = areNames ? (x + 0.35 * size, bottom + 8) : (x, bottom + 19)
        document.text(
          tick.label, at: place, size: size, colour: Self.ink, anchor: areNames ? .end : .middle,
          isVertical: areNames)
      }
    }

    /// A bar of all colours, with the numbers that they stand for.
    private mutating func drawBar(left: Double, top: Double) throws {
      let bottom = top + height
      let levels = (UInt8.min...UInt8.max).reversed()
      document.image(
        png: try Self.picture(levels, width: 1, height: levels.count), at: (left, top),
        width: Self.barWidth, height: height, isStretched: true)
      let axis = map.valueAxis
      for tick in axis.ticks(count: 5) {
        let y = bottom - axis.position(of: tick.value) * height
        let length = tick.label == nil ? 3.0 : 5
        let right = left + Self.barWidth
        document.line(from: (right, y), to: (right + length, y), colour: Self.softInk, width: 1)
        if let label = tick.label {
          document.text(label, at: (right + 9, y + 4), size: 12, colour: Self.ink)
        }
      }
      document.text(
        map.valueTitle, at: (left + Self.barWidth + 9 + Self.widest(axis) + 22, (top + bottom) / 2), size: 13,
        colour: Self.ink, anchor: .middle, isVertical: true)
    }

    /// Levels as a picture in the colours of maps.
    private static func picture(
      _ levels: some Collection<UInt8>, width: Int, height: Int
    ) throws -> [UInt8] {
      let colours = (0...255).map { PlotPalette.mixed(PlotPalette.mapStops, at: Double($0) / 255) }
      return try PixelImage(
        width: width, height: height, channels: 3, bytes: levels.flatMap { colours[Int($0)] }
      ).pngData()
    }
  }
}
