import Synchronization

/// How a tensor was computed: the operation's inputs and its pullback. Present only on tensors that depend on a
/// variable of differentiation.
final class Node<Scalar: TensorScalar>: @unchecked Sendable {
  /// Grows along every path from inputs to outputs, so that sorting by it orders a graph.
  let order: Int
  private(set) var inputs: [Tensor<Scalar>]
  let outputs: [Tensor<Scalar>]
  let position: Int
  let pullback: Pullback<Scalar>.Rule?
  /// Whether the gradient that a variable was made for has been taken.
  ///
  /// From then on it is a constant to others, though results that depend on it may live on. Written once, before
  /// those results are handed out.
  var isFinished = false

  init(
    inputs: [Tensor<Scalar>], outputs: [Tensor<Scalar>] = [], position: Int = 0,
    pullback: Pullback<Scalar>.Rule?
  ) {
    order = nodeCounter.wrappingAdd(1, ordering: .relaxed).oldValue
    self.inputs = inputs
    self.outputs = outputs
    self.position = position
    self.pullback = pullback
  }

  // A long chain of nodes is released in a loop: one nested call a node would overflow the stack. Only nodes are
  // listed, not tensors: a tensor still alive would make its node look shared, and leave it to a nested call.
  deinit {
    var pending: [Node] = []
    releaseInputs(to: &pending)
    while var node = pending.popLast() {
      if isKnownUniquelyReferenced(&node) { node.releaseInputs(to: &pending) }
    }
  }

  private func releaseInputs(to pending: inout [Node]) {
    for input in inputs { if let node = input.node { pending.append(node) } }
    inputs = []
  }
}

private let nodeCounter = Atomic<Int>(0)

/// What the rule of an operation gets to compute the cotangents of its inputs.
///
/// A rule uses only the tensors handed to it here: they carry their history when the gradient itself is to be
/// differentiated, and do not when it is not.
public struct Pullback<Scalar: TensorScalar>: Sendable {
  /// Cotangents of the inputs, nil for an input that needs none.
  public typealias Rule = @Sendable (Pullback) -> [Tensor<Scalar>?]

  /// The operation's inputs, in order.
  public let inputs: [Tensor<Scalar>]
  /// The operation's result.
  public let output: Tensor<Scalar>
  /// The derivative of the differentiated quantity with respect to the result; of the same shape.
  public let cotangent: Tensor<Scalar>
  /// Which inputs need a cotangent.
  public let needed: [Bool]
  /// Whether the cotangents will themselves be differentiated.
  public let isDifferentiated: Bool
}

extension Pullback {
  /// The pullback of a function of the inputs that equals the operation, by differentiating that function.
  ///
  /// For operations whose own rule cannot be differentiated again. Inputs that depend on one another are told apart.
  package func byDifferentiating(_ function: ([Tensor<Scalar>]) -> Tensor<Scalar>) -> [Tensor<Scalar>?] {
    let variables = zip(inputs, needed).map { $1 ? $0.variable() : $0 }
    let wanted = zip(variables, needed).filter(\.1).map(\.0)
    var found = gradients(of: function(variables), withRespectTo: wanted, cotangent: cotangent).makeIterator()
    return needed.map { $0 ? found.next() : nil }
  }
}

extension Tensor {
  /// The result of an operation, with its pullback where an input is being differentiated.
  ///
  /// - Parameters:
  ///   - value: The result, computed from the inputs' numbers.
  ///   - inputs: The tensors the result depends on.
  ///   - pullback: The rule for the cotangents of the inputs. It uses only what it is handed.
  @_specialize(where Scalar == Float)
  public static func differentiable(
    _ value: Tensor, inputs: [Tensor], pullback: @escaping Pullback<Scalar>.Rule
  ) -> Tensor {
    guard inputs.contains(where: { $0.node != nil }) else { return value }
    let plain = value.detached
    return Tensor(
      shape: plain.shape, storage: plain.storage,
      node: Node(inputs: inputs, outputs: [plain], pullback: pullback))
  }

  /// The same numbers without their history: a constant for differentiation.
  public var detached: Tensor { node == nil ? self : Tensor(shape: shape, storage: storage) }

  /// Whether the tensor depends on a variable of differentiation.
  public var isTracked: Bool { node != nil }

  /// The same numbers as a new variable of differentiation. Gradients also flow to what `self` depends on.
  @_specialize(where Scalar == Float)
  public func variable() -> Tensor {
    guard node != nil else {
      return Tensor(shape: shape, storage: storage, node: Node(inputs: [], pullback: nil))
    }
    return .differentiable(self, inputs: [self]) { [$0.cotangent] }
  }
}
