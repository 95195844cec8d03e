import EnergyTransformer
import Kit
import Reporting

/// Single heads over some sequences of the text, to step through: their weights, token by token, as the retrieval of their Hopfield
/// networks is repeated.
struct HeadViewer {
  let model: LoadedModel
  let text: TokenWindows
  let regimes: MeasuredRegimes

  /// Updates of the queries that are shown.
  private static let updates = 6
  /// Longer sequences would make the page large and their tokens hard to point at.
  private static let mostTokens = 32
  /// Numbers of all maps of a sequence; a page of more opens slowly.
  private static let mostNumbers = 1_200_000
  /// Weights below are drawn as this.
  static let leastWeight = 1e-4

  func viewer() throws -> StepViewer {
    let (heads, sequences) = (heads, sequences)
    // [sequence][head].
    let retrievals = sequences.map { ids in
      model.encoder.retrievals(of: heads, over: EncoderTokens(ids: [ids]), updates: Self.updates)
    }
    let names = sequences.indices.map { "\($0 + 1): \(model.beginning(of: sequences[$0]))" }
    var viewer = StepViewer(
      "The retrieval of single heads", items: heads.map(label), itemName: "head",
      steps: (0...Self.updates).map { "\($0)" }, stepName: "updates",
      note:
        "Sequences of \(tokenCount) tokens. With 0 updates the weights are the attention of the model; each update moves every "
        + "query to the mean of the keys by its weights, as a Hopfield network whose patterns are the keys. "
        + "The classes are those over \(regimes.length) tokens.")
    let pieces = sequences.map { $0.map { model.tokenizer.vocabulary.pieces[$0] } }
    try viewer.addMaps(
      "Weights of keys (columns) for queries (rows)", groups: names, groupName: "sequence",
      range: Float(Self.leastWeight)...1, scale: .logarithmic,
      names: MapNames(row: "query", column: "key", rows: pieces, columns: pieces),
      heads.indices.map { head in
        retrievals.map { found in
          found[head].weights.map { Picture(width: tokenCount, height: tokenCount, values: $0.elements) }
        }
      })
    func add(_ title: String, _ values: (HeadRetrieval<Float>) -> [Double]) throws {
      try viewer.addLines(
        title,
        zip(names, retrievals).map { name, found in
          (label: name, values: heads.indices.map { values(found[$0]) })
        })
    }
    try add("Keys that make 90 % of the weight, mean over queries", \.meanCounts)
    try add("Energy, mean over queries", \.energies)
    try add("Answer moved from that of the model, as a share of its length", \.answerChanges)
    return viewer
  }

  /// The tokens of a sequence that is shown.
  private var tokenCount: Int { min(Self.mostTokens, regimes.byLength[0].length) }

  /// Numbers of the maps of a head and sequence.
  private var numbersPerHead: Int { (Self.updates + 1) * tokenCount * tokenCount }

  /// All heads; of very many some, evenly spaced.
  private var heads: [HeadIndex] {
    let all = model.configuration.heads
    return (0..<all.count).evenlySpaced(Self.mostNumbers / numbersPerHead).map { all[$0] }
  }

  /// Some of the shortest sequences that heads were measured on, evenly spaced; where those are longer than what is shown, windows
  /// of the text in their place.
  private var sequences: [[Int]] {
    let measured = text.windows(length: tokenCount, limit: regimes.byLength[0].sequences)
    let count = StepViewer.itemCount(numbersEach: heads.count * numbersPerHead)
    return (0..<measured.count).evenlySpaced(count).map { measured[$0] }
  }

  private func label(_ index: HeadIndex) -> String {
    let kind = regimes.heads.first { $0.index == index }?.attentionClass
    return index.words + (kind.map { ", class \($0.numeral)" } ?? "")
  }
}

extension LoadedModel {
  /// The first words of a sequence.
  func beginning(of ids: [Int]) -> String {
    let pieces = ids.dropFirst().prefix(12).map { tokenizer.vocabulary.pieces[$0] }
    let words = pieces.reduce(into: [String]()) { words, piece in
      if piece.hasPrefix("##"), let last = words.indices.last {
        words[last] += piece.dropFirst(2)
      } else {
        words.append(piece)
      }
    }
    return words.prefix(5).joined(separator: " ") + " …"
  }
}
