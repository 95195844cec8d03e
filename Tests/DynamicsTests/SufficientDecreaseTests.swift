import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// Armijo's condition, on the true decrease to first order.
struct SufficientDecreaseTests {
  private func size(
    _ descent: EnergyDescent<some Energy<Double>, some Lagrangian<Double>>, _ x: Tokens<Double>
  ) -> [Double] {
    var state = descent.start(from: x)
    descent.step(&state)
    return state.stepSize?.elements ?? []
  }

  private func quadratic(_ backtracking: Backtracking, from initial: Double) -> [Double] {
    // E = g² / 2 of plain tokens: a step is accepted up to alpha = 2 (1 - c).
    let descent = EnergyDescent(
      of: PowerEnergy(weight: 0.5, power: 2), lagrangian: PlainLagrangian(),
      stepSize: .backtracking(from: initial, backtracking), stop: .after(steps: 1))
    return size(descent, SmallBlock.tokens(batch: 2))
  }

  @Test("on a parabola steps are accepted up to 2 (1 - c) times the way to the minimum")
  func parabola() {
    #expect(quadratic(Backtracking(), from: 1.9) == [1.9, 1.9])
    #expect(quadratic(Backtracking(sufficientDecrease: 0.04), from: 1.9) == [1.9, 1.9])
    #expect(quadratic(Backtracking(sufficientDecrease: 0.06), from: 1.9) == [0.95, 0.95])
    #expect(quadratic(Backtracking(sufficientDecrease: 0.7), from: 1.9) == [0.475, 0.475])
  }

  @Test("the slope is that of the tokens: where activations are flat, |dE/dg|² would ask for too much")
  func slopeOfTokens() {
    // g = tanh x at x = 3: dE/dg = 0.995, and M = 0.0099. The step of 1 lowers E by 0.030: more than the slope 0.0098
    // predicts and a tenth of it by far, but less than a tenth of |dE/dg|² = 0.99.
    let descent = EnergyDescent(
      of: PowerEnergy(weight: 0.5, power: 2), lagrangian: TanhLagrangian<Double>(),
      stepSize: .backtracking(from: 1, Backtracking(sufficientDecrease: 0.1)), stop: .after(steps: 1))
    #expect(size(descent, Tokens(Tensor(repeating: 3, shape: [1, 1, 2]))) == [1])
  }

  @Test("with no share asked for the steps are those without, bit for bit")
  func none() {
    let start = SmallBlock.tokens(batch: 3)
    let ends = [Backtracking(growth: 1.5), Backtracking(growth: 1.5, sufficientDecrease: 0)].map {
      SmallBlock().descent(stepSize: .backtracking(from: 8, $0), stop: .after(steps: 9)).run(from: start)
        .tokens.values.elements
    }
    #expect(ends[0] == ends[1])
  }

  @Test("at rest, where the digits of the energy show no decrease, an example is not shortened for ever")
  func atRest() {
    let descent = EnergyDescent(
      of: PowerEnergy(weight: 0.5, power: 2).named("bowl") + InputEnergy(Tensor(repeating: 1e6, shape: [7])),
      lagrangian: PlainLagrangian(),
      stepSize: .backtracking(from: 1, Backtracking(sufficientDecrease: 0.1)),
      stop: .any([.after(steps: 30)]))
    var state = descent.start(from: SmallBlock.tokens(batch: 2))
    for _ in 0..<30 { descent.step(&state) }
    #expect(state.gradientCount < 45)
    expectClose(
      actual: state.tokens.values, expected: Tensor<Double>(repeating: 1e6, shape: [2, 5, 7]), relative: 1e-7)
  }

  @Test("a share outside 0 ..< 1 is refused")
  func refused() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Backtracking(sufficientDecrease: 1)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("0 ..< 1, not 1.0"))
  }
}
