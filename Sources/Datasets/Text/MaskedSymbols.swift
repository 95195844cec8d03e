import Foundations
public import Tensors

/// A sequence some of whose symbols are hidden, to be filled in.
///
/// Each position is chosen with a probability of `share`. A chosen symbol is replaced by the mask symbol with probability 0.8, by one
/// drawn uniformly with 0.1, and left as it is with 0.1, so that a model cannot tell from the symbol alone which were chosen.
/// Where chance chose none, one position is chosen.
///
/// - Source: Devlin et al. 2019, section 3.1.
public struct MaskedSymbols: Sendable, Equatable {
  /// What a model is given; the mask symbol is the number behind the others.
  public let inputs: [Int]
  /// The symbol at each chosen position, nil at others.
  public let labels: [Int?]

  /// Hides symbols of a sequence.
  public init(
    _ symbols: [Int], symbolCount: Int, share: Double = 0.15, using random: inout RandomStream
  ) {
    require(share > 0 && share <= 1, "a share of hidden symbols lies above 0 and up to 1, not \(share)")
    var (inputs, labels) = (symbols, [Int?](repeating: nil, count: symbols.count))
    func hide(_ position: Int, _ random: inout RandomStream) {
      labels[position] = symbols[position]
      let draw = random.uniform()
      if draw < 0.8 {
        inputs[position] = symbolCount
      } else if draw < 0.9 {
        inputs[position] = random.integer(below: symbolCount)
      }
    }
    for position in symbols.indices where random.uniform() < share { hide(position, &random) }
    if !symbols.isEmpty, labels.allSatisfy({ $0 == nil }) {
      hide(random.integer(below: symbols.count), &random)
    }
    (self.inputs, self.labels) = (inputs, labels)
  }
}
