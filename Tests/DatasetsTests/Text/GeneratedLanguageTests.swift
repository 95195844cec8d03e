import Datasets
import Foundation
import Tensors
import Testing

struct ListOpsTests {
  /// Calculates a text by itself, without the generator: the value of its first expression, by a stack.
  private func value(_ words: ArraySlice<String>) -> Int? {
    var stack: [[String]] = [[]]
    for word in words {
      switch word {
      case "(": stack.append([])
      case ")":
        let arguments = stack.removeLast()
        let digits = arguments.dropFirst().compactMap { Int($0) }
        let result: Int
        switch arguments.first {
        case "add": result = digits.reduce(0, +) % 10
        case "max": result = digits.sorted().last ?? -1
        case "med": result = digits.count == 2 ? min(digits[0], digits[1]) : digits.sorted()[1]
        default: return nil
        }
        stack[stack.count - 1].append("\(result)")
      default: stack[stack.count - 1].append(word)
      }
    }
    return stack.count == 1 && stack[0].count == 1 ? Int(stack[0][0]) : nil
  }

  @Test("every line of a calculation has the same value, and the last is that value")
  func calculations() {
    var random = RandomStream(seed: 1)
    let task = ListOps(depth: 3, nesting: 0.5)
    var depths: Set<Int> = []
    for _ in 0..<300 {
      let expression = task.expression(of: .training, using: &random)
      depths.insert(expression.depth)
      let words = ListOps.text(of: ListOps.calculation(of: expression)).split(separator: " ").map(String.init)
      #expect(words.last == ";")
      let lines = words.dropLast().split(separator: "=")
      #expect(lines.count == expression.depth + 1)
      #expect(lines.allSatisfy { value($0) == expression.value })
      #expect(lines.last.map(Array.init) == ["\(expression.value)"])
    }
    #expect(depths == [1, 2, 3])
  }

  @Test("a calculation as the documentation writes it")
  func example() {
    let expression = ListOps.Expression.operation(
      .max, [.digit(3), .operation(.add, [.digit(4), .digit(7)]), .digit(2)])
    #expect(
      ListOps.text(of: ListOps.calculation(of: expression))
        == "( max 3 ( add 4 7 ) 2 ) = ( max 3 1 2 ) = 3 ;")
    #expect(ListOps.text(of: ListOps.prompt(of: expression)) == "( max 3 ( add 4 7 ) 2 ) =")
  }

  @Test("no expression of the tests is ever drawn for training, and both have all depths")
  func parts() {
    var random = RandomStream(seed: 2)
    let task = ListOps()
    func drawn(_ part: ListOps.Part) -> [ListOps.Expression] {
      (0..<2_000).map { _ in task.expression(of: part, using: &random) }
    }
    let (training, test) = (drawn(.training), drawn(.test))
    let seen = Set(training.map { ListOps.prompt(of: $0) })
    #expect(!test.contains { seen.contains(ListOps.prompt(of: $0)) })
    for part in [training, test] {
      #expect(Set(part.map(\.depth)) == [1, 2])
      // 1 - (3/4)^2 and 1 - (3/4)^3 of the expressions with two and three arguments are nested.
      let share = Double(part.count { $0.depth == 2 }) / 2_000
      #expect(abs(share - (1 - (0.5625 + 0.421875) / 2)) < 0.05)
    }
  }

  @Test("answers are judged by their last value and by their steps")
  func judgement() {
    let expression = ListOps.Expression.operation(
      .add, [.operation(.median, [.digit(7), .digit(5)]), .digit(6)])
    let answer = Array(
      ListOps.calculation(of: expression).dropFirst(ListOps.prompt(of: expression).count))
    #expect(ListOps.text(of: answer) == "( add 5 6 ) = 1 ;")
    func judged(_ symbols: [Int]) -> [Bool] {
      let found = ListOps.judge(symbols, of: expression)
      return [found.valueIsRight, found.stepsAreRight]
    }
    #expect(judged(answer) == [true, true])
    #expect(judged(answer + [3, 4]) == [true, true])
    #expect(judged(Array(answer.dropLast())) == [false, false])
    #expect(judged([1, ListOps.end]) == [true, false])
    #expect(judged([2, ListOps.end]) == [false, false])
    #expect(judged([ListOps.end]) == [false, false])
    #expect(judged([]) == [false, false])
  }

  @Test("a stream begins with a calculation, has its length, and comes from the seed alone")
  func stream() {
    var random = RandomStream(seed: 4)
    let symbols = ListOps().stream(length: 201, using: &random)
    #expect(symbols.count == 201 && ListOps.words[symbols[0]] == "(")
    var again = RandomStream(seed: 4)
    #expect(ListOps().stream(length: 201, using: &again) == symbols)
    #expect(symbols.allSatisfy { (0..<ListOps.symbolCount).contains($0) })
  }
}

struct BracketGrammarTests {
  static let grammar = BracketGrammar(classCount: 3, kindCount: 2, depth: 3, opening: 0.4, ending: 0.3)

  @Test("probabilities sum to 1 wherever a text leads")
  func normalized() {
    var (random, state) = (RandomStream(seed: 5), BracketGrammar.State())
    for symbol in Self.grammar.stream(length: 2_000, using: &random) {
      let probabilities = Self.grammar.probabilities(in: state)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
      #expect(Self.grammar.advance(&state, by: symbol))
    }
  }

  @Test("brackets close in their order, verbs agree, and no more are open than the depth")
  func sentences() {
    var random = RandomStream(seed: 6)
    let words = Self.grammar.stream(length: 5_000, using: &random).map(Self.grammar.word(of:))
    var (open, subject) = ([String](), "")
    var deepest = 0
    for word in words {
      if word.hasPrefix("s") { (subject, open) = (String(word.dropFirst()), []) }
      if word.hasPrefix("(") { open.append(String(word.dropFirst())) }
      if word.hasSuffix(")") { #expect(open.popLast() == String(word.dropLast())) }
      if word.hasPrefix("v") { #expect(open.isEmpty && word.dropFirst() == subject) }
      deepest = max(deepest, open.count)
    }
    #expect(deepest == 3)
  }

  @Test("a text costs what its probabilities say, and its mean is the frequencies' entropy")
  func costs() {
    var random = RandomStream(seed: 7)
    let symbols = Self.grammar.stream(length: 60_000, using: &random)
    let costs = Self.grammar.costs(of: symbols)
    // Counted behind a state that can be told from the text: after a full stop a subject follows, each equally often.
    let stop = Self.grammar.symbolCount - 1
    let subjects = symbols.indices.dropFirst().filter { symbols[$0 - 1] == stop }
    #expect(subjects.allSatisfy { abs(costs[$0].nats - log(3)) < 1e-12 })
    for subject in 0..<3 {
      let share = Double(subjects.count { symbols[$0] == subject }) / Double(subjects.count)
      #expect(abs(share - 1 / 3.0) < 0.02)
    }
    // Behind a subject the verb comes with probability 0.3.
    let firsts = symbols.indices.dropFirst().filter { symbols[$0 - 1] < 3 }
    let verbs = firsts.filter { Self.grammar.verbs.contains(symbols[$0]) }
    #expect(abs(Double(verbs.count) / Double(firsts.count) - 0.3) < 0.02)
    #expect(verbs.allSatisfy { costs[$0].agreementDistance == 1 && abs(costs[$0].nats + log(0.3)) < 1e-12 })
    #expect(
      costs.indices.allSatisfy {
        (costs[$0].agreementDistance != nil) == Self.grammar.verbs.contains(symbols[$0])
      })
  }

  @Test("a symbol that cannot follow is not followed")
  func refused() {
    var state = BracketGrammar.State()
    #expect(!Self.grammar.advance(&state, by: 4))
    #expect(!Self.grammar.advance(&state, by: -1) && !Self.grammar.advance(&state, by: 99))
    #expect(state == BracketGrammar.State())
    #expect(Self.grammar.advance(&state, by: 1) && Self.grammar.advance(&state, by: 4))
    #expect(!Self.grammar.advance(&state, by: 3))
  }
}
