import Foundations
import Tensors

/// Pixels as numbers of mean 0 and standard deviation 1 per channel: `(byte / 255 - mean) / deviation`.
public struct PixelNormalization: Sendable, Equatable, Codable {
  /// Mean of each channel, with 0 for black and 1 for white.
  public let mean: [Float]
  /// Standard deviation of each channel, in the same unit.
  public let standardDeviation: [Float]

  /// Takes the figures as given, one of each a channel.
  public init(mean: [Float], standardDeviation: [Float]) {
    require(
      mean.count == standardDeviation.count,
      "\(mean.count) means and \(standardDeviation.count) standard deviations")
    require(mean.allSatisfy(\.isFinite), "means \(mean), expected finite numbers")
    require(
      standardDeviation.allSatisfy { $0.isFinite && $0 > 0 },
      "standard deviations \(standardDeviation), expected numbers above 0")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Measures a data set, which should be the training set; a channel without any variation gets deviation 1.
  ///
  /// Computed from counts of the 256 values, so the result is exact and independent of the order of images.
  public init(measuring dataset: ImageDataset) {
    require(dataset.count > 0, "a data set without images has no mean")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: dataset.channels)
    for (position, byte) in dataset.pixels.enumerated() {
      counts[position % dataset.channels][Int(byte)] += 1
    }
    let moments = counts.map(Self.moments)
    self.init(
      mean: moments.map { Float($0.mean / 255) },
      standardDeviation: moments.map { $0.deviation == 0 ? 1 : Float($0.deviation / 255) })
  }

  private static func moments(_ counts: [Int]) -> (mean: Double, deviation: Double) {
    let total = Double(counts.reduce(0, +))
    let mean = counts.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / total
    let variance = counts.enumerated().reduce(0.0) { sum, entry in
      let difference = Double(entry.offset) - mean
      return sum + Double(entry.element) * difference * difference
    }
    return (mean, (variance / total).squareRoot())
  }

  /// The values of `pixels`, whose channels lie side by side as in `ImageBatch.pixels`.
  public func values(of pixels: [UInt8]) -> [Float] {
    let channels = mean.count
    requireWholePixels(pixels.count)
    let tables = (0..<channels).map { channel in
      (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
    }
    let table = tables.flatMap { $0 }
    return [Float](unsafeUninitializedCapacity: pixels.count) { values, count in
      var channel = 0
      for (position, byte) in pixels.enumerated() {
        values[position] = table[channel << 8 | Int(byte)]
        channel = channel + 1 == channels ? 0 : channel + 1
      }
      count = pixels.count
    }
  }

  /// The inverse of `values(of:)`, rounded; values beyond black and white are clamped, NaN becomes black.
  public func pixels(from values: [Float]) -> [UInt8] {
    requireWholePixels(values.count)
    return values.enumerated().map { position, value in
      let channel = position % mean.count
      let level = ((value * standardDeviation[channel] + mean[channel]) * 255).rounded()
      return level > 0 ? UInt8(min(level, 255)) : 0
    }
  }

  private func requireWholePixels(_ count: Int) {
    require(
      !mean.isEmpty && count % mean.count == 0, "\(count) values for pixels of \(mean.count) channels")
  }
}
