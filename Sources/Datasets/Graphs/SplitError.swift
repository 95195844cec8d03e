/// Labels that cannot be split as asked.
public struct SplitError: Error, Equatable, CustomStringConvertible {
  /// The class that stands in the way; nil where there are no examples at all.
  public let label: Int?
  private let before: String
  private let after: String

  /// A line about no class in particular.
  init(_ text: String) { (label, before, after) = (nil, text, "") }

  /// A line with the class between two texts.
  init(_ before: String = "", label: Int, _ after: String) {
    (self.label, self.before, self.after) = (label, before, after)
  }

  /// The same line behind a text.
  func behind(_ text: String) -> SplitError {
    label.map { SplitError(text + before, label: $0, after) } ?? SplitError(text + before)
  }

  /// One line: what was expected, and what was found.
  public var description: String { before + (label.map { "class \($0)" } ?? "") + after }

  /// The line with what the source calls the classes, in the order of their numbers.
  public func description(classNames: [String]) -> String {
    before + (label.map { "class \(classNames[$0])" } ?? "") + after
  }
}
