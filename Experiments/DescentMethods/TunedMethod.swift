import EnergyTransformer
import Kit

/// A method with the settings that the tuning images chose for each purpose.
struct TunedMethod: Sendable {
  let method: DescentMethod
  /// The candidate with the fewest gradients to the energy; of several, the one with the lowest error there.
  let forEnergy: Choice?
  /// The same among those whose error there is that of the trained steps.
  let forSameError: Choice?
  /// By budget of gradients, the candidate with the lowest error.
  let forBudget: [Int: Int]

  /// A candidate with what it takes on the tuning images: gradients, then error.
  struct Choice: Sendable {
    let candidate: Int
    let cost: (gradients: Int, error: Double)
  }

  /// Tries every candidate on the images under test of `images`, which are images for tuning.
  init(
    _ method: DescentMethod, _ model: ImageEnergyTransformer<Float>, tuning images: PreparedImages,
    goal: DescentGoal, budgets: [Int], limit: Int
  ) {
    let found = method.candidates.map {
      CompletionTrajectory.measured($0, model, images, limit: limit)
    }
    func best(_ cost: (CompletionTrajectory) -> (Int, Double)?) -> Choice? {
      found.indices.compactMap { index in found[index].flatMap(cost).map { (index, $0) } }
        .min { $0.1 < $1.1 }.map { Choice(candidate: $0.0, cost: $0.1) }
    }
    self.method = method
    func cheapest(withError: Bool) -> Choice? {
      best { trajectory in
        goal.step(of: trajectory, withError: withError).map {
          (trajectory.gradients[$0], trajectory.error(at: $0))
        }
      }
    }
    forEnergy = cheapest(withError: false)
    forSameError = cheapest(withError: true)
    forBudget = Dictionary(
      uniqueKeysWithValues: budgets.compactMap { budget in
        best { (0, $0.error(at: $0.step(within: budget))) }.map { (budget, $0.candidate) }
      })
  }

  /// The candidate for the energy, alone or with the same error.
  func choice(withError: Bool) -> Choice? { withError ? forSameError : forEnergy }

  /// The candidates that something chose.
  var chosen: Set<Int> {
    Set([forEnergy, forSameError].compactMap { $0?.candidate }).union(forBudget.values)
  }
}
