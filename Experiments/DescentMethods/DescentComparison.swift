import EnergyTransformer
import Kit
import Reporting

/// Every method, tuned on training images and measured on the images under test.
struct DescentComparison {
  /// What came out on the images under test.
  struct Outcome {
    let trajectory: CompletionTrajectory
    /// Milliseconds an image and gradient.
    let milliseconds: Double
  }

  /// Gradients at which errors are compared.
  let budgets: [Int]
  let trained: TrainedImageModel
  let goal: DescentGoal
  let methods: [TunedMethod]
  /// The candidates that were chosen, [method][candidate], without those that left the finite numbers.
  let outcomes: [[Int: Outcome]]
  /// Milliseconds an image and gradient of the trained steps.
  let referenceMilliseconds: Double

  /// The method that the tuning images put first: fewest gradients, then lowest error.
  func first(withError: Bool) -> Int? {
    methods.indices.compactMap { index in
      methods[index].choice(withError: withError).map { (index, $0.cost) }
    }.min { $0.1 < $1.1 }?.0
  }

  /// Records the seconds of its parts.
  init(
    _ trained: TrainedImageModel, tuning: PreparedImages, images: PreparedImages, options: MethodOptions,
    _ record: inout RunRecord
  ) throws {
    let (model, steps) = (trained.model, trained.steps)
    let reference = DescentCandidate(trained: trained)
    func goal(_ images: PreparedImages) throws -> DescentGoal {
      guard let found = CompletionTrajectory.measured(reference, model, images, limit: steps) else {
        throw ExperimentError("\(trained.path): the trained steps leave the finite numbers")
      }
      return DescentGoal(reference: found, slack: options.slack)
    }
    let budgets = Set([4, 3, 2, 1].map { max(1, steps / $0) } + [max(1, 2 * steps / 3)]).sorted()
    let all = DescentCatalogue.methods(stepSize: trained.stepSize, total: trained.stepSize * Double(steps))
    let methods = try record.timed("tuning") {
      let tuningGoal = try goal(tuning)
      return all.map {
        TunedMethod($0, model, tuning: tuning, goal: tuningGoal, budgets: budgets, limit: steps)
      }
    }
    let chosen = methods.indices.flatMap { method in
      methods[method].chosen.sorted().map {
        (method: method, index: $0, candidate: methods[method].method.candidates[$0])
      }
    }
    let (reached, found) = try record.timed("evaluation") {
      (
        try goal(images),
        chosen.map { CompletionTrajectory.measured($0.candidate, model, images, limit: steps) }
      )
    }
    let finite = zip(chosen, found).compactMap { chosen, trajectory in trajectory.map { (chosen, $0) } }
    let times = record.timed("timing") {
      DescentTiming(
        [reference] + finite.map(\.0.candidate), model, images, steps: steps, rounds: options.rounds
      ).milliseconds
    }
    var outcomes = [[Int: Outcome]](repeating: [:], count: methods.count)
    for ((chosen, trajectory), time) in zip(finite, times.dropFirst()) {
      outcomes[chosen.method][chosen.index] = Outcome(trajectory: trajectory, milliseconds: time)
    }
    (self.budgets, self.trained, self.goal, self.methods) = (budgets, trained, reached, methods)
    (self.outcomes, referenceMilliseconds) = (outcomes, times[0])
  }
}
