/// What a descent is to reach: the energy that the trained steps reach, and their error.
struct DescentGoal: Sendable {
  /// The course of the trained steps.
  let reference: DescentCourse
  /// By how much an error may exceed the reference's and still count as the same, as a share of it.
  let slack: Double

  private var last: Int { reference.gradients.count - 1 }

  /// The mean energy that counts as reached.
  var energy: Double { reference.energy(at: last) }
  /// The mean error of the reference.
  var error: Double { reference.error(at: last) }

  /// How much of the reference's fall of the mean energy a course has at each moment; 1 is all of it.
  func shareOfFall(_ course: DescentCourse) -> [Double] {
    let start = reference.energy(at: 0)
    return course.gradients.indices.map { (start - course.energy(at: $0)) / (start - energy) }
  }

  /// The first moment with the energy, and if asked with the error; nil where there is none.
  func moment(of course: DescentCourse, withError: Bool) -> Int? {
    course.gradients.indices.first { moment in
      course.energy(at: moment) <= energy
        && (!withError || course.error(at: moment) <= (1 + slack) * error)
    }
  }

  /// The share of the images whose own energy is at or below that of the reference.
  func shareReached(by course: DescentCourse, at moment: Int) -> Double {
    let pairs = zip(course.energies[moment], reference.energies[last])
    return Double(pairs.filter { $0 <= $1 }.count) / Double(course.energies[moment].count)
  }
}
