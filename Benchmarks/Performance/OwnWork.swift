import EnergyTransformer
import Measurements

/// Work of this library that its worker prepares once and runs many times.
protocol OwnWork {
  /// Does the work once.
  func run(_ work: Work) throws

  /// What a run computes, under the names of the peers.
  func results(of work: Work) throws -> [(name: String, array: StoredArray)]
}

extension OwnWork {
  /// A loss and its gradient for the parameters of a block or a network.
  static func named(
    _ loss: Tensor<Float>, _ gradient: ParameterValues<Float>
  ) -> [(name: String, array: StoredArray)] {
    let names = [
      "norm.gamma": "gamma", "norm.delta": "delta", "attention.queryWeights": "Wq",
      "attention.keyWeights": "Wk", "memory.memories": "Xi", "visible_hidden.weight": "visible_hidden",
      "hidden_labels.weight": "hidden_labels",
    ]
    return [("loss", StoredArray(loss))]
      + zip(gradient.names, gradient.values).map { (names[$0] ?? $0, StoredArray($1)) }
  }

  /// One energy of each example for the moment before each step, as the peers return them, [steps, batch].
  static func energiesBeforeSteps(_ result: DescentResult<Float>) -> StoredArray {
    let rows = result.trajectory.energies.map { $0.total.reshaped([1, result.tokens.values.shape[0]]) }
    return StoredArray(Tensor.concatenated(rows, axis: 0))
  }

  /// The result of a descent that stayed among the finite numbers.
  static func finite(_ result: DescentResult<Float>) throws -> DescentResult<Float> {
    guard result.stopReason.isFinite else { throw WorkerFault("the descent left the finite numbers") }
    return result
  }
}

/// How a variant of this library does the work of a file: on a graph, as a layered network or as a text model where the file
/// has one.
enum OwnWorks {
  /// - Throws: ``WorkerFault`` or an error of the file for arrays that are missing or do not fit.
  static func work(
    _ variant: Variant, file path: String, steps: Int, stepSize: Double, isCausal: Bool
  ) throws -> any OwnWork {
    let file = try SafetensorsFile.read(path: path)
    if file.arrays["symbols"] != nil {
      guard variant == .own else { throw WorkerFault("\(path): \(variant.name) is not for text models") }
      return try OwnTextGeneration(file, steps: steps, stepSize: stepSize)
    }
    if isCausal && (file.arrays["visible_hidden"] != nil || file.arrays["columns"] != nil) {
      throw WorkerFault("\(path): causal work takes tokens in order, no graph and no layered network")
    }
    if file.arrays["visible_hidden"] != nil {
      guard variant == .own else { throw WorkerFault("\(path): \(variant.name) is not for layered networks") }
      return try OwnLayeredNetwork(file, steps: steps, stepSize: stepSize)
    }
    guard file.arrays["columns"] != nil else {
      guard variant != .ownModel else { throw WorkerFault("\(path): array \"columns\" is missing: no graph") }
      return try OwnBlock(file, steps: steps, stepSize: stepSize, isCausal: isCausal, variant: variant)
    }
    if variant == .ownModel { return try OwnNodeModel(file, steps: steps, stepSize: stepSize) }
    guard variant != .ownTerm else { throw WorkerFault("\(path): own-term is not for graphs") }
    return try OwnGraphBlock(file, steps: steps, stepSize: stepSize, isGeneric: variant == .ownGeneric)
  }
}
