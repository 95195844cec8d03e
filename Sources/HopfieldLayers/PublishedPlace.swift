/// Where a parameter lies in a saved state of the published package.
struct PublishedPlace {
  /// The name of the array.
  let array: String
  /// Which rows of it are the parameter; nil for all.
  var rows: Range<Int>?
  /// How many rows the array has then.
  var rowCount = 0

  init(_ array: String) { self.array = array }

  init(_ array: String, rows: Range<Int>, of rowCount: Int) {
    self.array = array
    self.rows = rows
    self.rowCount = rowCount
  }
}
