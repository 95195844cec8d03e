/// What a descent is to reach: the energy that the trained steps reach, and their error.
struct DescentGoal: Sendable {
  /// The trajectory of the trained steps.
  let reference: CompletionTrajectory
  /// By how much an error may exceed the reference's and still count as the same, as a share of it.
  let slack: Double

  private var last: Int { reference.gradients.count - 1 }

  /// The mean energy that counts as reached.
  var energy: Double { reference.energy(at: last) }
  /// The mean error of the reference.
  var error: Double { reference.error(at: last) }

  /// How much of the reference's fall of the mean energy a trajectory has at each step; 1 is all of it.
  func shareOfFall(_ trajectory: CompletionTrajectory) -> [Double] {
    let start = reference.energy(at: 0)
    return trajectory.gradients.indices.map { (start - trajectory.energy(at: $0)) / (start - energy) }
  }

  /// The first step with the energy, and if asked with the error; nil where there is none.
  func step(of trajectory: CompletionTrajectory, withError: Bool) -> Int? {
    trajectory.gradients.indices.first { step in
      trajectory.energy(at: step) <= energy
        && (!withError || trajectory.error(at: step) <= (1 + slack) * error)
    }
  }

  /// The share of the images whose own energy is at or below that of the reference.
  func shareReached(by trajectory: CompletionTrajectory, at step: Int) -> Double {
    let pairs = zip(trajectory.energies[step], reference.energies[last])
    return Double(pairs.filter { $0 <= $1 }.count) / Double(trajectory.energies[step].count)
  }
}
