import EnergyTransformer
import Measurements

/// A block on a graph, as a user of the library writes it.
struct OwnGraphBlock: OwnWork {
  private let block: EnergyTransformerBlock<Float>
  private let graph: NodeEnergyGraph<Float>
  private let tokens: Tokens<Float>
  private let target: Tensor<Float>?
  private let settings: DescentSettings
  /// Whether closed forms are put aside, as for an energy of which only its value is known.
  private let isGeneric: Bool

  /// Takes Wq, Wk, Xi, gamma, delta, x, row_starts, columns and, for training, target from a file.
  init(_ file: SafetensorsFile, steps: Int, stepSize: Double, isGeneric: Bool) throws {
    func tensor(_ name: String) throws -> Tensor<Float> { try Tensor(file.array(named: name)) }
    let x = try tensor("x")
    let (queries, memories) = (try tensor("Wq"), try tensor("Xi"))
    let configuration = EnergyTransformerConfiguration(
      dimension: x.shape[1], headCount: queries.shape[0], keySize: queries.shape[1],
      memoryCount: memories.shape[1])
    var unused = RandomStream(seed: 0)
    var block = EnergyTransformerBlock<Float>(configuration, using: &unused)
    block.norm = LayerNormLagrangian(gamma: try tensor("gamma"), delta: try tensor("delta"))
    (block.attention.queryWeights, block.attention.keyWeights) = (queries, try tensor("Wk"))
    block.memory = HopfieldEnergy(memories: memories)
    self.block = block
    graph = NodeEnergyGraph(try GraphProblemFile.neighbours(in: file))
    tokens = Tokens(x.reshaped([1] + x.shape))
    target = file.arrays["target"] == nil ? nil : try tensor("target").reshaped([1] + x.shape)
    settings = DescentSettings(steps: steps, stepSize: stepSize)
    self.isGeneric = isGeneric
  }

  func run(_ work: Work) throws {
    switch work {
    case .forward: _ = try descended(block)
    case .training: _ = try training()
    }
  }

  func results(of work: Work) throws -> [(name: String, array: StoredArray)] {
    switch work {
    case .forward: return [("tokens", StoredArray(try descended(block)))]
    case .training:
      let (loss, gradient) = try training()
      return Self.named(loss, gradient)
    }
  }

  private func training() throws -> (value: Tensor<Float>, gradient: ParameterValues<Float>) {
    guard let target else { throw WorkerFault("training: the file has no array \"target\"") }
    return try valueWithGradient(at: block) { block in
      // Node by node first: one sum of millions of numbers loses digits in single precision.
      let errors = (try descended(block) - target).squared().sum(axes: [2])
      return errors.sum() / Float(target.count)
    }
  }

  /// The activations after the last step.
  private func descended(_ block: EnergyTransformerBlock<Float>) throws -> Tensor<Float> {
    guard isGeneric else {
      return try Self.finite(
        block.descent(settings, over: .neighbours(graph.neighbourhoods)).run(from: tokens)
      )
      .activations.values
    }
    let descent = EnergyDescent(
      of: DifferentiatedEnergy(block.energy(over: .neighbours(graph.neighbourhoods))), lagrangian: block.norm,
      stepSize: .constant(settings.stepSize), stop: .after(steps: settings.steps))
    return try Self.finite(descent.run(from: tokens)).activations.values
  }
}
