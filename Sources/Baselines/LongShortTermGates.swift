import Foundations
import Tensors

/// The recurrent part of a ``LongShortTermMemory``, from what its inputs add to the gates on.
struct LongShortTermGates<Scalar: TensorScalar>: Sendable {
  /// U, [4 * size, size]: input, forget and output gate, and then the candidate g.
  var recurrent: Tensor<Scalar>
  /// The bias of the forget gate, [size].
  var forget: Tensor<Scalar>

  /// What the gates are at a position, each [batch, size].
  struct Position: Sendable {
    let inputGate: Tensor<Scalar>
    let forgetGate: Tensor<Scalar>
    let outputGate: Tensor<Scalar>
    /// g.
    let candidate: Tensor<Scalar>
    /// c.
    let cell: Tensor<Scalar>
    /// tanh(c).
    let squashed: Tensor<Scalar>
    /// h.
    let output: Tensor<Scalar>
  }

  /// The size of the state.
  var size: Int { recurrent.shape[1] }

  /// The position after one with an output and a cell, [batch, size], from what its input adds to the gates, [batch, 4 * size].
  func position(
    after output: Tensor<Scalar>, _ cell: Tensor<Scalar>, driven: Tensor<Scalar>
  ) -> Position {
    let gates = driven + output.projected(by: recurrent, transposed: true)
    func gate(_ index: Int) -> Tensor<Scalar> { gates.sliced(axis: 1, index * size..<(index + 1) * size) }
    let forgetGate = (gate(1) + forget).sigmoid()
    let (inputGate, candidate) = (gate(0).sigmoid(), gate(3).tanh())
    let next = forgetGate * cell + inputGate * candidate
    let (outputGate, squashed) = (gate(2).sigmoid(), next.tanh())
    return Position(
      inputGate: inputGate, forgetGate: forgetGate, outputGate: outputGate, candidate: candidate, cell: next,
      squashed: squashed, output: outputGate * squashed)
  }

  /// All positions, from zeros on.
  ///
  /// - Parameter driven: What the inputs add to the gates, [length, batch, 4 * size].
  func positions(drivenBy driven: Tensor<Scalar>) -> [Position] {
    let batch = driven.shape[1]
    var (output, cell) = (Tensor<Scalar>.zeros([batch, size]), Tensor<Scalar>.zeros([batch, size]))
    return Self.slices(of: driven).map { slice in
      let found = position(after: output, cell, driven: slice.reshaped([batch, 4 * size]))
      (output, cell) = (found.output, found.cell)
      return found
    }
  }

  /// The slices at each index of the first axis.
  ///
  /// They are cut in halves, and these again, since the gradient of a slice has the size of what it is cut from.
  private static func slices(of x: Tensor<Scalar>) -> [Tensor<Scalar>] {
    let length = x.shape[0]
    if length <= 1 { return length == 1 ? [x] : [] }
    let half = length / 2
    return slices(of: x.sliced(axis: 0, 0..<half)) + slices(of: x.sliced(axis: 0, half..<length))
  }

  /// The outputs of all positions, [length, batch, size].
  ///
  /// They have no graph of their own: their gradient is one sweep back, in which that of U is a single product over all positions.
  /// Derivatives of higher order take the graph.
  ///
  /// - Parameter driven: What the inputs add to the gates, [length, batch, 4 * size], of a length of at least 1.
  func outputs(drivenBy driven: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      driven.rank == 3 && driven.shape[0] > 0 && driven.shape[2] == 4 * size,
      "gates driven by shape \(driven.shape), expected [length, batch, \(4 * size)] with a length of at least 1"
    )
    let plain = LongShortTermGates(recurrent: recurrent.detached, forget: forget.detached)
    let positions = plain.positions(drivenBy: driven.detached)
    return .differentiable(Self.outputs(positions), inputs: [driven, recurrent, forget]) { pull in
      if pull.isDifferentiated {
        return pull.byDifferentiating { inputs in
          let gates = LongShortTermGates(recurrent: inputs[1], forget: inputs[2])
          return Self.outputs(gates.positions(drivenBy: inputs[0]))
        }
      }
      return Self.pulledBack(pull, positions)
    }
  }

  private static func outputs(_ positions: [Position]) -> Tensor<Scalar> {
    .concatenated(positions.map { $0.output.expanded(axis: 0) }, axis: 0)
  }

  /// The cotangents of what drives the gates, of U and of the forget gate's bias, from that of the outputs.
  private static func pulledBack(_ pull: Pullback<Scalar>, _ positions: [Position]) -> [Tensor<Scalar>?] {
    let (batch, size) = (pull.cotangent.shape[1], pull.cotangent.shape[2])
    func slope(_ gate: Tensor<Scalar>) -> Tensor<Scalar> { gate * (1 - gate) }
    let zeros = Tensor<Scalar>.zeros([batch, size])
    var (fromOutput, fromCell) = (zeros, zeros)
    var ofGates: [Tensor<Scalar>] = []
    for index in positions.indices.reversed() {
      let position = positions[index]
      let cellBefore = index > 0 ? positions[index - 1].cell : zeros
      let ofOutput =
        pull.cotangent.sliced(axis: 0, index..<index + 1).reshaped([batch, size]) + fromOutput
      let ofCell = fromCell + ofOutput * position.outputGate * (1 - position.squashed.squared())
      let ofPosition = Tensor.concatenated(
        [
          ofCell * position.candidate * slope(position.inputGate),
          ofCell * cellBefore * slope(position.forgetGate),
          ofOutput * position.squashed * slope(position.outputGate),
          ofCell * position.inputGate * (1 - position.candidate.squared()),
        ], axis: 1)
      ofGates.append(ofPosition)
      fromCell = ofCell * position.forgetGate
      fromOutput = ofPosition.projected(by: pull.inputs[1])
    }
    let rows = Tensor.concatenated(ofGates.reversed(), axis: 0)
    let outputsBefore = Tensor.concatenated([zeros] + positions.dropLast().map(\.output), axis: 0)
    return [
      pull.needed[0] ? rows.reshaped([positions.count, batch, 4 * size]) : nil,
      pull.needed[1] ? rows.matrixProduct(outputsBefore, transposed: true) : nil,
      pull.needed[2] ? rows.sliced(axis: 1, size..<2 * size).sum(axes: [0]) : nil,
    ]
  }
}
