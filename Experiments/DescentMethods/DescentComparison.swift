import EnergyTransformer
import Foundation
import Kit

/// Every method, tuned on training images and measured on the images under test.
struct DescentComparison {
  /// Gradients at which errors are compared.
  let budgets: [Int]
  let trained: TrainedModel
  let goal: DescentGoal
  let methods: [TunedMethod]
  /// Courses on the images under test, [method][candidate], of those candidates that were chosen.
  let courses: [[Int: DescentCourse]]
  /// Milliseconds an image and gradient of the same candidates, and of the trained steps.
  let milliseconds: [[Int: Double]]
  let referenceMilliseconds: Double
  private(set) var seconds: [String: Double] = [:]

  /// The method that the tuning images put first: fewest gradients, then lowest error.
  func first(withError: Bool) -> Int? {
    methods.indices.compactMap { index in
      methods[index].choice(withError: withError).map { (index, $0.cost) }
    }.min { $0.1 < $1.1 }?.0
  }

  init(
    _ trained: TrainedModel, tuning: PreparedImages, images: PreparedImages, options: MethodOptions
  ) throws {
    let (model, steps) = (trained.model, trained.steps)
    let reference = DescentCandidate(
      settings: "as trained", rule: .gradient, stepSize: .constant(trained.stepSize))
    func goal(_ images: PreparedImages) throws -> DescentGoal {
      guard let course = DescentCourse.measured(reference, model, images, limit: steps) else {
        throw ExperimentError("\(options.checkpoint): the trained steps leave the finite numbers")
      }
      return DescentGoal(reference: course, slack: options.slack)
    }
    let started = Date()
    let tuningGoal = try goal(tuning)
    let budgets = Set([4, 3, 2, 1].map { max(1, steps / $0) } + [max(1, 2 * steps / 3)]).sorted()
    let all = DescentCatalogue.methods(stepSize: trained.stepSize, total: trained.stepSize * Double(steps))
    let methods = all.map {
      TunedMethod($0, model, tuning: tuning, goal: tuningGoal, budgets: budgets, limit: steps)
    }
    seconds["tuning"] = Date().timeIntervalSince(started)
    let evaluated = Date()
    self.goal = try goal(images)
    let courses = methods.map { method in
      Dictionary(
        uniqueKeysWithValues: method.chosen.sorted().compactMap { index in
          DescentCourse.measured(method.method.candidates[index], model, images, limit: steps)
            .map { (index, $0) }
        })
    }
    seconds["evaluation"] = Date().timeIntervalSince(evaluated)
    let timed = Date()
    let places = methods.indices.flatMap { method in
      courses[method].keys.sorted().map { (method, $0) }
    }
    let timing = DescentTiming(
      [reference] + places.map { methods[$0.0].method.candidates[$0.1] }, model, images, steps: steps,
      rounds: options.rounds)
    var milliseconds = [[Int: Double]](repeating: [:], count: methods.count)
    for (place, time) in zip(places, timing.milliseconds.dropFirst()) {
      milliseconds[place.0][place.1] = time
    }
    self.milliseconds = milliseconds
    referenceMilliseconds = timing.milliseconds[0]
    seconds["timing"] = Date().timeIntervalSince(timed)
    (self.budgets, self.trained, self.methods, self.courses) = (budgets, trained, methods, courses)
  }
}
