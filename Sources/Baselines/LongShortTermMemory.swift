import Foundations
import Layers
public import Tensors

/// A recurrent network with gates, which reads a sequence from its first position to its last and gives
/// the state after the last.
///
///     i, f, o = sigmoid(W x + U h + b),   g = tanh(W x + U h + b),   c <- f c + i g,   h <- o tanh(c)
///
/// - Shape: [batch, length, inputs] gives [batch, size].
/// - Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000, whose bias starts at
///   1.
public struct LongShortTermMemory<Scalar: TensorScalar>: Parameterized {
  /// The size of the state.
  public let size: Int
  private(set) var input: Linear<Scalar>
  private(set) var gates: LongShortTermGates<Scalar>

  /// A network whose weights have variance 2 / (inputs + outputs).
  public init(inputSize: Int, size: Int, random: RandomStream) {
    require(min(inputSize, size) > 0, "a state of \(size) numbers for inputs of \(inputSize)")
    self.size = size
    input = Linear(inputs: inputSize, outputs: 4 * size, random: random.child(0))
    var stream = random.child(1)
    gates = LongShortTermGates(
      recurrent: .normal(
        [4 * size, size], standardDeviation: (2 / Double(5 * size)).squareRoot(), using: &stream),
      forget: .ones([size]))
  }

  /// What the network carries from one position to the next.
  public struct State: Sendable {
    /// h, [batch, size].
    public let output: Tensor<Scalar>
    /// c, [batch, size].
    public let cell: Tensor<Scalar>
  }

  /// The state after the last position.
  public func callAsFunction(_ sequences: Tensor<Scalar>) -> Tensor<Scalar> {
    gates.positions(drivenBy: input(sequences).permuted([1, 0, 2])).last?.output
      ?? .zeros([sequences.shape[0], size])
  }

  /// The states after every position, [batch, length, size], of sequences of at least one.
  public func states(of sequences: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      sequences.rank == 3 && sequences.shape[1] > 0,
      "sequences of shape \(sequences.shape), expected [batch, length, inputs] with a length of at least 1")
    return gates.outputs(drivenBy: input(sequences).permuted([1, 0, 2])).permuted([1, 0, 2])
  }

  /// The state before the first position, zeros.
  public func start(batch: Int) -> State {
    State(output: .zeros([batch, size]), cell: .zeros([batch, size]))
  }

  /// The state after another position, whose input is [batch, inputs].
  public func next(_ state: State, reading input: Tensor<Scalar>) -> State {
    next(state, driven: self.input(input))
  }

  /// The state after another position, from what its input adds to the gates, [batch, 4 * size].
  func next(_ state: State, driven: Tensor<Scalar>) -> State {
    let position = gates.position(after: state.output, state.cell, driven: driven)
    return State(output: position.output, cell: position.cell)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("input", &input)
    visit("recurrent", &gates.recurrent)
    visit("forget", &gates.forget)
  }
}
