import EnergyTransformer
import Kit
import Reporting

/// What models make of the tasks whose answers are known, and of the beginning of a text.
extension Report {
  // MARK: Calculations

  var calculations: PageSection {
    var section = PageSection("Calculations")
    let counts = results.all.first?.result.calculations ?? []
    section.addParagraph(
      "Models are given \(counts.reduce(0) { $0 + $1.count }) expressions that were not learned from and go on with the most "
        + "probable symbol. The share whose last value is right, and the share of which every step is.")
    let depths = counts.map(\.depth)
    let sets: [(key: String, title: String, right: (CalculationScore) -> Int)] = [
      ("accuracy", "Values that are right", \.rightValues),
      ("steps_accuracy", "Steps that are all right", \.rightSteps),
    ]
    for (key, title, right) in sets {
      section.addTable(
        key, columns: [title, "all"] + depths.map { "depth \($0)" }, digits: 3, best: .highest,
        rows: results.all.map { method, result in
          let name = "\(method.prefix)\(key)"
          let each = depths.map { depth in
            MeasuredCell.number(
              "\(name)_depth_\(depth)",
              result.calculations.first { $0.depth == depth }.map { Double(right($0)) / Double($0.count) })
          }
          let count = result.calculations.reduce(0) { $0 + $1.count }
          let sum = result.calculations.reduce(0) { $0 + right($1) }
          return (
            label(method, result), [.number(name, count > 0 ? Double(sum) / Double(count) : nil)] + each
          )
        })
    }
    return section
  }

  // MARK: Brackets

  func brackets(_ grammar: BracketGrammar) -> PageSection {
    var section = PageSection("Brackets and agreement")
    let optimum = grammar.optimum(of: material.judged)
    section.summary["optimum_nats"] = optimum
    section.addParagraph(
      "A model that knows the grammar has a loss of \(NumberText.fixed(optimum, digits: 4)) nats a symbol on these sequences; the "
        + "excess is what a model's loss is above it. Agreement is the share of verbs for which, of all verbs, that of the "
        + "subject's class is the most probable one, by the distance from the subject.")
    let distances = results.all.flatMap(\.result.agreements).reduce(into: [AgreementScore]()) {
      found, score in
      if !found.contains(where: { $0.least == score.least }) { found.append(score) }
    }.sorted { $0.least < $1.least }
    section.addTable(
      "excess", columns: ["Model", "excess, nats a symbol"], digits: 4, best: .lowest,
      rows: results.all.map { method, result in
        (label(method, result), [.number("\(method.prefix)excess_nats", result.score.nats - optimum)])
      })
    section.addTable(
      "agreement", columns: ["Agreement", "all"] + distances.map(Self.words), digits: 3, best: .highest,
      rows: results.all.map { method, result in
        let count = result.agreements.reduce(0) { $0 + $1.count }
        let right = result.agreements.reduce(0) { $0 + $1.right }
        let each = distances.map { distance in
          MeasuredCell.number(
            "\(method.prefix)agreement_from_\(distance.least)",
            result.agreements.first { $0.least == distance.least }.map { Double($0.right) / Double($0.count) }
          )
        }
        return (
          label(method, result),
          [.number("\(method.prefix)agreement", count > 0 ? Double(right) / Double(count) : nil)] + each
        )
      })
    return section
  }

  private static func words(_ score: AgreementScore) -> String {
    score.most == .max ? "from \(score.least)" : "\(score.least) to \(score.most)"
  }

  // MARK: Samples

  var samples: PageSection {
    var section = PageSection("Samples")
    let beginning = task.beginning(of: material)
    let drawn =
      looks.temperature == 0
      ? "the most probable symbol each time"
      : "at a temperature of \(NumberText.roundTrip(looks.temperature))"
        + (looks.topK > 0 ? " from the \(looks.topK) most probable symbols" : "")
    section.addParagraph(
      "Each model goes on from the first \(beginning.count) \(task.unit)s of what it is judged on, \(drawn), one sample that was "
        + "not chosen. Networks go on from caches of what they computed before; where the context is full they begin anew with "
        + "its last half.")
    section.addCode(task.shown(beginning), language: "text")
    for (method, result) in results.all {
      guard let sample = result.sample else { continue }
      section.addHeading(label(method, result))
      section.addCode(task.shown(sample.symbols), language: "text")
    }
    section.addTable(
      "generation", columns: ["Model", "\(task.unit)s generated a second"], digits: 0,
      rows: results.all.map { method, result in
        (
          label(method, result),
          [.number("\(method.prefix)generated_per_second", result.sample?.symbolsPerSecond)]
        )
      })
    return section
  }

  /// What a model that fills in made of two windows.
  func completions(_ analysis: EnergyAnalysis) throws -> PageSection {
    var section = PageSection("What was filled in")
    section.addParagraph(
      "A window as the model sees it, \u{2591} for what is masked, and with the most probable \(task.unit)s in the place of all that are "
        + "hidden; the first window under test, not chosen.")
    let exercise = analysis.shown.exercise
    let best = analysis.shown.logits(analysis.shown.frameCount - 1).mostProbable
    let filled = exercise.symbols.indices.map { position in
      exercise.answers[position] == nil ? exercise.symbols[position] : best[position]
    }
    let seen = exercise.symbols.indices.map { position in
      exercise.symbols[position] == task.symbolCount
        ? "\u{2591}" : task.shown(exercise.symbols[position...position])
    }
    section.addCode(seen.joined(), language: "text")
    section.addCode(task.shown(filled), language: "text")
    let asked = exercise.answers.indices.filter { exercise.answers[$0] != nil }
    let right = asked.count { exercise.answers[$0] == best[$0] }
    section.addParagraph("\(right) of \(asked.count) are right.")
    return section
  }
}
