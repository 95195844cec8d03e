import Foundations

/// `function` applied to pieces of a batch, each piece on one core: results laid one after the other.
///
/// The pieces depend only on sizes, and gradients of parameters are added in the order of the pieces, so the bits do
/// not depend on the number of threads. The function must treat each example by itself.
///
/// - Parameters:
///   - model: What the function computes with; gradients flow to its parameters.
///   - batches: Tensors with the examples along the first axis; gradients flow to them too.
///   - size: Examples of a piece.
///   - function: Called with the model and a piece of every batch, on several threads at a time.
public func pieceByPiece<Model: Parameterized>(
  _ model: Model, _ batches: [Tensor<Model.Scalar>], size: Int,
  _ function: @escaping @Sendable (Model, [Tensor<Model.Scalar>]) -> Tensor<Model.Scalar>
) -> Tensor<Model.Scalar> {
  require(!batches.isEmpty, "pieceByPiece needs at least one tensor of examples")
  let count = batches[0].shape[0]
  for batch in batches {
    require(batch.shape[0] == count, "batches of shapes \(batches[0].shape) and \(batch.shape)")
  }
  let parameters = model.parameters
  let pieces = Pieces(parameters.values, batches, ranges: pieceRanges(count, size: size)) {
    shared, batches, _ in
    (function(model.with(ParameterValues(names: parameters.names, values: shared)), batches), ())
  }
  return pieces.result
}

/// 0 ..< count cut into ranges of `size`; the last may be shorter.
package func pieceRanges(_ count: Int, size: Int) -> [Range<Int>] {
  require(size > 0, "pieces of \(size) examples")
  return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
}

/// A function of a batch computed in pieces, each with a graph of its own, so that forward and backward passes of a
/// piece run on one core. Derivatives of higher order take the graph of the whole batch.
package struct Pieces<Scalar: TensorScalar, Extra: Sendable>: Sendable {
  /// The function of tensors that all pieces share, of a piece's examples and of their range: its result, with the
  /// examples along the first axis, and whatever else comes out.
  package typealias Function =
    @Sendable (_ shared: [Tensor<Scalar>], _ batches: [Tensor<Scalar>], _ range: Range<Int>)
    -> (result: Tensor<Scalar>, extra: Extra)

  private struct Piece: Sendable {
    let variables: [Tensor<Scalar>]
    let result: Tensor<Scalar>
    let extra: Extra
  }

  private let inputs: [Tensor<Scalar>]
  private let sharedCount: Int
  private let ranges: [Range<Int>]
  private let function: Function
  private let pieces: [Piece]

  /// Computes all pieces.
  package init(
    _ shared: [Tensor<Scalar>], _ batches: [Tensor<Scalar>], ranges: [Range<Int>],
    _ function: @escaping Function
  ) {
    let inputs = shared + batches
    (self.inputs, sharedCount, self.ranges, self.function) = (inputs, shared.count, ranges, function)
    pieces = Parallelism.map(ranges.count) { index in
      let plain =
        shared.map(\.detached) + batches.map { $0.detached.sliced(axis: 0, ranges[index]) }
      let variables = zip(plain, inputs).map { $1.isTracked ? $0.variable() : $0 }
      let found = function(
        Array(variables.prefix(shared.count)), Array(variables.dropFirst(shared.count)), ranges[index])
      return Piece(variables: variables, result: found.result, extra: found.extra)
    }
  }

  /// What else came out of each piece.
  package var extras: [Extra] { pieces.map(\.extra) }

  /// Whether no result depends on a variable of differentiation that is not among the inputs.
  package var dependOnInputsOnly: Bool {
    pieces.allSatisfy { piece in
      !ReversePass(result: piece.result, variables: piece.variables.filter(\.isTracked)).recordsItself
    }
  }

  /// The results laid one after the other; gradients flow to the shared tensors and to the batches.
  package var result: Tensor<Scalar> {
    let value = Tensor.concatenated(pieces.map(\.result.detached), axis: 0)
    return .differentiable(value, inputs: inputs) { pull in
      if pull.isDifferentiated {
        // A second derivative needs the graph of the inputs themselves.
        return pull.byDifferentiating { variables in
          function(
            Array(variables.prefix(sharedCount)), Array(variables.dropFirst(sharedCount)),
            0..<(ranges.last?.upperBound ?? 0)
          ).result
        }
      }
      let wanted = pull.inputs.indices.filter { pull.needed[$0] }
      let found = Parallelism.map(ranges.count) { index in
        gradients(
          of: pieces[index].result, withRespectTo: wanted.map { pieces[index].variables[$0] },
          cotangent: pull.cotangent.sliced(axis: 0, ranges[index]))
      }
      return pull.inputs.indices.map { index in
        guard let position = wanted.firstIndex(of: index) else { return nil }
        let parts = found.map { $0[position] }
        return index < sharedCount
          ? parts.dropFirst().reduce(parts[0]) { $0 + $1 } : .concatenated(parts, axis: 0)
      }
    }
  }
}
