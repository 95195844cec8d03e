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
  private var recurrent: Tensor<Scalar>
  private var forget: Tensor<Scalar>

  /// A network whose weights have variance 2 / (inputs + outputs).
  public init(inputSize: Int, size: Int, random: RandomStream) {
    require(min(inputSize, size) > 0, "a state of \(size) numbers for inputs of \(inputSize)")
    self.size = size
    input = Linear(inputs: inputSize, outputs: 4 * size, random: random.child(0))
    var stream = random.child(1)
    recurrent = .normal(
      [4 * size, size], standardDeviation: (2 / Double(5 * size)).squareRoot(), using: &stream)
    forget = .ones([size])
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
    var last = start(batch: sequences.shape[0])
    forEachState(of: sequences) { last = $0 }
    return last.output
  }

  /// The states after every position, [batch, length, size], of sequences of at least one.
  public func states(of sequences: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      sequences.rank == 3 && sequences.shape[1] > 0,
      "sequences of shape \(sequences.shape), expected [batch, length, inputs] with a length of at least 1")
    var outputs: [Tensor<Scalar>] = []
    forEachState(of: sequences) { outputs.append($0.output.expanded(axis: 1)) }
    return .concatenated(outputs, axis: 1)
  }

  /// The state before the first position, zeros.
  public func start(batch: Int) -> State {
    State(output: .zeros([batch, size]), cell: .zeros([batch, size]))
  }

  /// The state after another position, whose input is [batch, inputs].
  public func next(_ state: State, reading input: Tensor<Scalar>) -> State {
    next(state, driven: self.input(input))
  }

  private func forEachState(of sequences: Tensor<Scalar>, _ visit: (State) -> Void) {
    let batch = sequences.shape[0]
    var state = start(batch: batch)
    for driven in Self.positions(of: input(sequences)) {
      state = next(state, driven: driven.reshaped([batch, 4 * size]))
      visit(state)
    }
  }

  /// The slices of [batch, length, size] at each position.
  ///
  /// They are cut in halves, and these again, since the gradient of a slice has the size of what it is cut from.
  private static func positions(of x: Tensor<Scalar>) -> [Tensor<Scalar>] {
    let length = x.shape[1]
    if length <= 1 { return length == 1 ? [x] : [] }
    let half = length / 2
    return positions(of: x.sliced(axis: 1, 0..<half)) + positions(of: x.sliced(axis: 1, half..<length))
  }

  /// The state after another position, from what its input adds to the gates, [batch, 4 * size].
  func next(_ state: State, driven: Tensor<Scalar>) -> State {
    let gates = driven + state.output.projected(by: recurrent, transposed: true)
    func gate(_ index: Int) -> Tensor<Scalar> { gates.sliced(axis: 1, index * size..<(index + 1) * size) }
    let kept = (gate(1) + forget).sigmoid() * state.cell
    let cell = kept + gate(0).sigmoid() * gate(3).tanh()
    return State(output: gate(2).sigmoid() * cell.tanh(), cell: cell)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("input", &input)
    visit("recurrent", &recurrent)
    visit("forget", &forget)
  }
}
