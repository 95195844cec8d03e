import EnergyTransformer
import Measurements

/// A network of three layers, as a user of the library writes it.
struct OwnLayeredNetwork: OwnWork {
  private let network: LayeredNetwork<Float>
  private let tokens: Tokens<Float>
  private let target: Tensor<Float>
  private let steps: Int
  private let stepSize: Double

  /// Takes visible_hidden, hidden_labels, x and target from a file.
  init(_ file: SafetensorsFile, steps: Int, stepSize: Double) throws {
    func tensor(_ name: String) throws -> Tensor<Float> { try Tensor(file.array(named: name)) }
    let (lower, upper, x) = (
      try tensor("visible_hidden"), try tensor("hidden_labels"), try tensor("x")
    )
    var network = LayeredNetwork<Float>([
      NeuronLayer("visible", shape: [lower.shape[1]], lagrangian: IdentityLagrangian()),
      NeuronLayer("hidden", shape: [lower.shape[0]], lagrangian: TanhLagrangian()),
      NeuronLayer("labels", shape: [upper.shape[0]], lagrangian: SoftmaxLagrangian()),
    ])
    guard x.shape == [x.shape[0], network.layout.count] else {
      throw WorkerFault("x has shape \(x.shape), expected [batch, \(network.layout.count)]")
    }
    network.connect("visible", "hidden", by: DenseSynapse(weight: lower), name: "visible_hidden")
    network.connect("hidden", "labels", by: DenseSynapse(weight: upper), name: "hidden_labels")
    self.network = network
    tokens = Tokens(x.reshaped([x.shape[0], 1, x.shape[1]]))
    target = try tensor("target")
    (self.steps, self.stepSize) = (steps, stepSize)
  }

  func run(_ work: Work) throws {
    switch work {
    case .forward: _ = try forward()
    case .training: _ = try training()
    }
  }

  func results(of work: Work) throws -> [(name: String, array: StoredArray)] {
    switch work {
    case .forward:
      let result = try forward()
      return [
        ("tokens", StoredArray(result.tokens.values)), ("energies", Self.energiesBeforeSteps(result)),
      ]
    case .training:
      let (loss, gradient) = try training()
      return Self.named(loss, gradient)
    }
  }

  private func forward() throws -> DescentResult<Float> {
    try descended(network, recording: [.energiesBeforeSteps])
  }

  /// The whole batch at once: the descent itself takes pieces of it on all cores.
  private func training() throws -> (value: Tensor<Float>, gradient: ParameterValues<Float>) {
    try valueWithGradient(at: network) { network in
      let result = try descended(network)
      return meanSquaredError(network.layers(of: result.activations)["visible"], target)
    }
  }

  private func descended(
    _ network: LayeredNetwork<Float>, recording: [Recording<Float>] = []
  ) throws -> DescentResult<Float> {
    let descent = EnergyDescent(of: network, stepSize: .constant(stepSize), stop: .after(steps: steps))
    return try Self.finite(descent.run(from: tokens, recording: recording))
  }
}
