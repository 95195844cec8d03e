import Foundation
import Foundations
import ImageFiles

/// Something that changes step by step, to look at in a page: pictures, maps, curves, graphs and bars that one slider moves
/// together.
///
/// There are several items, such as images, of which one is shown, and each panel has a frame for each item and step.
///
/// ```swift
/// var viewer = StepViewer("The descent", items: names, itemName: "image", steps: (0...12).map(String.init))
/// viewer.addPictures("Completion", pictures)  // [item][step]
/// viewer.addLines("Energy", [("attention", attention), ("memory", memory)])  // [item][step] each
/// ```
public struct StepViewer: Codable, Equatable, Sendable {
  /// The heading.
  public let title: String
  /// A sentence below the heading.
  public let note: String
  /// What one of the items is called, in the singular.
  public let itemName: String
  /// The items by name.
  public let items: [String]
  /// What one of the steps is called.
  public let stepName: String
  /// The steps by name.
  public let steps: [String]
  /// What is shown.
  var panels: [Panel] = []

  /// A viewer without panels.
  ///
  /// - Parameters:
  ///   - title: The heading.
  ///   - items: The items by name, one at least.
  ///   - itemName: What one of the items is called, in the singular.
  ///   - steps: The steps by name, one at least.
  ///   - stepName: What one of the steps is called.
  ///   - note: A sentence below the heading.
  public init(
    _ title: String, items: [String], itemName: String, steps: [String], stepName: String = "step",
    note: String = ""
  ) {
    require(!items.isEmpty && !steps.isEmpty, "a viewer of \(items.count) items and \(steps.count) steps")
    self.title = title
    self.note = note
    self.itemName = itemName
    self.items = items
    self.stepName = stepName
    self.steps = steps
  }

  /// A part of the viewer, in the form that the page's script reads.
  struct Panel: Codable, Equatable, Sendable {
    /// What it draws.
    enum Kind: String, Codable, Sendable { case pictures, maps, lines, graphs, bars }

    let kind: Kind
    let title: String
    /// The size of a frame of pictures or maps.
    var width = 0
    var height = 0
    /// What there is of every frame, such as heads; one of it is shown. One empty name where there is one frame.
    var groups = [""]
    /// What one of the groups is called.
    var groupName = ""
    /// How many frames an item has: one, or one a step.
    var frames = 0
    /// What black and white of a map stand for.
    var low = 0.0
    var high = 0.0
    /// How what is between follows from numbers; evenly where nil.
    var scale: PlotScale?
    var names: MapNames?
    /// All frames in one PNG as base64: a row of frames for each item and group, a column for each frame of it.
    var image = ""
    /// The curves.
    var series: [Series] = []
    /// The graphs of the items, and how they are read; nil for other panels.
    var graphs: [PlacedGraph]?
    var reading: GraphReading?
    /// The labelled bars of the items; nil for other panels.
    var bars: [Bars]?
  }

  /// A curve for every item.
  struct Series: Codable, Equatable, Sendable {
    let label: String
    /// A row for each item and group, with a number for each step.
    let values: [[Double]]
  }

  /// Adds pictures, grey or in colour.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - pictures: [item][step], or [item][one] for pictures that stay the same.
  /// - Throws: `ReportingError` for a value that is not finite.
  public mutating func addPictures(_ title: String, _ pictures: [[Picture]]) throws {
    try addPictures(title, groups: [""], groupName: "", pictures.map { [$0] })
  }

  /// Adds pictures of which there are several of each item, such as one a method.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - groups: What there is of each, of which one is shown; the same for all panels that have groups.
  ///   - groupName: What one of the groups is called.
  ///   - pictures: [item][group][step], or [item][group][one] for pictures that stay the same.
  /// - Throws: `ReportingError` for a value that is not finite.
  public mutating func addPictures(
    _ title: String, groups: [String], groupName: String, _ pictures: [[[Picture]]]
  ) throws {
    let rows = try checkedRows(title, groups, pictures)
    var panel = Panel(kind: .pictures, title: title, width: rows[0][0].width, height: rows[0][0].height)
    panel.groups = groups
    panel.groupName = groupName
    panel.frames = rows[0].count
    panel.image = try Self.sheet(rows, title)
    panels.append(panel)
  }

  /// Adds maps of numbers, such as attention, drawn by a scale of colours; the page tells single numbers to 1/255 of the range.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - groups: What there is of each, such as heads, of which one is shown.
  ///   - groupName: What one of the groups is called.
  ///   - range: The numbers at the ends of the colours, which stand for all beyond them too; the least and the largest number when
  ///     left out.
  ///   - scale: How colours follow from numbers; by their logarithm only in a range above zero.
  ///   - names: What rows and columns are called; counted from 1 when left out.
  ///   - maps: [item][group][step], or [item][group][one] for maps that stay the same; of one channel and any
  ///     range.
  /// - Throws: `ReportingError` for a value that is not finite.
  public mutating func addMaps(
    _ title: String, groups: [String] = [""], groupName: String = "", range: ClosedRange<Float>? = nil,
    scale: PlotScale = .linear, names: MapNames? = nil, _ maps: [[[Picture]]]
  ) throws {
    let rows = try checkedRows(title, groups, maps)
    let first = rows[0][0]
    require(first.channels == 1, "\(title): a map has one channel, not \(first.channels)")
    require(
      names?.fit(
        width: first.width, height: first.height, groupCount: groups.count, itemCount: items.count) ?? true,
      "\(title): other names than for \(groups.count) groups of maps of \(first.height)x\(first.width)")
    let (low, high) = Self.ends(rows, range)
    require(scale == .linear || low > 0, "\(title): a logarithmic scale from \(low)")
    var panel = Panel(kind: .maps, title: title, width: first.width, height: first.height)
    panel.groups = groups
    panel.groupName = groupName
    panel.frames = rows[0].count
    (panel.low, panel.high) = (Self.short(Double(low)), Self.short(Double(high)))
    (panel.scale, panel.names) = (scale == .linear ? nil : scale, names)
    let extent = scale == .linear ? high - low : log(high / low)
    let factor = extent > 0 ? 1 / extent : 0
    func share(_ value: Float) -> Float {
      factor * (scale == .linear ? value - low : log(max(value, low) / low))
    }
    panel.image = try Self.sheet(
      rows.map { row in
        row.map { Picture(width: $0.width, height: $0.height, values: $0.values.map(share)) }
      }, title)
    panels.append(panel)
  }

  /// The ends of a range, or the least and the largest number of all frames.
  private static func ends(_ rows: [[Picture]], _ range: ClosedRange<Float>?) -> (low: Float, high: Float) {
    if let range { return (range.lowerBound, range.upperBound) }
    let values = rows.flatMap { $0 }.flatMap(\.values)
    return (values.min() ?? 0, values.max() ?? 0)
  }

  /// Adds curves over the steps.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - series: For each its label and [item][step].
  /// - Throws: `ReportingError` for a value that is not finite.
  public mutating func addLines(_ title: String, _ series: [(label: String, values: [[Double]])]) throws {
    try addLines(
      title, groups: [""], groupName: "",
      series.map { (label: $0.label, values: $0.values.map { [$0] }) })
  }

  /// Adds curves over the steps of which there are several of each item, such as one a method.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - groups: What there is of each, of which one is shown; the same for all panels that have groups.
  ///   - groupName: What one of the groups is called.
  ///   - series: For each its label and [item][group][step].
  /// - Throws: `ReportingError` for a value that is not finite.
  public mutating func addLines(
    _ title: String, groups: [String], groupName: String, _ series: [(label: String, values: [[[Double]]])]
  ) throws {
    var panel = Panel(kind: .lines, title: title)
    (panel.groups, panel.groupName) = (groups, groupName)
    for (label, values) in series {
      let rows = values.flatMap { $0 }
      require(
        values.count == items.count && values.allSatisfy { $0.count == groups.count }
          && rows.allSatisfy { $0.count == steps.count },
        "\(title): \(label) of \(values.count) items for \(items.count) with \(groups.count) groups of "
          + "\(steps.count) steps each")
      guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
        throw ReportingError("viewer, \(title): \(label) has a value that is not finite")
      }
      panel.series.append(Series(label: label, values: rows.map { $0.map { Self.short($0) } }))
    }
    panel.frames = steps.count
    panels.append(panel)
  }

  /// The curves of the panel with a title, by their label: [item][step], to six digits, of several groups a row for each of an
  /// item's; nil where there is no such panel.
  public func lines(_ title: String) -> [String: [[Double]]]? {
    panels.first { $0.kind == .lines && $0.title == title }.map { panel in
      Dictionary(panel.series.map { ($0.label, $0.values) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The rows of frames of all items and groups, all of one shape.
  private func checkedRows(
    _ title: String, _ groups: [String], _ pictures: [[[Picture]]]
  ) throws -> [[Picture]] {
    require(
      !groups.isEmpty && pictures.allSatisfy { $0.count == groups.count },
      "\(title): frames for \(pictures.map(\.count)) groups, expected \(groups.count)")
    let rows = pictures.flatMap { $0 }
    let frames = rows.first?.count ?? 0
    require(
      pictures.count == items.count && (frames == 1 || frames == steps.count)
        && rows.allSatisfy { $0.count == frames },
      "\(title): \(rows.count) rows of \(frames) frames for \(items.count) items and \(steps.count) steps")
    let first = rows[0][0]
    for picture in rows.joined() {
      require(
        picture.width == first.width && picture.height == first.height && picture.channels == first.channels,
        "\(title): a frame of \(picture.width)x\(picture.height) among \(first.width)x\(first.height)")
      guard picture.values.allSatisfy(\.isFinite) else {
        throw ReportingError("viewer, \(title): a frame has a value that is not finite")
      }
    }
    return rows
  }

  /// All frames side by side as a PNG in base64.
  private static func sheet(_ rows: [[Picture]], _ title: String) throws -> String {
    let first = rows[0][0]
    let (columns, channels) = (rows[0].count, first.channels)
    let width = columns * first.width
    var bytes = [UInt8](repeating: 0, count: width * rows.count * first.height * channels)
    for (row, pictures) in rows.enumerated() {
      for (column, picture) in pictures.enumerated() {
        for y in 0..<first.height {
          let start = ((row * first.height + y) * width + column * first.width) * channels
          for x in 0..<first.width * channels {
            let value = picture.values[y * first.width * channels + x]
            bytes[start + x] = UInt8((max(0, min(1, value)) * 255).rounded())
          }
        }
      }
    }
    let image = PixelImage(width: width, height: rows.count * first.height, channels: channels, bytes: bytes)
    do {
      return Data(try image.pngData()).base64EncodedString()
    } catch {
      throw ReportingError("viewer, \(title): \(error)")
    }
  }

  /// A number to some digits, six unless told otherwise: a page shows no more, and is smaller by half.
  static func short(_ value: Double, digits: Int = 6) -> Double {
    Double(String(format: "%.\(digits - 1)e", value)) ?? value
  }
}
