import EnergyTransformer

/// Long work, one item after the other, with a line of progress.
enum CountedWork {
  static func map<Item, Result>(
    _ items: [Item], unit: String, _ transform: (Item) throws -> Result
  ) rethrows -> [Result] {
    let progress = ProgressLine()
    progress.unit = unit
    defer { progress.finish() }
    return try items.enumerated().map { index, item in
      progress.show(.init(update: index, updateCount: items.count, imageCount: index))
      let result = try transform(item)
      progress.show(.init(update: index + 1, updateCount: items.count, imageCount: index + 1))
      return result
    }
  }
}
