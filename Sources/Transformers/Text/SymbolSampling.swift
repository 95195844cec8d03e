import Foundation
import Foundations
public import Tensors

/// How a symbol is drawn from logits.
public struct SymbolSampling: Sendable, Equatable {
  /// What logits are divided by; 0 takes the most probable symbol.
  public var temperature: Double
  /// The number of the most probable symbols that are drawn from; all where nil.
  public var topK: Int?

  /// Draws at a temperature of at least 0 from the most probable symbols.
  public init(temperature: Double = 1, topK: Int? = nil) {
    require(
      temperature >= 0 && temperature.isFinite,
      "a temperature is a finite number of at least 0, not \(temperature)")
    require(topK.map { $0 > 0 } ?? true, "at least 1 symbol is drawn from, not \(topK ?? 0)")
    (self.temperature, self.topK) = (temperature, topK)
  }

  /// The most probable symbol.
  public static let greedy = SymbolSampling(temperature: 0)

  /// A symbol drawn from logits, [vocabulary]; of equal ones the first comes first.
  public func sample<Scalar>(_ logits: Tensor<Scalar>, using random: inout RandomStream) -> Int {
    let values = logits.elements.map(Double.init)
    require(
      !values.isEmpty && values.allSatisfy { !$0.isNaN && $0 < .infinity },
      "a symbol cannot be drawn from the logits \(values.prefix(8))")
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    let kept = order.prefix(topK ?? order.count)
    guard temperature > 0 else { return kept[0] }
    let weights = kept.map { exp((values[$0] - values[kept[0]]) / temperature) }
    var rest = random.uniform() * weights.reduce(0, +)
    for (symbol, weight) in zip(kept, weights) {
      rest -= weight
      if rest < 0 { return symbol }
    }
    return kept[kept.count - 1]
  }
}
