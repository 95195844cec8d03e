import Baselines
import EnergyTransformer
import Foundation
import Kit

/// An n-gram model of a language, whose order is chosen on the text for choices.
struct CountedText {
  let task: LanguageTask

  init(of task: LanguageTask) { self.task = task }

  /// The highest order that is tried, if that many symbols have a number of 64 bits.
  private var highest: Int {
    let most = Int(63.9 / log2(Double(task.symbolCount + 1))) - 1
    return max(0, min(6, most))
  }

  /// Counts and judges.
  func result(_ looks: LookOptions, _ seed: UInt64) throws -> MethodResult {
    remark("Counting: \(LanguageMethod.ngram.title).")
    let (found, allSeconds) = Stopwatch.timed {
      let natsByOrder = choice
      // Of equals the lowest.
      let order = natsByOrder.indices.reduce(0) { natsByOrder[$1] < natsByOrder[$0] ? $1 : $0 }
      let material = task.material(.result)
      let (model, seconds) = Stopwatch.timed {
        WittenBellModel(order: order, symbolCount: task.symbolCount, counting: material.counted())
      }
      var result = MethodResult(score: score(of: model, on: material.judged))
      (result.order, result.natsByOrder, result.seconds) = (order, natsByOrder, seconds)
      if case .brackets(let grammar) = task.language {
        result.agreements = agreements(of: model, grammar, on: material.judged)
      }
      return task.completed(result, material, looks, seed) { CountedContinuation(model) }
    }
    var result = found
    result.allSeconds = allSeconds
    return result
  }

  /// What each order comes to on the text for choices.
  private var choice: [Double] {
    let material = task.material(.choice)
    let model = WittenBellModel(
      order: highest, symbolCount: task.symbolCount, counting: material.counted())
    return (0...highest).map { nats(of: model, on: material.judged, order: $0) }
  }

  /// The mean over the symbols of all texts but their first, which nothing is asked of.
  private func nats(of model: WittenBellModel, on texts: [[Int]], order: Int? = nil) -> Double {
    let sums: [Double] = Parallelism.map(texts.count) { index in
      let rest = Array(texts[index].dropFirst())
      guard !rest.isEmpty else { return 0 }
      return Double(rest.count)
        * model.meanNegativeLogLikelihood(of: rest, after: Array(texts[index].prefix(1)), order: order)
    }
    return sums.reduce(0, +) / Double(texts.reduce(0) { $0 + $1.count - 1 })
  }

  /// Only the loss is measured: the most probable of all symbols would take a look at all of them.
  private func score(of model: WittenBellModel, on texts: [[Int]]) -> ExerciseScore {
    ExerciseScore(nats: nats(of: model, on: texts), accuracy: nil)
  }

  private func agreements(
    of model: WittenBellModel, _ grammar: BracketGrammar, on sequences: [[Int]]
  ) -> [AgreementScore] {
    let verbs = Parallelism.map(sequences.count) { index in
      let sequence = sequences[index]
      return grammar.verbPlaces(in: sequence).map { place in
        let past = sequence[...place.position]
        let probabilities = model.probabilities(after: past).map { Float($0) }
        return (
          distance: place.distance,
          isRight: grammar.agrees(probabilities[...], verb: sequence[place.position + 1])
        )
      }
    }
    return AgreementScore.scores(of: verbs.flatMap { $0 })
  }
}
