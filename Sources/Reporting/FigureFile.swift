import Foundation

/// The figures of a run as numbers, `figures.json` beside its page, from which the drawings are made.
///
/// One line for each figure, in the order of their names: equal figures give equal bytes.
public struct FigureFile: Sendable {
  /// The file's name in the folder of a run.
  public static let fileName = "figures.json"

  private enum Kind: String, Codable {
    case lines, cells, field, neighbourhood, matrices

    init?(_ figure: any Figure) {
      switch figure {
      case is LinePlot: self = .lines
      case is HeatMap: self = .cells
      case is FieldMap: self = .field
      case is NeighbourhoodDrawing: self = .neighbourhood
      case is MatrixMap: self = .matrices
      default: return nil
      }
    }
  }

  private struct Entry: Codable {
    let kind: Kind
    let figure: any Figure

    private enum CodingKeys: String, CodingKey {
      case kind, figure
    }

    init(kind: Kind, figure: any Figure) {
      (self.kind, self.figure) = (kind, figure)
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      kind = try values.decode(Kind.self, forKey: .kind)
      switch kind {
      case .lines: figure = try values.decode(LinePlot.self, forKey: .figure)
      case .cells: figure = try values.decode(HeatMap.self, forKey: .figure)
      case .field: figure = try values.decode(FieldMap.self, forKey: .figure)
      case .neighbourhood: figure = try values.decode(NeighbourhoodDrawing.self, forKey: .figure)
      case .matrices: figure = try values.decode(MatrixMap.self, forKey: .figure)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kind, forKey: .kind)
      try values.encode(figure, forKey: .figure)
    }
  }

  /// The figures by the names of their files, with numbers of six significant digits.
  public let figures: [String: any Figure]

  /// Figures by the names of their files, which end in ".svg".
  public init(_ figures: [String: any Figure]) {
    self.figures = figures.mapValues { $0.rounded() }
  }

  /// Reads a file.
  ///
  /// - Throws: `ReportingError` naming the file and what was found in it.
  public init(readingFrom path: String) throws {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let entries = try decoder.decode([String: Entry].self, from: Data(readText(path).utf8))
      figures = entries.mapValues(\.figure)
    } catch let error as DecodingError {
      throw ReportingError("\(path): \(Self.words(error)), expected the figures of a run")
    }
    if let bad = figures.keys.sorted().first(where: { !$0.hasSuffix(".svg") || $0.contains("/") }) {
      throw ReportingError("\(path): a figure named \(bad), expected the name of an SVG file")
    }
  }

  /// The drawings by the names of their files, in the order of the names.
  ///
  /// - Throws: `ReportingError` naming the drawing that cannot be made.
  public func drawings() throws -> [(name: String, text: String)] {
    try figures.sorted { $0.key < $1.key }.map { name, figure in
      do {
        return (name, try figure.svg())
      } catch let error as ReportingError {
        throw ReportingError("\(name): \(error.description)")
      }
    }
  }

  /// Writes the drawings and the file itself into a folder: nothing where one of them cannot be drawn.
  public func write(toFolder folder: String) throws {
    guard !figures.isEmpty else { return }
    var files = try drawings().map { (path: "\(folder)/\($0.name)", text: $0.text) }
    files.append(("\(folder)/\(Self.fileName)", try json()))
    try StagedFile.write(files)
  }

  /// The text of the file.
  ///
  /// - Throws: `ReportingError` for a figure of a kind that is not kept.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let lines = try figures.sorted { $0.key < $1.key }.map { name, figure in
      guard let kind = Kind(figure) else {
        throw ReportingError("\(name): figures of the type \(type(of: figure)) are not kept")
      }
      let entry = try encoder.encode(Entry(kind: kind, figure: figure))
      return "\(String(decoding: try encoder.encode(name), as: UTF8.self)):"
        + String(decoding: entry, as: UTF8.self)
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  private static func words(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "" : "field \(path): "
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context))\(key.stringValue) is missing"
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      return place(context) + context.debugDescription
    @unknown default: return "cannot be read"
    }
  }
}

/// A drawing of a run that is kept as numbers, so that it can be drawn again without the run.
public protocol Figure: ResultFile, Codable {
  /// The drawing as SVG: equal input gives equal bytes.
  ///
  /// - Throws: `ReportingError` for what cannot be drawn.
  func svg() throws -> String
  /// The figure with numbers of six significant digits.
  func rounded() -> Self
}

extension Figure {
  /// Writes the drawing, all of it or nothing.
  public func write(to path: String) throws {
    do {
      try StagedFile.write(svg(), to: path)
    } catch let error as ReportingError where !error.description.hasPrefix(path) {
      throw ReportingError("\(path): \(error.description)")
    }
  }
}

extension Double {
  /// The number with six significant digits; one that is not finite stays.
  var sixDigits: Double { isFinite ? Double(String(format: "%.5e", self)) ?? self : self }
}
