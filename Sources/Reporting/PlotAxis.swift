import Foundation

/// The scale of an axis: how positions follow from values.
public enum PlotScale: String, Codable, Sendable {
  /// Equal steps for equal differences.
  case linear
  /// Equal steps for equal ratios; every value must be above zero.
  case logarithmic
}

/// One axis of a plot: its range, its scale and where its ticks stand.
package struct PlotAxis: Equatable {
  package struct Tick: Equatable {
    package let value: Double
    /// Nil for a small tick between labelled ones.
    package let label: String?
  }

  package let scale: PlotScale
  /// The ends of the axis, in values.
  package let lower: Double
  package let upper: Double
  /// Whether ticks stand at whole numbers only, as those of steps and counts do.
  package let isWhole: Bool

  /// An axis that shows all the values, with a margin as a share of its length.
  package init(values: [Double], scale: PlotScale, margin: Double, isWhole: Bool = false) {
    self.scale = scale
    self.isWhole = isWhole
    let measured = scale == .logarithmic ? values.map { log10($0) } : values
    var low = measured.min() ?? 0
    var high = measured.max() ?? 1
    if high - low <= 1e-12 * max(abs(high), abs(low)) {
      // One value only: open the axis around it.
      let half = scale == .logarithmic ? 0.5 : max(abs(high) * 0.1, high == 0 || isWhole ? 1 : 0)
      low -= half
      high += half
    }
    let extra = (high - low) * margin
    lower = scale == .logarithmic ? pow(10, low - extra) : low - extra
    upper = scale == .logarithmic ? pow(10, high + extra) : high + extra
  }

  /// Where a value stands, 0 at the lower end and 1 at the upper; values outside are moved to the end.
  package func position(of value: Double) -> Double {
    let inside = min(max(value, lower), upper)
    switch scale {
    case .linear: return (inside - lower) / (upper - lower)
    case .logarithmic: return (log10(inside) - log10(lower)) / (log10(upper) - log10(lower))
    }
  }

  /// About `count` ticks at numbers a person would choose.
  package func ticks(count: Int) -> [Tick] {
    guard scale == .logarithmic else { return linearTicks(count: count) }
    let labelled = multiples([1, 2, 5])
    if labelled.count < 3 { return linearTicks(count: count) }
    guard labelled.count <= max(8, count) else { return decadeTicks(count: count) }
    let isPlain = labelled.allSatisfy(Self.isPlain)
    return labelled.map { Tick(value: $0, label: Self.label($0, isPlain: isPlain)) }
      + multiples([3, 4, 6, 7, 8, 9]).map { Tick(value: $0, label: nil) }
  }

  private func linearTicks(count: Int) -> [Tick] {
    let rough = (upper - lower) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    // The nearest of the nice steps by ratio, so that the number of ticks stays near the one asked for.
    let factor = [1.0, 2, 5, 10].min { abs(log($0 * power / rough)) < abs(log($1 * power / rough)) } ?? 10
    let step = isWhole ? max(1, factor * power) : factor * power
    let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
    let first = (lower / step - 1e-9).rounded(.up)
    let last = (upper / step + 1e-9).rounded(.down)
    guard last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map { index in
      let value = index * step
      return Tick(value: value, label: Self.label(value, decimals: decimals, largest: max(abs(lower), upper)))
    }
  }

  private func decadeTicks(count: Int) -> [Tick] {
    let first = Int(log10(lower).rounded(.down))
    let last = Int(log10(upper).rounded(.up))
    let every = max(1, (last - first + count - 1) / max(1, count))
    let labelled = (first...last).filter { $0.isMultiple(of: every) && contains(Self.number(1, $0)) }
    let isPlain = labelled.allSatisfy { Self.isPlain(Self.number(1, $0)) }
    var ticks: [Tick] = []
    for exponent in first...last {
      let decade = Self.number(1, exponent)
      if contains(decade) {
        let label = labelled.contains(exponent) ? Self.label(decade, isPlain: isPlain) : nil
        ticks.append(Tick(value: decade, label: label))
      }
      guard every == 1 else { continue }
      ticks += (2...9).map { Self.number($0, exponent) }.filter(contains).map { Tick(value: $0, label: nil) }
    }
    return ticks
  }

  private func multiples(_ digits: [Int]) -> [Double] {
    let exponents = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
    return exponents.flatMap { exponent in digits.map { Self.number($0, exponent) } }.filter(contains)
  }

  private func contains(_ value: Double) -> Bool {
    value >= lower * (1 - 1e-12) && value <= upper * (1 + 1e-12)
  }

  /// The number nearest to a digit and a decimal power: 0.3 and not 0.30000000000000004.
  private static func number(_ digit: Int, _ exponent: Int) -> Double {
    Double("\(digit)e\(exponent)") ?? Double(digit) * pow(10, Double(exponent))
  }

  /// Whether a number reads better in full than as a power of ten.
  private static func isPlain(_ value: Double) -> Bool { (0.000_99...1_000_001).contains(value) }

  private static func label(_ value: Double, isPlain: Bool) -> String {
    if isPlain { return NumberText.significant(value, digits: 1) }
    let exponent = Int((log10(value) + 1e-9).rounded(.down))
    return "\(Int((value / pow(10, Double(exponent))).rounded()))e\(exponent)"
  }

  private static func label(_ value: Double, decimals: Int, largest: Double) -> String {
    if largest >= 1e7 || decimals > 5 { return value == 0 ? "0" : String(format: "%.1e", value) }
    return value == 0 ? "0" : NumberText.fixed(value, digits: decimals)
  }
}
