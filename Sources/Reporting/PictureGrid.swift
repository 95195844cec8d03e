import Foundations
public import ImageFiles

/// Rows of images under labelled columns, as one picture on a white ground.
///
/// Every image pixel becomes a square of `scale` x `scale` pixels: nothing is smoothed, so what is shown
/// is what the model made. Labels are printable ASCII; any other character shows as "?".
public struct PictureGrid: Equatable, Sendable {
  /// One row of images; nil leaves a cell empty.
  public struct Row: Equatable, Sendable {
    /// The label to the left of the row; may be empty.
    public var label: String
    /// One image for every column.
    public var pictures: [Picture?]

    /// A row of images with an optional label.
    public init(label: String = "", pictures: [Picture?]) {
      self.label = label
      self.pictures = pictures
    }
  }

  /// The labels above the columns; a label wider than its column is broken at spaces.
  public let columns: [String]
  /// The rows from the top.
  public private(set) var rows: [Row] = []
  /// The number of drawn pixels for every image pixel, in each direction.
  public var scale: Int
  /// The number of drawn pixels for every pixel of a letter.
  public var textScale: Int
  /// The number of white pixels around every image.
  public var padding: Int

  /// An empty grid.
  public init(columns: [String], scale: Int = 4, textScale: Int = 2, padding: Int = 8) {
    require(!columns.isEmpty, "a grid needs at least one column")
    require(scale > 0 && textScale > 0 && padding >= 0, "scales must be at least 1, padding at least 0")
    self.columns = columns
    self.scale = scale
    self.textScale = textScale
    self.padding = padding
  }

  /// Adds a row of images, all of one size with those before.
  public mutating func addRow(label: String = "", _ pictures: [Picture?]) {
    require(pictures.count == columns.count, "row of \(pictures.count) images, \(columns.count) columns")
    for picture in pictures.compactMap({ $0 }) {
      let first = size ?? (picture.width, picture.height)
      require(
        first == (picture.width, picture.height),
        "an image of \(picture.width)x\(picture.height) in a grid of \(first.width)x\(first.height) images")
      if size == nil { size = first }
    }
    rows.append(Row(label: label, pictures: pictures))
  }

  /// Width and height of the images, once there is one.
  private(set) var size: (width: Int, height: Int)? {
    get { imageWidth > 0 ? (imageWidth, imageHeight) : nil }
    set { (imageWidth, imageHeight) = newValue ?? (0, 0) }
  }
  private var imageWidth = 0
  private var imageHeight = 0

  /// The drawn grid: grey when every image is grey, else in colour.
  ///
  /// - Throws: `ReportingError` for a grid without images, or a value that is not finite (its row, column
  ///   and pixel are named).
  public func image() throws -> PixelImage {
    try validate()
    return Drawing(self).image
  }

  /// Writes the grid as a PNG file, all of it or nothing.
  public func write(to path: String) throws {
    let image: PixelImage
    do {
      image = try self.image()
    } catch let error as ReportingError {
      throw ReportingError("\(path): \(error.description)")
    }
    try StagedFile(image.pngData(), for: path).commit()
  }

  private func validate() throws {
    guard size != nil else { throw ReportingError("picture grid: no images to draw") }
    for (row, content) in rows.enumerated() {
      for (column, picture) in content.pictures.enumerated() {
        guard let picture, let bad = picture.values.firstIndex(where: { !$0.isFinite }) else { continue }
        let position = "picture grid: row \(row + 1), column \(column + 1) (\(columns[column]))"
        throw ReportingError(
          "\(position), value \(bad): expected a finite number, found \(picture.values[bad])")
      }
    }
  }
}
