/// `function` applied to pieces of a batch, each piece on one core: results laid one after the other.
///
/// The pieces depend only on sizes, and gradients of parameters are added in the order of the pieces, so the bits do
/// not depend on the number of threads. The function must treat each example by itself.
///
/// - Parameters:
///   - model: What the function computes with; gradients flow to its parameters.
///   - batches: Tensors with the examples along the first axis; gradients flow to them too.
///   - size: Examples of a piece.
public func pieceByPiece<Model: Parameterized>(
  _ model: Model, _ batches: [Tensor<Model.Scalar>], size: Int,
  _ function: @escaping @Sendable (Model, [Tensor<Model.Scalar>]) -> Tensor<Model.Scalar>
) -> Tensor<Model.Scalar> {
  require(size > 0 && !batches.isEmpty, "pieces of \(size) examples of \(batches.count) tensors")
  let count = batches[0].shape[0]
  for batch in batches {
    require(batch.shape[0] == count, "batches of shapes \(batches[0].shape) and \(batch.shape)")
  }
  let parameters = model.parameters
  let inputs = parameters.values + batches
  let isTracked = inputs.contains(where: \.isTracked)
  let ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  let pieces = Parallelism.map(ranges.count) { index in
    Piece(model, inputs, parameters.names, ranges[index], isTracked: isTracked, function)
  }
  let value = Tensor.concatenated(pieces.map(\.result.detached), axis: 0)
  return .differentiable(value, inputs: inputs) { pull in
    if pull.isDifferentiated {
      // A second derivative needs the graph of the inputs themselves.
      return pull.byDifferentiating { variables in
        let values = ParameterValues(
          names: parameters.names, values: Array(variables.prefix(parameters.count)))
        return function(model.with(values), Array(variables.dropFirst(parameters.count)))
      }
    }
    let found = Parallelism.map(ranges.count) { index in
      gradients(
        of: pieces[index].result, withRespectTo: pieces[index].variables,
        cotangent: pull.cotangent.sliced(axis: 0, ranges[index]))
    }
    return pull.inputs.indices.map { index in
      if !pull.needed[index] { return nil }
      let parts = found.map { $0[index] }
      return index < parameters.count
        ? parts.dropFirst().reduce(parts[0]) { $0 + $1 } : .concatenated(parts, axis: 0)
    }
  }
}

/// One piece's result and the variables it depends on.
private struct Piece<Scalar: TensorScalar>: Sendable {
  let variables: [Tensor<Scalar>]
  let result: Tensor<Scalar>

  init<Model: Parameterized<Scalar>>(
    _ model: Model, _ inputs: [Tensor<Scalar>], _ names: [String], _ range: Range<Int>, isTracked: Bool,
    _ function: (Model, [Tensor<Scalar>]) -> Tensor<Scalar>
  ) {
    let plain = inputs.enumerated().map { index, input in
      index < names.count ? input.detached : input.detached.sliced(axis: 0, range)
    }
    variables = isTracked ? plain.map { $0.variable() } : plain
    result = function(
      model.with(ParameterValues(names: names, values: Array(variables.prefix(names.count)))),
      Array(variables.dropFirst(names.count)))
  }
}
