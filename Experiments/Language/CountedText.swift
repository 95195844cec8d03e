import Baselines
import EnergyTransformer
import Kit

/// An n-gram model of a language, whose order is chosen on the text for choices.
struct CountedText {
  let task: LanguageTask

  init(of task: LanguageTask) { self.task = task }

  /// The highest order that is tried.
  private static let highest = 6

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
      order: Self.highest, symbolCount: task.symbolCount, counting: material.counted())
    return nats(of: model, on: material.judged)
  }

  /// For each order up to the model's the mean over the symbols of all texts but their first, which nothing is asked of.
  private func nats(of model: WittenBellModel, on texts: [[Int]]) -> [Double] {
    let byText: [[Double]] = Parallelism.map(texts.count) { index in
      let rest = Array(texts[index].dropFirst())
      return model.meanNegativeLogLikelihoods(of: rest, after: Array(texts[index].prefix(1)))
        .map { $0 * Double(rest.count) }
    }
    let count = Double(texts.reduce(0) { $0 + $1.count - 1 })
    return (0...model.order).map { order in byText.reduce(0) { $0 + $1[order] } / count }
  }

  /// Only the loss is measured: the most probable of all symbols would take a look at all of them.
  private func score(of model: WittenBellModel, on texts: [[Int]]) -> ExerciseScore {
    ExerciseScore(nats: nats(of: model, on: texts)[model.order], accuracy: nil)
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
