import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How networks learned, and what was tuned.
extension Report {
  var course: PageSection {
    get throws {
      var section = PageSection("Loss while networks learn")
      section.addParagraph(
        "The loss on \(material.watchedExercises.count) held-out windows at \(training.looks) looks during each training at most, "
          + "whose seconds do not count. Rates rise over the first \(NumberText.percent(training.warmUp)) of a training and fall "
          + "by a cosine to \(NumberText.percent(training.finalRate)) of their peaks, with the share of it that is spent"
          + (training.shortShare > 0
            ? ". In its first \(NumberText.percent(training.shortShare)) the energy model takes a third of the steps, each three "
              + "times as long." : "."))
      let courses = try results.all.compactMap { method, result in
        try result.parameterCount.flatMap { _ in try looks(of: method) }
      }
      guard courses.contains(where: { !$0.nats.isEmpty }) else { return section }
      for (name, title, xTitle, part) in [
        ("time.svg", "Loss against time", "minutes of training", \Course.minutes),
        ("symbols.svg", "Loss against what was seen", "millions of \(task.unit)s seen", \Course.millions),
      ] {
        var plot = LinePlot(
          title: title, xTitle: xTitle, yTitle: "nats a \(task.unit)",
          series: courses.map { .init(label: $0.method.shortTitle, x: $0[keyPath: part], y: $0.nats) })
        if let counted = results[.ngram] {
          plot.references.append(
            .init(label: "\(counted.order ?? 0)-gram on what is judged", y: counted.score.nats))
        }
        section.addFigure(name, plot, caption: "\(title), held-out windows")
      }
      return section
    }
  }

  /// The looks during a training.
  struct Course {
    let method: LanguageMethod
    let minutes: [Double], millions: [Double], nats: [Double]
  }

  private func looks(of method: LanguageMethod) throws -> Course? {
    let path = "\(folder)/metrics-\(method.rawValue).csv"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let table = try CSVTable.read(from: path)
    let columns = try ["seconds", "characters", "held_out_nats"].map { try table.numbers(inColumn: $0) }
    let rows = columns[2].indices.compactMap { row -> (Double, Double, Double)? in
      guard let seconds = columns[0][row], let seen = columns[1][row], let nats = columns[2][row] else {
        return nil
      }
      return (seconds / 60, seen / 1e6, nats)
    }
    return Course(
      method: method, minutes: rows.map(\.0), millions: rows.map(\.1), nats: rows.map(\.2))
  }

  // MARK: Tuning

  var tuning: PageSection {
    var section = PageSection("What was tuned")
    if let counted = results[.ngram], !counted.natsByOrder.isEmpty {
      section.addParagraph(
        "The order of the n-gram model was chosen on \(choiceText), where orders 0 to \(counted.natsByOrder.count - 1) came to "
          + listed(counted.natsByOrder.map { NumberText.fixed($0, digits: 4) }) + " nats.")
    }
    let tuned = results.all.filter { results.trials[$0.method] != nil }
    guard !tuned.isEmpty else {
      if results.all.contains(where: { $0.result.setting != nil }) {
        section.addParagraph(
          "Nothing else was tuned by this run: all networks were trained with \(results.settings[0].text).")
      }
      return section
    }
    section.addParagraph(
      "Every network had the same \(results.settings.count) trials, each of \(NumberText.percent(comparison.trialShare)) of a "
        + "training, judged on \(choiceText) by their loss, which the table shows, and was then trained with its best. The first "
        + "setting is that of the options, the others were drawn once by the seed.")
    section.addTable(
      "trials", columns: ["setting"] + tuned.map(\.method.shortTitle), digits: 4, best: .lowest,
      rows: results.settings.enumerated().map { index, setting in
        let cells = tuned.map { method, _ in
          MeasuredCell.number(
            "\(method.prefix)trial_\(index + 1)_nats", results.trials[method].flatMap { $0[index] })
        }
        return (setting.text, cells)
      })
    return section
  }

  private var choiceText: String {
    task.isText ? "the last tenth of what there is to learn from" : "sequences drawn for choices alone"
  }
}
