import Foundation
import Foundations
import Tensors

/// A Chebyshev polynomial of a Laplacian: at most 1 on [from, 2] up to a factor, and growing fast below.
///
/// Scaled so that it is 1 at `smallest`, the eigenvalue where it is largest: nothing overflows.
struct ChebyshevFilter {
  let degree: Int
  let from: Double
  let smallest: Double

  /// The filter of each row.
  ///
  /// Rows go through in groups of four: a neighbour is looked up once for the four of them.
  ///
  /// - Shape: [rows, nodes], rows a multiple of 4.
  /// - Cost: degree products with L for each row.
  func applied(to rows: Tensor<Double>, of laplacian: ComponentLaplacian) -> Tensor<Double> {
    let (half, middle) = ((2 - from) / 2, (2 + from) / 2)
    // Rounding errors along the trivial eigenvector grow faster than anything else: they are taken out in time.
    let excess = Self.growth(middle / half) / Self.growth((middle - smallest) / half)
    let interval = excess > 1.001 ? max(1, Int(log(1e4) / log(excess))) : degree
    return Self.grouped(rows, laplacian) { group in
      let first = half / (smallest - middle)
      var sigma = first
      group.step(middle: middle, factor: sigma / half, keep: 0)
      for step in 1..<max(2, degree) {
        if step % interval == 0 { group.removeTrivial() }
        let next = 1 / (2 / first - sigma)
        group.step(middle: middle, factor: 2 * next / half, keep: sigma * next)
        sigma = next
      }
    }
  }

  /// The factor by which one more degree multiplies the polynomial at z; 1 is the end of the interval where it is small.
  static func growth(_ z: Double) -> Double { z + max(0, z * z - 1).squareRoot() }

  /// L times each row.
  static func product(_ laplacian: ComponentLaplacian, with rows: Tensor<Double>) -> Tensor<Double> {
    grouped(rows, laplacian) { $0.step(middle: 0, factor: 1, keep: 0) }
  }

  private static func grouped(
    _ rows: Tensor<Double>, _ laplacian: ComponentLaplacian, _ work: (RowGroup) -> Void
  ) -> Tensor<Double> {
    let size = laplacian.size
    require(rows.shape[0] % 4 == 0 && rows.shape[1] == size, "rows of shape \(rows.shape) for \(size) nodes")
    return Tensor(shape: rows.shape) { out in
      // Each group writes its own rows.
      nonisolated(unsafe) let out = out
      rows.withElements { elements in
        nonisolated(unsafe) let elements = elements
        Parallelism.forEach(rows.shape[0] / 4) { index in
          let start = index * 4 * size
          let group = RowGroup(laplacian, elements, from: start)
          work(group)
          group.write(to: out + start)
        }
      }
    }
  }
}

/// Four vectors side by side, and what the recurrence of a polynomial needs of its step before.
private final class RowGroup {
  private typealias Lanes = UnsafeMutablePointer<SIMD4<Double>>
  private let laplacian: ComponentLaplacian
  private var current: Lanes, before: Lanes
  // current, times degree^(-1/2): what neighbours see.
  private var seen: Lanes, seenNext: Lanes

  init(_ laplacian: ComponentLaplacian, _ rows: UnsafeBufferPointer<Double>, from start: Int) {
    let size = laplacian.size
    self.laplacian = laplacian
    (current, before) = (Lanes.allocate(capacity: size), Lanes.allocate(capacity: size))
    (seen, seenNext) = (Lanes.allocate(capacity: size), Lanes.allocate(capacity: size))
    for node in 0..<size {
      let index = start + node
      let lanes = SIMD4(rows[index], rows[index + size], rows[index + 2 * size], rows[index + 3 * size])
      (current + node).initialize(to: lanes)
      (seen + node).initialize(to: lanes * laplacian.inverseRoots[node])
    }
    before.initialize(repeating: .zero, count: size)
    seenNext.initialize(repeating: .zero, count: size)
  }

  deinit { for lanes in [current, before, seen, seenNext] { lanes.deallocate() } }

  /// x, x before <- factor (L - middle) x - keep x before, x.
  func step(middle: Double, factor: Double, keep: Double) {
    let own = factor * (1 - middle)
    let (current, before, seen, seenNext) = (current, before, seen, seenNext)
    laplacian.rowStarts.withUnsafeBufferPointer { starts in
      laplacian.columns.withUnsafeBufferPointer { columns in
        laplacian.inverseRoots.withUnsafeBufferPointer { roots in
          for node in 0..<roots.count {
            var sum = SIMD4<Double>.zero
            for pair in starts[node]..<starts[node + 1] { sum += seen[Int(columns[pair])] }
            let value = own * current[node] - (factor * roots[node]) * sum - keep * before[node]
            before[node] = value
            seenNext[node] = roots[node] * value
          }
        }
      }
    }
    swap(&self.current, &self.before)
    swap(&self.seen, &self.seenNext)
  }

  /// Makes the vectors of this step and the one before orthogonal to the eigenvector of eigenvalue 0.
  func removeTrivial() {
    let (current, before, seen) = (current, before, seen)
    laplacian.trivial.withUnsafeBufferPointer { trivial in
      var (now, then) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      for node in trivial.indices {
        now += trivial[node] * current[node]
        then += trivial[node] * before[node]
      }
      for node in trivial.indices {
        current[node] -= trivial[node] * now
        before[node] -= trivial[node] * then
        seen[node] = laplacian.inverseRoots[node] * current[node]
      }
    }
  }

  func write(to out: UnsafeMutablePointer<Double>) {
    let size = laplacian.size
    for node in 0..<size {
      for lane in 0..<4 { out[node + lane * size] = current[node][lane] }
    }
  }
}
