/// The sizes of a network of three layers and of its descent, which every system computes alike.
package struct LayeredWorkload: Workload, Equatable {
  /// What summaries call it, in lower case.
  package var name = "layered"
  /// B, the examples.
  package var batch = 256
  /// V, the linear neurons that are seen.
  package var visible = 784
  /// H, the hidden neurons, of hyperbolic tangents.
  package var hidden = 500
  /// C, the labels, of a softmax.
  package var labels = 10
  /// T, the steps.
  package var steps = 60
  /// alpha, the step size.
  package var stepSize = 0.1
  /// The standard deviation of the weights, that of HAMUX's synapses.
  package var weightDeviation = 0.02

  /// The sizes that the results are stated for.
  package init() {}

  /// The neurons of all layers.
  package var neurons: Int { visible + hidden + labels }

  /// Operations of a forward descent, 4 T B (V H + H C): each synapse pulls on both of its layers. Training is three times as
  /// many.
  package func operations(of work: Work) -> Double {
    let weights = Double(visible * hidden + hidden * labels)
    return 4 * Double(steps * batch) * weights * (work == .forward ? 1 : 3)
  }

  /// The sizes in the field's letters, for tables.
  package var sizes: String {
    "B \(batch), layers of \(visible), \(hidden) and \(labels) neurons, T \(steps)"
  }
}
