import Tensors

/// Moves states until they settle and gives the association they end with.
struct AssociationUpdates<Scalar: TensorScalar> {
  let headCount: Int
  /// Beta of each head at each of its numbers, [1, 1, heads * size].
  let scale: Tensor<Scalar>
  let plan: HopfieldUpdates

  /// What came out: the association, the number of updates of each state and whether it settled.
  typealias Outcome = (weights: Tensor<Scalar>, counts: Tensor<Scalar>, settled: Tensor<Scalar>?)

  /// - Parameters:
  ///   - queries: [batch, states, heads * size].
  ///   - keys: [batch, stored, heads * size].
  ///   - mask: Added to scores; axes of 1 are repeated.
  /// - Cost: states that settle take part until all of their example have; an example that has settled takes
  ///   no part.
  func run(from queries: Tensor<Scalar>, keys: Tensor<Scalar>, mask: Tensor<Scalar>?) -> Outcome {
    let first = weights(of: queries, keys, mask)
    guard let tolerance = plan.tolerance else {
      let last = (0..<plan.limit).reduce(first) { current, _ in
        weights(of: current.headMixture(keys), keys, mask)
      }
      return (last, Tensor(repeating: Scalar(plan.limit), shape: Array(last.shape.dropLast())), nil)
    }
    var course = AssociationCourse(first, keys: keys, mask: mask)
    for _ in 0..<plan.limit where course.isMoving {
      let next = weights(of: course.weights.headMixture(course.keys), course.keys, course.mask)
      course.move(to: next, tolerance: tolerance, settling: plan.settling)
    }
    return course.outcome(hasMoved: plan.limit > 0)
  }

  private func weights(
    of states: Tensor<Scalar>, _ keys: Tensor<Scalar>, _ mask: Tensor<Scalar>?
  ) -> Tensor<Scalar> {
    let scores = (states * scale).headScores(keys, headCount: headCount)
    return (mask.map { scores + $0 } ?? scores).softmax()
  }
}
