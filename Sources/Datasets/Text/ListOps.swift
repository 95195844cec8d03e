import Foundations
public import Tensors

/// Nested calculations with their steps, as symbols: sums, maxima and medians of digits modulo 10.
///
/// `max ( 3 add ( 4 7 ) 2 ) = max ( 3 1 2 ) = 3 ;` — each `=` replaces one operation on digits by its value, and `;` ends.
///
/// Expressions are drawn operation by operation: two or three arguments with equal probability, each of which is an operation of
/// its own with `nesting`, down to `depth` operations inside one another, and otherwise a digit.
///
/// Some triples of different digits are held out: a calculation that has one of them side by side in any of its steps is for tests
/// and never drawn for training, and all calculations of the tests have one. So no expression of the tests is a line of a
/// calculation that is drawn for training, nor a part of one: rewriting would bring the triple out.
///
/// - Source: Nangia and Bowman 2018; in this form NRGPT, arXiv 2512.16762, whose symbols, order of steps, median and held out triples
///   these are (depth 2, nesting 0.25, 50 triples; its 50,000 calculations have 15.82 symbols on average).
public struct ListOps: Sendable, Equatable {
  /// Which expressions are drawn.
  public enum Part: Sendable { case training, test }

  /// The symbol that ends a calculation, `;`.
  public static let end = 0
  static let open = 1, close = 2
  /// The symbol `=`.
  public static let equals = 3
  static let firstOperation = 4, firstDigit = 10
  /// The words of the symbols. Three have no meaning: NRGPT's vocabulary has more operations than its calculations.
  public static let words =
    [";", "(", ")", "=", "add", "max", "median", "unused7", "unused8", "unused9"] + (0..<10).map(String.init)
  /// The number of symbols.
  public static var symbolCount: Int { words.count }

  /// The most operations inside one another.
  public let depth: Int
  /// The probability that an argument is an operation.
  public let nesting: Double
  /// Whether a triple of digits, read as a number, is held out.
  private let isHeldOut: [Bool]

  /// Expressions of at most some depth.
  ///
  /// - Parameters:
  ///   - depth: The most operations inside one another.
  ///   - nesting: The probability that an argument is an operation.
  ///   - heldOutCount: The number of triples that are held out, of the 720 of different digits.
  ///   - stream: Draws the triples.
  public init(
    depth: Int = 2, nesting: Double = 0.25, heldOutCount: Int = 50,
    random stream: RandomStream = RandomStream(seed: 0)
  ) {
    require(depth >= 1, "an expression has a depth of at least 1, not \(depth)")
    require((0...1).contains(nesting), "a probability lies in 0 ... 1, not \(nesting)")
    require((1...360).contains(heldOutCount), "from 1 to 360 triples can be held out, not \(heldOutCount)")
    (self.depth, self.nesting) = (depth, nesting)
    let triples = (0..<1_000).filter { Set([$0 / 100, $0 / 10 % 10, $0 % 10]).count == 3 }
    var random = stream
    var isHeldOut = [Bool](repeating: false, count: 1_000)
    for index in random.permutation(of: triples.count).prefix(heldOutCount) {
      isHeldOut[triples[index]] = true
    }
    self.isHeldOut = isHeldOut
  }

  /// The triples of digits that no calculation drawn for training has side by side.
  public var heldOutTriples: [[Int]] {
    (0..<1_000).filter { isHeldOut[$0] }.map { [$0 / 100, $0 / 10 % 10, $0 % 10] }
  }

  /// An expression of one of the parts.
  public func expression(of part: Part, using random: inout RandomStream) -> Expression {
    while true {
      let found = operation(left: depth, using: &random)
      if holdsOut(Self.calculation(of: found)) == (part == .test) { return found }
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

  /// Whether a calculation has three digits side by side that are held out.
  private func holdsOut(_ calculation: [Int]) -> Bool {
    var (digits, number) = (0, 0)
    for symbol in calculation {
      guard symbol >= Self.firstDigit else {
        digits = 0
        continue
      }
      digits += 1
      number = (10 * number + symbol - Self.firstDigit) % 1_000
      if digits >= 3 && isHeldOut[number] { return true }
    }
    return false
  }

  /// The calculation of an expression, from the expression itself to the end symbol.
  public static func calculation(of expression: Expression) -> [Int] {
    var (symbols, current) = (expression.symbols, expression)
    while current.isOperation {
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
    return Judgement(
      valueIsRight: last == [firstDigit + expression.value], stepsAreRight: found == expected)
  }

  /// Symbols as words with spaces between them.
  public static func text(of symbols: some Sequence<Int>) -> String {
    symbols.map { words[$0] }.joined(separator: " ")
  }
}
