import EnergyTransformer
import Foundation
import Kit
import Reporting

extension RepertoireSection {
  /// Where Hopfield pooling looks in the first test repertoires of the first fold; nil where it was not looked at.
  func viewer() throws -> StepViewer? {
    let bags = results.flatMap { result -> [BagViewer.Bag] in
      let method = result.methods.first { $0.method == .hopfield }
      return (method?.folds.first?.looks ?? []).map { bag(of: result, $0) }
    }
    guard !bags.isEmpty else { return nil }
    return try BagViewer(
      title: "Where Hopfield pooling looks in a repertoire",
      note:
        "Test repertoires of the first fold. At 1 stands the trained network, one update of a Hopfield network in which "
        + "the bag is stored; the other steps show it with its inverse temperature β times a factor, from 0, a mean, to 8, "
        + "nearly a maximum. Heads count as much as they move the result of the trained network. A score is known but for a "
        + "constant that all bags share at a step.",
      steps: BagLook.factors.map { NumberText.roundTrip(Double($0)) }, stepName: "β times",
      instances: "sequences", witnesses: "implanted", bags: bags
    ).viewer()
  }

  private func bag(of result: RepertoireResult, _ look: BagLook) -> BagViewer.Bag {
    let repertoire = result.data.all[look.bag]
    let words = "\(repertoire.name), \(repertoire.isPositive ? "positive" : "negative")"
    let others = repertoire.sequences.count - look.instances.count
    return BagViewer.Bag(
      name: results.count > 1 ? "\(words), \(result.data.title)" : words, isPositive: repertoire.isPositive,
      network: result.data.name, look: look,
      rows: look.instances.map {
        .init(repertoire.text(of: $0), mark: mark(repertoire, $0))
      }, rest: others > 0 ? "all \(others) others" : nil)
  }

  /// Whether a motif is known to stand in a sequence.
  private func mark(_ repertoire: Repertoire, _ sequence: Int) -> String {
    let words = motifWords(repertoire, sequence)
    return words == "implanted" || words == "by chance" ? words : ""
  }
}
