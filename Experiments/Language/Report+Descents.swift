import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What falls, and where heads look.
extension Report {
  func falls(_ descents: Descents) -> PageSection {
    var section = PageSection("What falls")
    section.addParagraph(
      "A token's own move is judged in the context that the step started in, the others held. The net change is that of its energy "
        + "in the new context, which the moves of others may raise. Shares of tokens and steps on held-out sequences at which the "
        + "energy did not rise"
        + (model.seesItself
          ? "."
          : ": without its own key a token's own energy is concave, and no step of any size raises it by more than rounding.")
    )
    section.addTable(
      "falls",
      columns: ["Steps", "own energy", "net energy", "largest rise of an own energy, share of its size"],
      digits: 4,
      columnDigits: [4, 4, 8],
      rows: [
        (
          "constant size, as in training",
          [
            .number("share_own_moves_fell", descents.constant.shareOwnFell),
            .number("share_net_fell", descents.constant.shareNetFell),
            .number("largest_own_rise", descents.constant.largestOwnRise),
          ]
        ),
        (
          "backtracking, each token by itself",
          [
            .number("share_own_moves_fell_backtracking", descents.backtracking.shareOwnFell),
            .number("share_net_fell_backtracking", descents.backtracking.shareNetFell),
            .number("largest_own_rise_backtracking", descents.backtracking.largestOwnRise),
          ]
        ),
      ])
    let steps = descents.constant.own.indices.map { Double($0 + 1) }
    section.addFigure(
      "changes.svg",
      LinePlot(
        title: "Change of a token's energy in each step, mean over tokens", xTitle: "step",
        yTitle: "change of the energy",
        series: [
          .init(label: "by its own move", x: steps, y: descents.constant.own),
          .init(label: "net, in the new context", x: steps, y: descents.constant.net),
        ]), caption: "Mean change of a token's energy in each step, by its own move and in all")
    return section
  }

  func retrieval(_ descents: Descents) -> PageSection {
    var section = PageSection("Attention as retrieval")
    section.addParagraph(
      "A head's weights say which stored keys a query retrieves. The exponential of their entropy is the number of keys that they are "
        + "spread over, here the mean over positions, by head, from the first tokens on and after each step.")
    let spreads = descents.spreads.effectiveKeys
    var plot = LinePlot(
      title: "Keys that a head's weights are spread over", xTitle: "step", yTitle: "effective number of keys",
      series: spreads.enumerated().map { head, values in
        .init(label: "head \(head + 1)", x: values.indices.map(Double.init), y: values)
      })
    plot.namesLines = true
    section.addFigure("heads.svg", plot, caption: "The effective number of keys of each head by step")
    for (head, values) in spreads.enumerated() {
      section.summary["effective_keys_head_\(head + 1)"] = values.last
    }
    return section
  }

  var filledIn: PageSection {
    var section = PageSection("Masked \(task.unit)s")
    section.addParagraph(
      "The same block without the causal order fills in hidden \(task.unit)s: 15 % are chosen, of which four fifths are replaced by a "
        + "mask, a tenth by another \(task.unit), and a tenth stay. Its descent is of one energy of the whole sequence. Loss and share "
        + "of right ones are of the chosen \(task.unit)s of held-out sequences.")
    section.addTable(
      "masked", columns: ["Model", "nats a hidden \(task.unit)", "right", "parameters", "updates"], digits: 3,
      columnDigits: [3, 3, 0, 0],
      rows: masked.map { result in
        let prefix = "masked_" + result.method.prefix
        return (
          result.method.title,
          [
            .number("\(prefix)nats", result.loss), .number("\(prefix)accuracy", result.accuracy),
            .number("\(prefix)parameters", Double(result.training.parameterCount)),
            .number("\(prefix)updates", Double(result.training.updates)),
          ]
        )
      })
    guard let energy = masked.first(where: { $0.method == .energy }), !energy.energies.isEmpty else {
      return section
    }
    section.addParagraph(
      "The energy of the sequence fell at every step for \(NumberText.percent(energy.shareFell ?? 0, digits: 1)) of the sequences by the "
        + "constant step of training, and never rose for \(NumberText.percent(energy.shareFellBacktracking ?? 0, digits: 1)) with "
        + "backtracking.")
    section.summary["share_masked_fell"] = energy.shareFell
    section.summary["share_masked_fell_backtracking"] = energy.shareFellBacktracking
    section.addFigure(
      "masked-energy.svg",
      LinePlot(
        title: "The energy of a sequence, mean over sequences", xTitle: "step", yTitle: "energy",
        series: [
          .init(label: "energy", x: energy.energies.indices.map(Double.init), y: energy.energies)
        ]), caption: "The energy of masked sequences by step")
    return section
  }
}
