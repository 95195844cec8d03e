import EnergyTransformer
import Measurements

/// The arrays of a layered network in a file that every system reads: weights `visible_hidden` [hidden, visible] and
/// `hidden_labels` [labels, hidden], the first state `x` [batch, neurons of all layers] and the `target` of the visible
/// activations, [batch, visible].
enum LayeredProblemFile {
  /// Writes random weights, states and a target; the same seed gives the same bytes.
  static func write(_ workload: LayeredWorkload, seed: UInt64, to path: String) throws {
    let root = RandomStream(seed: seed)
    let deviation = workload.weightDeviation
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("visible_hidden", root.normal(0, [workload.hidden, workload.visible], deviation)),
        ("hidden_labels", root.normal(1, [workload.labels, workload.hidden], deviation)),
        ("x", root.normal(2, [workload.batch, workload.neurons])),
        ("target", root.normal(3, [workload.batch, workload.visible])),
      ])
  }
}
