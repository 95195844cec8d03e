import Foundations
import Tensors

/// Lanczos processes of all examples side by side: each product of the operator serves every example that still needs one.
///
/// All examples start with the same numbers, so that what one finds does not depend on the batch it is in.
struct LanczosRun<Operator: SymmetricOperator> {
  private(set) var bases: [KrylovBasis]
  /// The examples that want no more products.
  private var isDone: [Bool]
  private let matrix: Operator
  private let random: RandomStream
  private var freshCounts: [Int]
  private let restarts: Bool

  /// Processes that have not started.
  ///
  /// - Parameters:
  ///   - random: Where start vectors come from.
  ///   - restarts: Whether a process goes on with a fresh vector when its space is invariant.
  init(_ matrix: Operator, random: RandomStream, restarts: Bool = true) {
    self.matrix = matrix
    self.random = random
    self.restarts = restarts
    bases = Array(
      repeating: KrylovBasis(rounding: Double(Operator.Scalar.ulpOfOne)), count: matrix.batch)
    isDone = [Bool](repeating: false, count: matrix.batch)
    freshCounts = [Int](repeating: 0, count: matrix.batch)
  }

  /// Takes up to `steps` products an example; after some of them asks `isEnough` of each example that goes on.
  mutating func run(steps: Int, every interval: Int = 8, isEnough: (KrylovBasis) -> Bool = { _ in false }) {
    for step in 0..<steps {
      startBlocks()
      if isDone.allSatisfy({ $0 }) { return }
      multiply()
      if (step + 1) % interval == 0 {
        for example in bases.indices where !isDone[example] { isDone[example] = isEnough(bases[example]) }
      }
    }
    // Whether a basis that spans an invariant space spans all of it.
    startBlocks()
  }

  /// Gives processes whose space is invariant a fresh vector, drawn in the space of the operator.
  private mutating func startBlocks() {
    while true {
      let waiting = bases.indices.filter { !isDone[$0] && bases[$0].state == .freshVector }
      guard let first = waiting.first else { break }
      // One draw serves the examples that have had as many.
      let draw = freshCounts[first]
      if draw > 0 && !restarts {
        isDone[first] = true
        continue
      }
      var stream = random.child(UInt64(draw))
      let one = Tensor<Operator.Scalar>.normal([1] + matrix.shape.dropFirst(), using: &stream)
      let rows = matrix.projection(one.repeated(to: matrix.shape)).exampleRows
      for example in waiting where freshCounts[example] == draw {
        freshCounts[example] += 1
        bases[example].accept(fresh: rows[example])
        if bases[example].state == .complete { isDone[example] = true }
      }
    }
  }

  /// One product for each example that goes on.
  private mutating func multiply() {
    let projected = matrix.projection(lastVectors()).exampleRows
    for example in bases.indices where !isDone[example] { bases[example].refineLast(projected[example]) }
    let products = matrix.product(lastVectors()).exampleRows
    for example in bases.indices where !isDone[example] {
      require(
        products[example].allSatisfy(\.isFinite),
        "the product of example \(example) with a vector is infinite or not a number")
      bases[example].accept(product: products[example])
    }
  }

  /// The last vector of each example that goes on, and zeros for the others.
  private func lastVectors() -> Tensor<Operator.Scalar> {
    let zeros = [Double](repeating: 0, count: matrix.size)
    return Tensor(
      exampleRows: bases.indices.map { isDone[$0] ? zeros : bases[$0].vectors.last ?? zeros },
      shape: matrix.shape)
  }
}
