import Dynamics
import Energies
import Landscapes
import Tensors
import TestSupport
import Testing

struct BasinTests {
  /// E = sum (g² - 1)² / 4 + c_i g: two minima a number, the lower one where c g is negative.
  struct TiltedWells: Energy {
    typealias Scalar = Double
    let tilts: Tensor<Double>
    var name: String { "wells" }

    func energy(at g: Activations<Double>) -> Tensor<Double> {
      let wells = (g.realValues.squared() - 1).squared() / 4
      return (wells + g.realValues * tilts.reshaped([1, 1, tilts.count])).sum(axes: [1, 2])
    }
  }

  private let tilts = [0.1, 0.03]

  private func descent(
    steps: Int = 400
  ) -> EnergyDescent<TiltedWells, IdentityLagrangian<Double>> {
    EnergyDescent(
      of: TiltedWells(tilts: Tensor(shape: [2], elements: tilts)), lagrangian: IdentityLagrangian(),
      stepSize: .constant(0.3), stop: .after(steps: steps))
  }

  /// A root of (g² - 1) g + c = 0 by Newton's method.
  private func root(near start: Double, _ c: Double) -> Double {
    (0..<60).reduce(start) { g, _ in g - ((g * g - 1) * g + c) / (3 * g * g - 1) }
  }

  private func energy(_ g: [Double]) -> Double {
    zip(g, tilts).reduce(0) { $0 + ($1.0 * $1.0 - 1) * ($1.0 * $1.0 - 1) / 4 + $1.1 * $1.0 }
  }

  @Test("every start comes to the minimum on its side of the barriers, and shares are what starts say")
  func twoBarriers() {
    let starts = Tokens(uniformTensor([40, 1, 2], in: -1.6..<1.6, seed: 12))
    let basins = descent().basins(of: starts)
    let barriers = tilts.map { root(near: 0, $0) }
    // The four minima, of rising energy.
    let signs: [[Double]] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    let minima = signs.map { sign in zip(sign, tilts).map { root(near: $0, $1) } }
      .sorted { energy($0) < energy($1) }
    #expect(basins.minima.count == 4)
    #expect(basins.unsettledStarts.isEmpty)
    for (found, expected) in zip(basins.minima, minima) {
      expectClose(
        actual: found.tokens.values, expected: Tensor(shape: [1, 1, 2], elements: expected), relative: 1e-6)
      #expect(abs(found.energy - energy(expected)) < 1e-9)
      let arrived = (0..<40).filter { start in
        (0..<2).allSatisfy { (starts.values[start, 0, $0] > barriers[$0]) == (expected[$0] > 0) }
      }
      #expect(found.starts == arrived)
      #expect(abs(found.share - Double(arrived.count) / 40) < 1e-15)
    }
    #expect(abs(basins.minima.reduce(0) { $0 + $1.share } - 1) < 1e-12)
  }

  @Test("the order of starts changes nothing but their numbers")
  func orderOfStarts() {
    let starts = uniformTensor([12, 1, 2], in: -1.6..<1.6, seed: 13)
    let order = (0..<12).map { ($0 * 5 + 3) % 12 }
    let (first, second) = (
      descent().basins(of: Tokens(starts)), descent().basins(of: Tokens(starts.gathered(order, axis: 0)))
    )
    #expect(order.map { first.minimumOfStart[$0] } == second.minimumOfStart)
    for (a, b) in zip(first.minima, second.minima) { #expect(abs(a.energy - b.energy) < 1e-12) }
  }

  @Test("starts that are still under way are left out and named")
  func unsettled() {
    // The second starts at a minimum, the first far from any.
    let rest = tilts.map { root(near: 1, $0) }
    let starts = Tokens(Tensor(shape: [2, 1, 2], elements: [1.5, -1.4] + rest))
    let basins = descent(steps: 2).basins(of: starts)
    #expect(basins.unsettledStarts == [0])
    #expect(basins.minimumOfStart == [nil, 0])
    #expect(basins.minima.count == 1 && basins.minima[0].share == 0.5)
    #expect(basins.residuals[0] > 1e-3)
  }

  @Test("points farther apart than the tolerance are two minima, nearer ones are one")
  func tolerance() {
    // A valley: E depends on the first number alone, every start keeps its second.
    let energy = QuadraticEnergy<Double>([1, 0])
    let descent = EnergyDescent(
      of: energy, lagrangian: IdentityLagrangian(), stepSize: .constant(0.5), stop: .after(steps: 60))
    let starts = Tokens(Tensor(shape: [3, 1, 2], elements: [1.0, 0, 2, 0.01, 3, 0.5]))
    #expect(descent.basins(of: starts, tolerance: 0.02).minima.map(\.starts) == [[0, 1], [2]])
    #expect(descent.basins(of: starts, tolerance: 0.005).minima.count == 3)
  }
}
