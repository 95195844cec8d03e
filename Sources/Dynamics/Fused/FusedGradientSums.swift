import Energies
import Tensors

/// The gradients that some pieces add to, one after the other.
final class FusedGradientSums<Scalar: TensorScalar>: @unchecked Sendable {
  /// For each part one array for each parameter and then each context tensor.
  let parts: [[Storage<Scalar>]]
  /// The memory of `parts`.
  let pointers: [[UnsafeMutablePointer<Scalar>]]
  let gamma: UnsafeMutablePointer<Double>
  let delta: Storage<Scalar>
  /// Of P, [dimension, dimension], where steps have one.
  let preconditioner: Storage<Scalar>?
  /// Of the logarithm of each step size.
  var stepFactors: [Double] = []

  /// Zeros. The sums of context with a value for each example are shared, since each piece adds to values of its own.
  init(
    _ energies: [(name: String, energy: any FusedEnergy<Scalar>)], _ context: [[Storage<Scalar>?]],
    tokenRow: Int, preconditionerCount: Int? = nil
  ) {
    preconditioner = preconditionerCount.map { .zeros($0) }
    parts = zip(energies, context).map { part, shared in
      zip(part.energy.dependencies.values, shared).map { $1 ?? .zeros($0.count) }
    }
    pointers = parts.map { $0.map(\.pointer) }
    gamma = .allocate(capacity: 1)
    gamma.initialize(to: 0)
    delta = .zeros(tokenRow)
  }

  deinit { gamma.deallocate() }

  /// Sums for the gradients of context with a value for each example; nil for all else.
  static func contextSums(_ energies: [(name: String, energy: any FusedEnergy<Scalar>)]) -> [[Storage<
    Scalar
  >?]] {
    energies.map { part in
      let parameterCount = part.energy.parameters.count
      return part.energy.dependencies.values.enumerated().map { index, value in
        index >= parameterCount && part.energy.isForEachExample(value) ? .zeros(value.count) : nil
      }
    }
  }

  /// Zeros for the parameters and the norm that some rows of a piece add to; the sums of context are shared.
  func forSomeRows(_ energies: [(name: String, energy: any FusedEnergy<Scalar>)]) -> FusedGradientSums {
    let shared: [[Storage<Scalar>?]] = zip(energies, parts).map { part, sums in
      let count = part.energy.parameters.count
      return sums.enumerated().map { $0 < count ? nil : $1 }
    }
    return FusedGradientSums(
      energies, shared, tokenRow: delta.count, preconditionerCount: preconditioner?.count)
  }

  /// Adds the sums of other pieces.
  func add(_ other: FusedGradientSums) {
    for (mine, others) in zip(parts.joined(), other.parts.joined()) where mine !== others {
      Parallelism.spread(mine.count, grain: 1 << 15) { range in
        let start = range.lowerBound
        Scalar.kernels.accumulate(
          count: range.count, scale: 1, x: others.pointer + start, y: mine.pointer + start)
      }
    }
    if let mine = preconditioner, let others = other.preconditioner {
      Scalar.kernels.accumulate(count: mine.count, scale: 1, x: others.pointer, y: mine.pointer)
    }
    if stepFactors.isEmpty { stepFactors = [Double](repeating: 0, count: other.stepFactors.count) }
    for (step, value) in other.stepFactors.enumerated() { stepFactors[step] += value }
    gamma.pointee += other.gamma.pointee
    Scalar.kernels.accumulate(count: delta.count, scale: 1, x: other.delta.pointer, y: delta.pointer)
  }

  var gammaTensor: Tensor<Scalar> { Tensor(Scalar(gamma.pointee)) }

  func deltaTensor(dimension: Int) -> Tensor<Scalar> {
    Tensor(shape: [dimension]) { $0.update(from: delta.pointer, count: dimension) }
  }

  func preconditionerTensor(dimension: Int) -> Tensor<Scalar>? {
    preconditioner.map { Tensor(shape: [dimension, dimension], storage: $0) }
  }

  /// The gradients in the order in which a sum of energies visits them: the parameters of all parts, then the context.
  func dependencies(_ energies: [(name: String, energy: any FusedEnergy<Scalar>)]) -> [Tensor<Scalar>] {
    var parameters: [Tensor<Scalar>] = []
    var context: [Tensor<Scalar>] = []
    for (part, sums) in zip(energies, parts) {
      let count = part.energy.parameters.count
      for (index, (value, sum)) in zip(part.energy.dependencies.values, sums).enumerated() {
        let gradient = Tensor(shape: value.shape, storage: sum)
        if index < count { parameters.append(gradient) } else { context.append(gradient) }
      }
    }
    return parameters + context
  }
}
