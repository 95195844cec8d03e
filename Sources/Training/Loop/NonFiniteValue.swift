/// An infinity or NaN where training needs a number.
public struct NonFiniteValue: Error, CustomStringConvertible, Sendable, Equatable {
  /// What is not finite, such as "the loss".
  public let quantity: String
  /// The update that computed it, counted from 0, where one is known.
  public let update: Int?

  /// An error about one quantity, at one update where that is known.
  public init(quantity: String, update: Int? = nil) {
    self.quantity = quantity
    self.update = update
  }

  /// One line: `update …: … is not a finite number`.
  public var description: String {
    let place = update.map { "update \($0): " } ?? ""
    return "\(place)\(quantity) is not a finite number"
  }
}
