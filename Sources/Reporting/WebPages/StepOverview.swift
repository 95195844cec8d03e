import Foundation
import Foundations
import ImageFiles

/// What a viewer steps through at one glance: the pictures of a few items step by step, and below each step the curve.
///
/// The first picture that stays the same is the truth and stands at the end of its row, the others of that kind stand before
/// the steps; the curve is the last line of the first panel of lines, which is the total of its parts. Of several groups, such as
/// methods, the first is shown.
struct StepOverview: ResultFile {
  /// The file's name in the folder of a run.
  static let fileName = "overview.svg"

  private let viewer: StepViewer
  private let before: [StepViewer.Panel]
  private let moving: StepViewer.Panel
  private let truth: StepViewer.Panel
  private let lines: StepViewer.Panel
  private let curve: StepViewer.Series
  private let itemCount: Int

  /// The overview of a viewer; nil where it has no pictures that move, none that stay, or no lines.
  init?(_ viewer: StepViewer, itemCount: Int = 4) {
    let pictures = viewer.panels.filter { $0.kind == .pictures }
    let still = pictures.filter { $0.frames == 1 }
    guard viewer.steps.count > 1, let moving = pictures.first(where: { $0.frames == viewer.steps.count }),
      let truth = still.first, let lines = viewer.panels.first(where: { $0.kind == .lines }),
      let curve = lines.series.last
    else { return nil }
    self.viewer = viewer
    self.before = Array(still.dropFirst())
    self.moving = moving
    self.truth = truth
    self.lines = lines
    self.curve = curve
    self.itemCount = min(itemCount, viewer.items.count)
  }

  private static let ink = "#333333"
  private static let grey = "#777777"
  private static let frame = 52.0
  private static let pitch = 56.0
  private static let left = 36.0
  private static let top = 30.0
  private static let plotHeight = 170.0

  private var columnCount: Int { before.count + moving.frames + 1 }
  private var width: Double { Self.left + Double(columnCount) * Self.pitch + 8 }
  /// The height of a frame, whose width is fixed.
  private var frameHeight: Double { Self.frame * Double(moving.height) / Double(moving.width) }
  private var plotTop: Double { Self.top + Double(itemCount) * (frameHeight + 4) + 14 }

  /// The left edge of a column, and of a step's.
  private func x(ofColumn column: Int) -> Double { Self.left + Double(column) * Self.pitch }
  private func centre(ofStep step: Int) -> Double { x(ofColumn: before.count + step) + Self.frame / 2 }

  /// The drawing.
  ///
  /// - Throws: `ReportingError` for a viewer whose pictures cannot be read.
  func svg() throws -> String {
    var drawing = SVGDocument(
      width: Int(width.rounded()), height: Int((plotTop + Self.plotHeight + 44).rounded()),
      title: "\(moving.title) and \(lines.title.lowercased()), step by step")
    drawHeadings(&drawing)
    try drawPictures(&drawing)
    drawCurves(&drawing)
    return drawing.content
  }

  func write(to path: String) throws {
    do {
      try StagedFile.write(svg(), to: path)
    } catch let error as ReportingError where !error.description.hasPrefix(path) {
      throw ReportingError("\(path): \(error.description)")
    }
  }

  private func drawHeadings(_ drawing: inout SVGDocument) {
    func heading(_ text: String, column: Int) {
      drawing.text(
        text, at: (x(ofColumn: column) + Self.frame / 2, Self.top - 10), size: 12, colour: Self.ink,
        anchor: .middle)
    }
    for index in before.indices { heading(before.count == 1 ? "given" : "given \(index + 1)", column: index) }
    for (step, name) in viewer.steps.enumerated() {
      heading(step == 0 ? "\(viewer.stepName) \(name)" : name, column: before.count + step)
    }
    heading(truth.title.lowercased(), column: columnCount - 1)
  }

  private func drawPictures(_ drawing: inout SVGDocument) throws {
    let panels = before + [moving, truth]
    let sheets = try panels.map { panel in
      guard let bytes = Data(base64Encoded: panel.image) else {
        throw ReportingError("viewer, \(panel.title): its pictures are not base64")
      }
      return try PixelImage.decode([UInt8](bytes), name: panel.title)
    }
    for item in 0..<itemCount {
      let y = Self.top + Double(item) * (frameHeight + 4)
      // The bar says which curve is that of the row.
      drawing.rectangle(
        at: (Self.left - 12, y), width: 5, height: frameHeight, fill: PlotPalette.colour(item))
      var column = 0
      for (panel, sheet) in zip(panels, sheets) {
        for frame in 0..<panel.frames {
          let picture = try Self.cut(panel, sheet, item: item, frame: frame)
          drawing.image(
            png: try picture.pngData(), at: (x(ofColumn: column), y), width: Self.frame, height: frameHeight)
          column += 1
        }
      }
    }
  }

  /// A frame of a sheet that has a row for each item and group and a column for each frame.
  private static func cut(
    _ panel: StepViewer.Panel, _ sheet: PixelImage, item: Int, frame: Int
  ) throws -> PixelImage {
    let first = item * panel.groups.count
    guard sheet.width >= (frame + 1) * panel.width, sheet.height >= (first + 1) * panel.height else {
      throw ReportingError("viewer, \(panel.title): \(sheet.width)x\(sheet.height) pixels are too few")
    }
    let length = panel.width * sheet.channels
    let rows = (0..<panel.height).map { row in
      ((first * panel.height + row) * sheet.width + frame * panel.width) * sheet.channels
    }
    return PixelImage(
      width: panel.width, height: panel.height, channels: sheet.channels,
      bytes: rows.flatMap { sheet.bytes[$0..<$0 + length] })
  }

  private func drawCurves(_ drawing: inout SVGDocument) {
    let values = (0..<itemCount).map { curve.values[$0 * lines.groups.count] }
    let axis = PlotAxis(values: values.flatMap { $0 }, scale: .linear, margin: 0.06)
    let bottom = plotTop + Self.plotHeight
    let (start, end) = (
      centre(ofStep: 0) - Self.pitch / 2, centre(ofStep: viewer.steps.count - 1) + Self.pitch / 2
    )
    func y(_ value: Double) -> Double { bottom - axis.position(of: value) * Self.plotHeight }
    for tick in axis.ticks(count: 4) {
      drawing.line(from: (start, y(tick.value)), to: (end, y(tick.value)), colour: "#dddddd", width: 1)
      guard let label = tick.label else { continue }
      drawing.text(
        label, at: (start - 6, y(tick.value) + 4), size: 12, colour: Self.grey, anchor: .end)
    }
    drawing.line(from: (start, bottom), to: (end, bottom), colour: Self.grey, width: 1)
    for (step, name) in viewer.steps.enumerated() {
      let x = centre(ofStep: step)
      drawing.line(from: (x, bottom), to: (x, bottom + 4), colour: Self.grey, width: 1)
      drawing.text(name, at: (x, bottom + 17), size: 12, colour: Self.grey, anchor: .middle)
    }
    drawing.text(
      viewer.stepName, at: ((start + end) / 2, bottom + 36), size: 13, colour: Self.ink, anchor: .middle)
    drawing.text(
      lines.title.lowercased(), at: (12, plotTop + Self.plotHeight / 2), size: 13, colour: Self.ink,
      anchor: .middle, isVertical: true)
    for (item, points) in values.enumerated() {
      let places = points.enumerated().map { (x: centre(ofStep: $0), y: y($1)) }
      drawing.polyline(places, colour: PlotPalette.colour(item), width: 2)
      for place in places { drawing.dot(at: place, radius: 3, colour: PlotPalette.colour(item)) }
    }
  }
}
