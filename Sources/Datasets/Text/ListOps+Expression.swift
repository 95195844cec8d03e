extension ListOps {
  /// The operations.
  public enum Operation: Int, Sendable, CaseIterable {
    case add, max, median

    /// The value of two digits or more: of a sum its last digit, and the median of two numbers is the larger.
    public func value(of arguments: [Int]) -> Int {
      switch self {
      case .add: arguments.reduce(0, +) % 10
      case .max: arguments.max() ?? 0
      case .median: arguments.sorted()[arguments.count / 2]
      }
    }
  }

  /// An expression.
  public indirect enum Expression: Sendable, Equatable {
    case digit(Int)
    case operation(Operation, [Expression])

    /// The number of operations inside one another, 0 for a digit.
    public var depth: Int {
      switch self {
      case .digit: 0
      case .operation(_, let arguments): 1 + (arguments.map(\.depth).max() ?? 0)
      }
    }

    /// The value, a digit.
    public var value: Int {
      switch self {
      case .digit(let digit): digit
      case .operation(let operation, let arguments): operation.value(of: arguments.map(\.value))
      }
    }

    var isOperation: Bool { if case .operation = self { true } else { false } }

    /// The same with one operation on digits replaced by its value: the one that is found from the outermost one inwards by
    /// the first argument that is an operation.
    var rewritten: Expression {
      guard case .operation(let operation, var arguments) = self else { return self }
      guard let index = arguments.firstIndex(where: \.isOperation) else { return .digit(value) }
      arguments[index] = arguments[index].rewritten
      return .operation(operation, arguments)
    }

    var symbols: [Int] {
      switch self {
      case .digit(let digit): [ListOps.firstDigit + digit]
      case .operation(let operation, let arguments):
        [ListOps.firstOperation + operation.rawValue, ListOps.open] + arguments.flatMap(\.symbols)
          + [ListOps.close]
      }
    }
  }
}
