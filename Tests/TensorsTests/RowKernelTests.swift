import Foundation
import Tensors
import TestSupport
import Testing

/// Kernels of padded rows against formulas in double precision, on every vector unit.
struct RowKernelTests {
  private func gelu(_ x: Double) -> Double { x * erfc(-x / 2.0.squareRoot()) / 2 }

  @Test("GELU to a few roundings of a float, from tail to tail, and NaN and infinity where they belong")
  func geluFloat() {
    let values = stride(from: Float(-20), through: 20, by: 1e-3).map { $0 } + [-1e-20, 0, 1e-20, 1e30, -1e30]
    for unit in VectorUnit.available {
      let found = applied(values, unit)
      for (x, y) in zip(values, found) {
        let exact = gelu(Double(x))
        // Roundings of the result, and for negative numbers the error of the normal tail.
        let tail = x < 0 && x > -16 ? 1e-8 * abs(Double(x)) : 1e-30
        #expect(abs(Double(y) - exact) <= 6e-7 * abs(exact) + tail, "\(unit): \(x) \(y) \(exact)")
      }
      let odd = applied([Float.nan, .infinity, -Float.infinity, -Float.nan], unit)
      #expect(odd[0].isNaN && odd[1] == .infinity && odd[2] == 0 && odd[3].isNaN, "\(unit): \(odd)")
    }
  }

  @Test("GELU in double")
  func geluDouble() {
    var values = stride(from: -12.0, through: 12, by: 0.37).map { $0 }
    let expected = values.map(gelu)
    let count = values.count
    values += [Double](repeating: 0, count: 16)
    values.withUnsafeMutableBufferPointer {
      Double.kernels.gelu(rows: 1, columns: count, row: count + 16, x: $0.baseAddress!)
    }
    for (y, exact) in zip(values, expected) { #expect(abs(y - exact) <= 1e-15 * max(1, abs(exact))) }
  }

  private func applied(_ values: [Float], _ unit: String) -> [Float] {
    // Three rows, of which the columns fill no whole number of vectors.
    let columns = (values.count + 2) / 3
    let row = (columns + 31) / 16 * 16
    var rows = [Float](repeating: 0, count: 3 * row)
    for (index, value) in values.enumerated() { rows[index / columns * row + index % columns] = value }
    rows.withUnsafeMutableBufferPointer { rows in
      VectorUnit.use(unit) { Float.kernels.gelu(rows: 3, columns: columns, row: row, x: rows.baseAddress!) }
    }
    return values.indices.map { rows[$0 / columns * row + $0 % columns] }
  }

  @Test("layer norm with gains and weights of scores, on every vector unit", arguments: [5, 16, 37, 100])
  func rows(columns: Int) {
    let row = (columns + 15) / 16 * 16 + 16
    let (count, scale) = (7, Float(0.3))
    let x = normalTensor([count, row], seed: 5, as: Float.self).elements.map { 3 * $0 + 1 }
    let gain = normalTensor([columns], seed: 6, as: Float.self).elements
    let shift = normalTensor([columns], seed: 7, as: Float.self).elements
    for unit in VectorUnit.available {
      var (normed, weights, sums) = (x, x, [Double](repeating: 0, count: count))
      VectorUnit.use(unit) {
        normed.withUnsafeMutableBufferPointer {
          Float.kernels.normalizeInPlace(
            rows: count, columns: columns, row: row, epsilon: 1e-3, gain: gain, shift: shift,
            x: $0.baseAddress!)
        }
        weights.withUnsafeMutableBufferPointer {
          Float.kernels.softmaxInPlace(
            rows: count, columns: columns, row: row, scale: scale, scores: $0.baseAddress!, logSums: &sums)
        }
      }
      for r in 0..<count {
        let line = x[r * row..<r * row + columns].map { Double($0) }
        let mean = line.reduce(0, +) / Double(columns)
        let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        let total = line.reduce(0) { $0 + exp(Double(scale) * $1) }
        #expect(abs(sums[r] - log(total)) < 1e-5)
        for c in 0..<columns {
          let expected =
            (line[c] - mean) / (variance + 1e-3).squareRoot() * Double(gain[c]) + Double(shift[c])
          #expect(abs(Double(normed[r * row + c]) - expected) < 1e-5, "\(unit) \(r) \(c)")
          #expect(abs(Double(weights[r * row + c]) - exp(Double(scale) * line[c]) / total) < 1e-6)
        }
      }
    }
  }
}
