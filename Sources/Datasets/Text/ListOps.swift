import Foundations
public import Tensors

/// Nested calculations with their steps, as symbols: sums, maxima and medians of digits modulo 10.
///
/// `( max 3 ( add 4 7 ) 2 ) = ( max 3 1 2 ) = 3 ;` — each `=` replaces all innermost operations by their values, and `;` ends. A
/// sum is taken modulo 10; the median of two numbers is the smaller.
///
/// Expressions are drawn operation by operation: two or three arguments with equal probability, each of which is an operation of
/// its own with `nesting`, down to `depth` operations inside one another, and otherwise a digit. A tenth of all expressions, by
/// a hash of their symbols, is for tests and never drawn for training.
///
/// - Source: Nangia and Bowman 2018; with these operations and their steps NRGPT, arXiv 2512.16762 (depth 2, nesting 0.25).
public struct ListOps: Sendable, Equatable {
  /// The operations.
  public enum Operation: Int, Sendable, CaseIterable {
    case add, max, median

    /// The value of two digits or more.
    public func value(of arguments: [Int]) -> Int {
      switch self {
      case .add: arguments.reduce(0, +) % 10
      case .max: arguments.max() ?? 0
      case .median: arguments.sorted()[(arguments.count - 1) / 2]
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

    /// The same with all innermost operations replaced by their values.
    var rewritten: Expression {
      guard case .operation(let operation, let arguments) = self else { return self }
      return depth == 1 ? .digit(value) : .operation(operation, arguments.map(\.rewritten))
    }

    fileprivate var symbols: [Int] {
      switch self {
      case .digit(let digit): [digit]
      case .operation(let operation, let arguments):
        [ListOps.open, ListOps.firstOperation + operation.rawValue] + arguments.flatMap(\.symbols)
          + [ListOps.close]
      }
    }
  }

  /// Which expressions are drawn.
  public enum Part: Sendable { case training, test }

  static let firstOperation = 10, open = 13, close = 14
  /// The symbol `=`.
  public static let equals = 15
  /// The symbol that ends a calculation, `;`.
  public static let end = 16
  /// The words of the symbols.
  public static let words = (0..<10).map(String.init) + ["add", "max", "med", "(", ")", "=", ";"]
  /// The number of symbols.
  public static var symbolCount: Int { words.count }

  /// The most operations inside one another.
  public let depth: Int
  /// The probability that an argument is an operation.
  public let nesting: Double

  /// Expressions of at most some depth.
  public init(depth: Int = 2, nesting: Double = 0.25) {
    require(depth >= 1, "an expression has a depth of at least 1, not \(depth)")
    require((0...1).contains(nesting), "a probability lies in 0 ... 1, not \(nesting)")
    (self.depth, self.nesting) = (depth, nesting)
  }

  /// An expression of one of the parts.
  public func expression(of part: Part, using random: inout RandomStream) -> Expression {
    while true {
      let found = operation(left: depth, using: &random)
      if (Self.hash(found.symbols) % 10 == 0) == (part == .test) { return found }
    }
  }

  private func operation(left: Int, using random: inout RandomStream) -> Expression {
    let operations = Operation.allCases
    let operation = operations[random.integer(below: operations.count)]
    let count = 2 + random.integer(below: 2)
    let arguments: [Expression] = (0..<count).map { _ in
      left > 1 && random.uniform() < nesting
        ? self.operation(left: left - 1, using: &random) : .digit(random.integer(below: 10))
    }
    return .operation(operation, arguments)
  }

  /// The calculation of an expression, from the expression itself to the end symbol.
  public static func calculation(of expression: Expression) -> [Int] {
    var (symbols, current) = (expression.symbols, expression)
    while current.depth > 0 {
      current = current.rewritten
      symbols += [equals] + current.symbols
    }
    return symbols + [end]
  }

  /// What a model is given: the expression and the first `=`.
  public static func prompt(of expression: Expression) -> [Int] { expression.symbols + [equals] }

  /// Calculations of a part one after the other, cut behind so many symbols.
  public func stream(
    of part: Part = .training, length: Int, using random: inout RandomStream
  ) -> [Int] {
    var symbols: [Int] = []
    while symbols.count < length {
      symbols += Self.calculation(of: expression(of: part, using: &random))
    }
    return Array(symbols.prefix(length))
  }

  /// What a model made of a prompt.
  public struct Judgement: Sendable, Equatable {
    /// Whether the last value before the end is right.
    public let valueIsRight: Bool
    /// Whether all steps are.
    public let stepsAreRight: Bool
  }

  /// Judges the symbols that continue the prompt of an expression, up to the end symbol or without one.
  public static func judge(_ continuation: [Int], of expression: Expression) -> Judgement {
    let expected = Array(calculation(of: expression).dropFirst(prompt(of: expression).count))
    guard let end = continuation.firstIndex(of: end) else {
      return Judgement(valueIsRight: false, stepsAreRight: false)
    }
    let found = Array(continuation[...end])
    let last = found.dropLast().split(separator: equals, omittingEmptySubsequences: false).last.map(
      Array.init)
    return Judgement(valueIsRight: last == [expression.value], stepsAreRight: found == expected)
  }

  /// Symbols as words with spaces between them.
  public static func text(of symbols: some Sequence<Int>) -> String {
    symbols.map { words[$0] }.joined(separator: " ")
  }

  /// FNV-1a of 64 bits.
  private static func hash(_ symbols: [Int]) -> UInt64 {
    symbols.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } >> 7
  }
}
