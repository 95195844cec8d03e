import Foundation

/// The scale of an axis: how positions follow from values.
public enum PlotScale: String, Sendable {
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

  /// An axis that shows all the values, with a margin as a share of its length.
  package init(values: [Double], scale: PlotScale, margin: Double) {
    self.scale = scale
    let measured = scale == .logarithmic ? values.map { log10($0) } : values
    var low = measured.min() ?? 0
    var high = measured.max() ?? 1
    if high - low <= 1e-12 * max(abs(high), abs(low)) {
      // One value only: open the axis around it.
      let half = scale == .logarithmic ? 0.5 : max(abs(high) * 0.1, high == 0 ? 1 : 0)
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
    let decades = log10(upper) - log10(lower)
    if decades > 1.8 { return decadeTicks(count: count) }
    let labelled = multiples([1, 2, 3, 5]).map { Tick(value: $0, label: Self.plainLabel($0)) }
    guard labelled.count >= 3 else { return linearTicks(count: count) }
    return labelled + multiples([4, 6, 7, 8, 9]).map { Tick(value: $0, label: nil) }
  }

  private func linearTicks(count: Int) -> [Tick] {
    let rough = (upper - lower) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    // The nearest of the nice steps by ratio, so that the number of ticks stays near the one asked for.
    let factor = [1.0, 2, 5, 10].min { abs(log($0 * power / rough)) < abs(log($1 * power / rough)) } ?? 10
    let step = factor * power
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
    var ticks: [Tick] = []
    for exponent in first...last {
      let isLabelled = exponent.isMultiple(of: every)
      let decade = Self.power(exponent)
      if contains(decade) { ticks.append(Tick(value: decade, label: isLabelled ? "1e\(exponent)" : nil)) }
      guard every == 1 else { continue }
      ticks += (2...9).map { Double($0) * decade }.filter(contains).map { Tick(value: $0, label: nil) }
    }
    return ticks
  }

  private func multiples(_ factors: [Double]) -> [Double] {
    let exponents = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
    return exponents.flatMap { exponent in factors.map { $0 * Self.power(exponent) } }.filter(contains)
  }

  private func contains(_ value: Double) -> Bool {
    value >= lower * (1 - 1e-12) && value <= upper * (1 + 1e-12)
  }

  /// The decimal power nearest to the true one: 0.001 and not 0.0010000000000000002.
  private static func power(_ exponent: Int) -> Double {
    Double("1e\(exponent)") ?? pow(10, Double(exponent))
  }

  private static func plainLabel(_ value: Double) -> String {
    value >= 1e6 || value < 1e-4
      ? String(format: "%.0e", value) : NumberText.roundTrip(value)
  }

  private static func label(_ value: Double, decimals: Int, largest: Double) -> String {
    if largest >= 1e7 || decimals > 5 { return value == 0 ? "0" : String(format: "%.1e", value) }
    return value == 0 ? "0" : NumberText.fixed(value, digits: decimals)
  }
}
