import Datasets
import Foundation
import Tensors
import Testing

struct ListOpsTests {
  /// Calculates a text by itself, without the generator: the value of its only expression, by a stack.
  private func value(_ words: ArraySlice<String>) -> Int? {
    var stack: [[String]] = [[]]
    for word in words {
      guard word == ")" else {
        if word == "(" { stack.append([]) } else { stack[stack.count - 1].append(word) }
        continue
      }
      let digits = stack.removeLast().compactMap { Int($0) }
      let result: Int
      switch stack[stack.count - 1].popLast() {
      case "add": result = digits.reduce(0, +) % 10
      case "max": result = digits.sorted().last ?? -1
      case "median": result = digits.count == 2 ? max(digits[0], digits[1]) : digits.sorted()[1]
      default: return nil
      }
      stack[stack.count - 1].append("\(result)")
    }
    return stack.count == 1 && stack[0].count == 1 ? Int(stack[0][0]) : nil
  }

  private func words(_ expression: ListOps.Expression) -> [String] {
    ListOps.text(of: ListOps.calculation(of: expression)).split(separator: " ").map(String.init)
  }

  @Test("every line of a calculation has the same value and one operation fewer, and the last is that value")
  func calculations() {
    var random = RandomStream(seed: 1)
    let task = ListOps(depth: 3, nesting: 0.5)
    var depths: Set<Int> = []
    for _ in 0..<300 {
      let expression = task.expression(of: .training, using: &random)
      depths.insert(expression.depth)
      let words = words(expression)
      #expect(words.last == ";")
      let lines = words.dropLast().split(separator: "=")
      let operations = lines.map { line in line.count { $0 == "(" } }
      #expect(operations == Array((0..<lines.count).reversed()))
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
        == "max ( 3 add ( 4 7 ) 2 ) = max ( 3 1 2 ) = 3 ;")
    #expect(ListOps.text(of: ListOps.prompt(of: expression)) == "max ( 3 add ( 4 7 ) 2 ) =")
  }

  @Test(
    "steps go by the first operation inside the first operation, as NRGPT's; its symbols are those of NRGPT")
  func steps() {
    let inner = ListOps.Expression.operation(.add, [.digit(9), .digit(8), .digit(7)])
    let expression = ListOps.Expression.operation(
      .median,
      [
        .operation(.max, [.digit(0), inner]),
        .operation(.median, [.digit(2), .digit(6)]),
      ])
    #expect(
      ListOps.text(of: ListOps.calculation(of: expression))
        == "median ( max ( 0 add ( 9 8 7 ) ) median ( 2 6 ) ) = median ( max ( 0 4 ) median ( 2 6 ) )"
        + " = median ( 4 median ( 2 6 ) ) = median ( 4 6 ) = 6 ;")
    #expect(ListOps.symbolCount == 20)
    #expect(ListOps.calculation(of: inner) == [4, 1, 19, 18, 17, 2, 3, 14, 0])
    #expect(
      ListOps.prompt(of: expression) == [6, 1, 5, 1, 10, 4, 1, 19, 18, 17, 2, 2, 6, 1, 12, 16, 2, 2, 3])
  }

  @Test("no expression of the tests is ever a line of a calculation for training, and both have all depths")
  func parts() {
    var random = RandomStream(seed: 2)
    let task = ListOps()
    func drawn(_ part: ListOps.Part) -> [ListOps.Expression] {
      (0..<2_000).map { _ in task.expression(of: part, using: &random) }
    }
    let (training, test) = (drawn(.training), drawn(.test))
    let lines = Set(training.flatMap { words($0).dropLast().split(separator: "=").map(Array.init) })
    #expect(!test.contains { lines.contains(Array(words($0).prefix { $0 != "=" })) })
    #expect(Set(training.map(\.depth)) == [1, 2] && Set(test.map(\.depth)) == [1, 2])
    // 1 - (3/4)^2 and 1 - (3/4)^3 of the expressions with two and three arguments are nested; few of them are held out.
    let share = Double(training.count { $0.depth == 2 }) / 2_000
    #expect(abs(share - (1 - (0.5625 + 0.421875) / 2)) < 0.05)
    // NRGPT's 50,000 calculations have 791,016 symbols.
    let length = Double(training.reduce(0) { $0 + ListOps.calculation(of: $1).count }) / 2_000
    #expect(abs(length - 15.82) < 0.8)
  }

  @Test(
    "held out triples of different digits are side by side in all calculations of the tests and in none for training"
  )
  func heldOut() {
    let task = ListOps(heldOutCount: 20, random: RandomStream(seed: 8))
    let triples = Set(task.heldOutTriples)
    #expect(triples.count == 20 && triples.allSatisfy { Set($0).count == 3 })
    #expect(
      ListOps(depth: 4, heldOutCount: 20, random: RandomStream(seed: 8)).heldOutTriples == task.heldOutTriples
    )
    #expect(Set(ListOps(heldOutCount: 20, random: RandomStream(seed: 9)).heldOutTriples) != triples)
    #expect(ListOps().heldOutTriples.count == 50)
    var random = RandomStream(seed: 3)
    for part in [ListOps.Part.training, .test] {
      for _ in 0..<200 {
        let words = words(task.expression(of: part, using: &random))
        let isThere = words.indices.dropLast(2).contains { index in
          triples.contains(words[index..<index + 3].map { Int($0) ?? -1 })
        }
        #expect(isThere == (part == .test))
      }
    }
  }

  @Test("answers are judged by their last value and by their steps")
  func judgement() {
    let expression = ListOps.Expression.operation(
      .add, [.operation(.median, [.digit(7), .digit(5)]), .digit(6)])
    let answer = Array(
      ListOps.calculation(of: expression).dropFirst(ListOps.prompt(of: expression).count))
    #expect(ListOps.text(of: answer) == "add ( 7 6 ) = 3 ;")
    func judged(_ symbols: [Int]) -> [Bool] {
      let found = ListOps.judge(symbols, of: expression)
      return [found.valueIsRight, found.stepsAreRight]
    }
    #expect(judged(answer) == [true, true])
    #expect(judged(answer + [3, 4]) == [true, true])
    #expect(judged(Array(answer.dropLast())) == [false, false])
    #expect(judged([13, ListOps.end]) == [true, false])
    #expect(judged([19, ListOps.equals, 13, ListOps.end]) == [true, false])
    #expect(judged([19, 13, ListOps.end]) == [false, false])
    #expect(judged([12, ListOps.end]) == [false, false])
    #expect(judged([ListOps.end]) == [false, false])
    #expect(judged([]) == [false, false])
  }

  @Test("a stream begins with a calculation, has its length, and comes from the seed alone")
  func stream() {
    var random = RandomStream(seed: 4)
    let symbols = ListOps().stream(length: 201, using: &random)
    #expect(symbols.count == 201 && ["add", "max", "median"].contains(ListOps.words[symbols[0]]))
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

  @Test("sentences of every shape are as frequent as the rules make them")
  func sentenceFrequencies() {
    // One bracket deep, a sentence has n pairs with probability 0.7^n * 0.3, and every kind and class is equally likely.
    let grammar = BracketGrammar(classCount: 2, kindCount: 2, depth: 1, opening: 0.4, ending: 0.3)
    var random = RandomStream(seed: 9)
    let text = grammar.stream(length: 60_000, using: &random)
    let sentences = text.split(separator: grammar.symbolCount - 1).dropLast()
    let words = sentences.map { $0.map(grammar.word(of:)).joined(separator: " ") }
    for (sentence, probability) in [
      ("s0 v0", 0.3 / 2), ("s1 v1", 0.3 / 2), ("s1 (0 0) v1", 0.7 * 0.3 / 4),
      ("s0 (1 1) (0 0) v0", 0.7 * 0.7 * 0.3 / 8), ("s0 v1", 0), ("s1 (0 1) v1", 0),
    ] {
      let share = Double(words.count { $0 == sentence }) / Double(words.count)
      let deviation = (probability * (1 - probability) / Double(words.count)).squareRoot()
      #expect(abs(share - probability) <= 5 * deviation, "\(sentence)")
    }
  }

  @Test("a long text costs its entropy, which follows from how often each number of brackets is open")
  func entropy() {
    // A sentence: log 3 for the class. With no bracket open, n openings and then the verb: 0.3 (1 - 0.3)^n, so 0.7 / 0.3 openings
    // and 1 / 0.3 choices. Inside, one more opens with 0.4, so a bracket at depth 1 or 2 has 0.4 / 0.6 in it and 1 / 0.6 choices;
    // at depth 3 it closes without choice.
    func binary(_ p: Double) -> Double { -p * log(p) - (1 - p) * log(1 - p) }
    let first = 0.7 / 0.3
    let (second, third) = (first * 0.4 / 0.6, first * 0.4 / 0.6 * 0.4 / 0.6)
    let pairs = first + second + third
    let entropy =
      log(3) + binary(0.3) / 0.3 + (first + second) * binary(0.4) / 0.6 + pairs * log(2)
    let length = 3 + 2 * pairs
    var random = RandomStream(seed: 10)
    let symbols = Self.grammar.stream(length: 200_000, using: &random)
    let mean = Self.grammar.costs(of: symbols).reduce(0) { $0 + $1.nats } / 200_000
    #expect(abs(mean - entropy / length) < 0.01, "\(mean), expected \(entropy / length)")
  }

  @Test("a text costs what its probabilities say")
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
