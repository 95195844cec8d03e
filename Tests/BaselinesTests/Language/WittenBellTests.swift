import Baselines
import Foundation
import Testing

struct WittenBellTests {
  @Test("probabilities are those of a calculation by hand")
  func hand() {
    // 0 1 0 1 1 2: unigrams 2, 3, 1 of 6, three different ones.
    let model = WittenBellModel(order: 1, symbolCount: 4, counting: [0, 1, 0, 1, 1, 2])
    let unigram = [2.0, 3, 1, 0].map { ($0 + 3 * 0.25) / 9 }
    for (symbol, expected) in unigram.enumerated() {
      #expect(abs(model.probability(of: symbol, after: []) - expected) < 1e-15)
    }
    // Behind 1 came 0, 1 and 2, once each.
    for symbol in 0..<4 {
      let expected = ((symbol < 3 ? 1 : 0) + 3 * unigram[symbol]) / 6
      #expect(abs(model.probability(of: symbol, after: [0, 1]) - expected) < 1e-15)
    }
    // 3 was never seen: what fewer symbols say.
    #expect(model.probabilities(after: [3]) == (0..<4).map { model.probability(of: $0, after: []) })
    #expect(abs(model.probability(of: 1, after: [0], order: 0) - unigram[1]) < 1e-15)
  }

  @Test("probabilities sum to 1 behind any context", arguments: [0, 1, 2, 4])
  func normalized(order: Int) {
    let text = (0..<500).map { ($0 * $0 + $0 / 3) % 7 }
    let model = WittenBellModel(order: order, symbolCount: 7, counting: text)
    for past in [[], [3], [6, 6, 6, 6, 6], Array(text.prefix(9)), [1, 2, 3, 4, 5]] {
      #expect(abs(model.probabilities(after: past).reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test("the likelihood of a text is that of its symbols one by one, each behind those before it")
  func likelihood() {
    let text = (0..<300).map { ($0 * 5 + $0 / 7) % 6 }
    let model = WittenBellModel(order: 3, symbolCount: 6, counting: Array(text.prefix(200)))
    let (past, rest) = (Array(text.prefix(200)), Array(text.dropFirst(200)))
    var sum = 0.0
    for index in rest.indices {
      sum -= log(model.probability(of: rest[index], after: past + rest.prefix(index)))
    }
    #expect(abs(model.meanNegativeLogLikelihood(of: rest, after: past) - sum / Double(rest.count)) < 1e-12)
    // The order is cut to the model's, and all orders at once are those one by one.
    let each = (0...3).map { order in
      rest.indices.reduce(0.0) {
        $0 - log(model.probability(of: rest[$1], after: past + rest.prefix($1), order: order))
      } / Double(rest.count)
    }
    for (found, expected) in zip(model.meanNegativeLogLikelihoods(of: rest, after: past), each) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(model.meanNegativeLogLikelihood(of: rest, after: past, order: 9) == each[3])
    // More context explains more of a text whose next symbol follows from it.
    let likelihoods = (0...3).map { model.meanNegativeLogLikelihood(of: rest, after: past, order: $0) }
    #expect(likelihoods[3] < likelihoods[0])
  }

  @Test("counts are those of a plain recursion over all places of a text, for many symbols and a high order")
  func plain() {
    // More symbols than 64 bits hold contexts of six of.
    let text = (0..<160).map { 40_000 * ($0 * $0 % 3) + $0 % 4 }
    let model = WittenBellModel(order: 6, symbolCount: 100_000, counting: text)
    func probability(_ symbol: Int, _ context: [Int]) -> Double {
      let shorter = context.isEmpty ? 1e-5 : probability(symbol, Array(context.dropFirst()))
      let followers = text.indices.filter {
        $0 >= context.count && Array(text[$0 - context.count..<$0]) == context
      }.map { text[$0] }
      if followers.isEmpty { return shorter }
      let (count, different) = (followers.count { $0 == symbol }, Set(followers).count)
      return (Double(count) + Double(different) * shorter) / Double(followers.count + different)
    }
    for position in stride(from: 0, to: 160, by: 13) {
      let context = Array(text[max(0, position - 6)..<position])
      for symbol in [text[position], 0, 40_001, 99_999] {
        let found = model.probability(of: symbol, after: text[..<position])
        #expect(abs(found / probability(symbol, context) - 1) < 1e-12)
      }
    }
  }

  @Test("without a text every symbol is equally likely")
  func nothing() {
    let model = WittenBellModel(order: 2, symbolCount: 4, counting: [])
    #expect(model.probabilities(after: [1, 2]) == [0.25, 0.25, 0.25, 0.25])
    #expect(abs(model.meanNegativeLogLikelihood(of: [3, 0]) - log(4)) < 1e-15)
  }
}
