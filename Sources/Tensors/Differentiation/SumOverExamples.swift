import Foundations

/// The value and the parameter gradients of a loss that is a sum over examples, piece by piece: forward and backward
/// pass of a piece follow each other on one core.
///
/// A piece's intermediate results stay in the core's cache, and only those of the pieces being computed take memory.
/// The pieces depend only on sizes, and both value and gradients are added in the order of the pieces, so the bits
/// do not depend on the number of threads.
///
/// - Parameters:
///   - model: What the loss depends on. Values that the loss takes from elsewhere are constants.
///   - count: The number of examples, at least 1.
///   - pieceSize: Examples of a piece.
///   - loss: The share of the loss of some examples, one number. Shares add up to the loss, so what they are
///     divided by must be known beforehand.
/// - Returns: The loss and its gradient, without history.
/// - Cost: As the whole batch at once; one copy of the gradients for each core.
public func valueWithGradient<Model: Parameterized>(
  at model: Model, exampleCount count: Int, pieceSize: Int,
  ofSum loss: @Sendable (_ model: Model, _ examples: Range<Int>) throws -> Tensor<Model.Scalar>
) throws -> (value: Tensor<Model.Scalar>, gradient: ParameterValues<Model.Scalar>) {
  require(count > 0, "a sum over no examples has no gradient")
  let ranges = pieceRanges(count, size: pieceSize)
  let parameters = model.parameters
  let plain = parameters.values.map(\.detached)
  let sum = OrderedSum<Model.Scalar>()
  Parallelism.forEach(ranges.count) { index in
    sum.add(
      Result {
        let (value, found) = try valueWithGradients(at: plain) { variables in
          try loss(model.with(parameters.with(variables)), ranges[index])
        }
        return [value.detached] + found.map(\.detached)
      }, at: index)
  }
  let total = try sum.result()
  return (total[0], parameters.with(Array(total.dropFirst())))
}

/// Adds lists of tensors in the order of their positions, whatever the order they arrive in.
private final class OrderedSum<Scalar: TensorScalar>: Sendable {
  typealias Terms = Result<[Tensor<Scalar>], any Error>

  private struct State {
    var next = 0
    var waiting: [Int: Terms] = [:]
    var total: Terms?
  }
  private let state = Guarded(State())

  func add(_ terms: Terms, at position: Int) {
    state.withLock { state in
      state.waiting[position] = terms
      while let terms = state.waiting.removeValue(forKey: state.next) {
        state.next += 1
        guard case .success(let total)? = state.total else {
          // The first piece, or one after a piece that failed: the first failure is kept.
          if state.total == nil { state.total = terms }
          continue
        }
        state.total = terms.map { zip(total, $0).map { Tensor.combination(1, $0, 1, $1) } }
      }
    }
  }

  func result() throws -> [Tensor<Scalar>] {
    try state.withLock { try $0.total?.get() ?? [] }
  }
}
