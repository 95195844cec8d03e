import Dynamics
import Energies
import Foundations
import Layers
public import Tensors

/// A sequence that a causal model continues, symbol by symbol.
///
/// Tokens of the past never depend on what follows, so that each step of each block keeps the keys that its tokens had, T caches a
/// block, and a new token descends alone with them as its context. The logits are those of the whole sequence computed anew.
///
/// - Cost: For each symbol one token's share of a forward pass; 4 T n H Y bytes a block for n symbols in single precision.
public struct TextGeneration<Scalar: TensorScalar>: Sendable {
  private let model: TextEnergyTransformer<Scalar>
  private let settings: DescentSettings
  /// The keys of all tokens so far, of each block and each of its steps, [1, length, heads * key size].
  private var keys: [[Tensor<Scalar>?]]
  /// The number of symbols so far.
  public private(set) var length = 0

  fileprivate init(_ model: TextEnergyTransformer<Scalar>, _ settings: DescentSettings) {
    let parameters = model.parameters
    self.model = model.with(
      ParameterValues(names: parameters.names, values: parameters.values.map(\.detached)))
    self.settings = settings
    keys = model.stack.blocks.map { _ in Array(repeating: nil, count: settings.steps) }
  }

  /// Whether the context holds no further symbol.
  public var isFull: Bool { length == model.configuration.contextLength }

  /// Appends a symbol and gives the logits of the one after it, [vocabulary].
  public mutating func next(after symbol: Int) -> Tensor<Scalar> {
    require(!isFull, "a context of \(length) symbols is full: begin anew with the last of them")
    let position = model.positions.sliced(axis: 0, length..<length + 1)
    var x = (model.embedding([symbol]) + position).reshaped([1, 1, position.count])
    for (index, block) in model.stack.blocks.enumerated() {
      let attention = block.attention.causalEnergy(includesSelf: block.includesSelf)
      for step in 0..<settings.steps {
        let g = block.norm.activations(at: Tokens(x))
        let gradient =
          attention.gradient(ofLast: g, after: &keys[index][step])
          + block.memory.energyAndGradient(at: g).gradient
        let scaled = block.steps?.applied(to: gradient, step: step) ?? gradient
        x = x - scaled * Scalar(settings.stepSize)
      }
    }
    length += 1
    return model.logits(at: Tokens(x)).reshaped([model.configuration.vocabularySize])
  }
}

extension TextEnergyTransformer {
  /// An empty sequence to be continued.
  ///
  /// - Parameter settings: Those of training: plain steps of a constant size.
  public func generation(settings: DescentSettings) -> TextGeneration<Scalar> {
    require(configuration.isCausal, "a model that fills in masked symbols does not continue a sequence")
    require(
      settings.inputStrength == 0 && settings.restTolerance == nil && settings.direction == .gradient,
      "a sequence is continued by plain steps, not by a descent to rest")
    return TextGeneration(self, settings)
  }
}
