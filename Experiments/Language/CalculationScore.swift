import EnergyTransformer

/// How many calculations of one depth were right, answered by the most probable symbols.
struct CalculationScore: Codable, Sendable {
  /// The number of operations inside one another.
  let depth: Int
  let count: Int
  /// Of which the last value was right, and of which all steps were.
  let rightValues: Int, rightSteps: Int

  /// The scores by depth of answers to expressions.
  ///
  /// - Parameter start: Gives an empty sequence.
  static func scores(
    of expressions: [ListOps.Expression], context: Int, from start: () -> any TextContinuation
  ) -> [CalculationScore] {
    let judged = Parallelism.map(expressions.count) { index in
      let prompt = ListOps.prompt(of: expressions[index])
      return ListOps.judge(answer(to: prompt, context: context, from: start), of: expressions[index])
    }
    let depths = Set(expressions.map(\.depth)).sorted()
    return depths.map { depth in
      let own = expressions.indices.filter { expressions[$0].depth == depth }
      return CalculationScore(
        depth: depth, count: own.count, rightValues: own.count { judged[$0].valueIsRight },
        rightSteps: own.count { judged[$0].stepsAreRight })
    }
  }

  /// The most probable symbols behind a prompt, up to the end symbol or to the end of the context.
  private static func answer(
    to prompt: [Int], context: Int, from start: () -> any TextContinuation
  ) -> [Int] {
    guard prompt.count <= context else { return [] }
    var sequence = start()
    var logits: Tensor<Float>? = prompt.reduce(nil) { sequence.next(after: $1) }
    var random = RandomStream(seed: 0)
    var answer: [Int] = []
    while let found = logits, answer.last != ListOps.end {
      answer.append(SymbolSampling.greedy.sample(found, using: &random))
      // A model of no bound would go on for ever where it does not end.
      let isOver = sequence.isFull || prompt.count + answer.count >= context
      logits = isOver ? nil : sequence.next(after: answer[answer.count - 1])
    }
    return answer
  }
}
