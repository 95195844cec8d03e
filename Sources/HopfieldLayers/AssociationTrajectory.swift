import Tensors

/// The updates of states until they rest. Examples in which every state has settled are set aside.
struct AssociationTrajectory<Scalar: TensorScalar> {
  /// The association of the examples that still move, [examples, heads, states, stored].
  private(set) var weights: Tensor<Scalar>
  /// Their stored patterns.
  private(set) var keys: Tensor<Scalar>
  /// Their mask.
  private(set) var mask: Tensor<Scalar>?

  /// The indices of those examples in the batch.
  private var examples: [Int]
  private var settledParts: [(examples: [Int], weights: Tensor<Scalar>)] = []
  private let batch: Int
  private let headCount: Int
  private let stateCount: Int
  /// For each example, head and state of the batch.
  private var moves: [Bool]
  private var counts: [Scalar]

  init(_ weights: Tensor<Scalar>, keys: Tensor<Scalar>, mask: Tensor<Scalar>?) {
    self.weights = weights
    self.keys = keys
    self.mask = mask
    (batch, headCount, stateCount) = (weights.shape[0], weights.shape[1], weights.shape[2])
    examples = Array(0..<batch)
    moves = Array(repeating: true, count: batch * headCount * stateCount)
    counts = Array(repeating: 0, count: moves.count)
  }

  /// Whether any state still moves.
  var isMoving: Bool { !examples.isEmpty && stateCount > 0 }

  /// One update of the states that still move; those whose association changes no more have settled.
  mutating func update(to next: Tensor<Scalar>, tolerance: Double, settling: HopfieldUpdates.Settling) {
    let before = weights.detached
    weights = merged(next)
    for index in indices where moves[index] { counts[index] += 1 }
    let change = (weights.detached - before).squared().sum(axes: [3]).elements.map { Double($0) }
    let limits = settling == .eachState ? change : largestByHead(change)
    for (index, square) in zip(indices, limits) where square.squareRoot() <= tolerance {
      moves[index] = false
    }
    setSettledExamplesAside()
  }

  /// The association of the whole batch, and for each state its number of updates and whether it settled.
  func outcome(hasMoved: Bool) -> AssociationUpdates<Scalar>.Outcome {
    let shape = [batch, headCount, stateCount]
    var parts = settledParts
    if !examples.isEmpty { parts.append((examples, weights)) }
    let settled = Tensor<Scalar>(shape: shape, elements: moves.map { hasMoved && !$0 ? 1 : 0 })
    return (inOrder(parts), Tensor(shape: shape, elements: counts), settled)
  }

  /// `next` for the states that move, and the old association for the others.
  private func merged(_ next: Tensor<Scalar>) -> Tensor<Scalar> {
    let flags = indices.map { moves[$0] }
    if flags.allSatisfy({ $0 }) { return next }
    let moving = Tensor<Scalar>(
      shape: [examples.count, headCount, stateCount, 1], elements: flags.map { $0 ? 1 : 0 })
    return next * moving + weights * (1 - moving)
  }

  /// The indices into `moves` of the states of the moving examples.
  private var indices: [Int] {
    let size = headCount * stateCount
    return examples.flatMap { $0 * size..<($0 + 1) * size }
  }

  /// For each state the largest change, over examples, of all states of its head.
  private func largestByHead(_ change: [Double]) -> [Double] {
    var largest = [Double](repeating: 0, count: headCount)
    for row in 0..<examples.count * headCount {
      let sum = change[row * stateCount..<(row + 1) * stateCount].reduce(0, +)
      largest[row % headCount] = max(largest[row % headCount], sum)
    }
    return change.indices.map { largest[$0 / stateCount % headCount] }
  }

  private mutating func setSettledExamplesAside() {
    let size = headCount * stateCount
    let isResting = examples.map { example in !moves[example * size..<(example + 1) * size].contains(true) }
    if !isResting.contains(true) { return }
    let resting = isResting.indices.filter { isResting[$0] }
    let moving = isResting.indices.filter { !isResting[$0] }
    settledParts.append((resting.map { examples[$0] }, some(resting, of: weights)))
    examples = moving.map { examples[$0] }
    if moving.isEmpty { return }
    weights = some(moving, of: weights)
    keys = some(moving, of: keys)
    mask = mask.map { $0.shape[0] == 1 ? $0 : some(moving, of: $0) }
  }

  private func some(_ rows: [Int], of x: Tensor<Scalar>) -> Tensor<Scalar> {
    rows.count == x.shape[0] ? x : x.gathered(rows, axis: 0)
  }

  private func inOrder(_ parts: [(examples: [Int], weights: Tensor<Scalar>)]) -> Tensor<Scalar> {
    if parts.count < 2 { return parts.first?.weights ?? weights }
    var positions = [Int](repeating: 0, count: batch)
    for (position, example) in parts.flatMap(\.examples).enumerated() { positions[example] = position }
    return Tensor.concatenated(parts.map(\.weights), axis: 0).gathered(positions, axis: 0)
  }
}

/// Updates states until they settle and returns the association they end with.
struct AssociationUpdates<Scalar: TensorScalar> {
  let headCount: Int
  /// Beta of each head at each of its numbers, [1, 1, heads * size].
  let scale: Tensor<Scalar>
  let plan: HopfieldUpdates

  /// The result: the association, the number of updates of each state and whether it settled.
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
    var trajectory = AssociationTrajectory(first, keys: keys, mask: mask)
    for _ in 0..<plan.limit where trajectory.isMoving {
      let next = weights(
        of: trajectory.weights.headMixture(trajectory.keys), trajectory.keys, trajectory.mask)
      trajectory.update(to: next, tolerance: tolerance, settling: plan.settling)
    }
    return trajectory.outcome(hasMoved: plan.limit > 0)
  }

  private func weights(
    of states: Tensor<Scalar>, _ keys: Tensor<Scalar>, _ mask: Tensor<Scalar>?
  ) -> Tensor<Scalar> {
    let scores = (states * scale).headScores(keys, headCount: headCount)
    return (mask.map { scores + $0 } ?? scores).softmax()
  }
}
