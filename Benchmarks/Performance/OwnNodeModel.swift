import EnergyTransformer
import Measurements

/// The whole model of nodes around a block of the sizes in a file: features through the encoder, the descent, and the
/// perceptron that reads two classes out. Its weights are random; inference alone.
struct OwnNodeModel: OwnWork {
  private let model: NodeEnergyTransformer<Float>
  private let graph: NodeEnergyGraph<Float>
  private let features: Tensor<Float>

  /// Takes x, row_starts, columns and the shapes of Wq and Xi from a file.
  init(_ file: SafetensorsFile, steps: Int, stepSize: Double) throws {
    features = try Tensor(file.array(named: "x"))
    let (queries, memories) = (try file.array(named: "Wq").shape, try file.array(named: "Xi").shape)
    var network = NodeEnergyConfiguration(
      featureCount: features.shape[1], dimension: queries[2], headCount: queries[0], keySize: queries[1],
      memoryCount: memories[1])
    network.descent = DescentSettings(steps: steps, stepSize: stepSize)
    model = NodeEnergyTransformer(
      NodeEnergyTransformerConfiguration(network: network, classCount: 2), random: RandomStream(seed: 0))
    graph = NodeEnergyGraph(try GraphProblemFile.neighbours(in: file))
  }

  func run(_ work: Work) throws { _ = try logits(work) }

  func results(of work: Work) throws -> [(name: String, array: StoredArray)] {
    [("logits", StoredArray(try logits(work)))]
  }

  private func logits(_ work: Work) throws -> Tensor<Float> {
    guard work == .forward else { throw WorkerFault("the whole model is measured in inference alone") }
    return model.logits(features, on: graph, training: nil)
  }
}
