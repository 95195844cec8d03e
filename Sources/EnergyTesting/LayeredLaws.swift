public import Energies
public import Tensors

/// Checks what the synapses of a layered network owe besides the laws of energies.
///
/// Each synapse gives one number for each example, of this example alone; what it pulls each of its layers by is the derivative
/// of its energy, by central differences, layer by layer; and no layer but its own changes its energy or is pulled by it. The
/// reports name synapse and layer.
///
/// The network as a whole is an energy for ``EnergyLaws``, and its Lagrangian one for ``LagrangianLaws``, whose `legendre` is the law
/// of the neurons' own energy: the gradient of ⟨x, g⟩ - L(x) by g is x.
///
///     let report = LayeredLaws.check(network, at: network.lagrangian.activations(at: network.tokens(batch: 2)))
///     #expect(report.isSatisfied, "\(report)")
///
/// - Source: Krotov 2021, "Hierarchical associative memory", equations 1 to 3.
public enum LayeredLaws {
  /// Checks the synapses of a network at some activations.
  ///
  /// - Parameters:
  ///   - network: The network, with synapses built in or one's own.
  ///   - g: Activations [batch, 1, neurons] that it is meant for; two or more examples.
  ///   - options: Tolerances; what is declared of tokens plays no part.
  /// - Cost: Up to eight evaluations of a synapse for each of 64 neurons of each of its layers; made for small sizes, in double
  ///   precision.
  public static func check<Scalar: TensorScalar>(
    _ network: LayeredNetwork<Scalar>, at g: Activations<Scalar>, options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = LayeredCheck(network: network, g: g, findings: Findings(options))
    check.run()
    return check.findings.report(on: "network of \(network.layout.names.joined(separator: ", "))")
  }
}

/// The checks of the synapses of one network at some activations.
private struct LayeredCheck<Scalar: TensorScalar> {
  let network: LayeredNetwork<Scalar>
  let g: Activations<Scalar>
  var findings: Findings<Scalar>

  private var batch: Int { g.values.shape[0] }

  mutating func run() {
    guard !network.synapses.isEmpty else {
      return findings.skip(.synapseLayers, "the network has no synapses")
    }
    findings.check(.oneNumberPerExample)
    for placed in network.synapses {
      let energy = energy(of: placed, [:])
      if energy.shape != [batch] {
        findings.report(
          .oneNumberPerExample,
          "the energy of synapse \(placed.name) has shape \(energy.shape), not [\(batch)], the number of examples"
        )
      }
    }
    guard findings.violations.isEmpty else { return }
    if batch == 1 { findings.skip(.independentExamples, "it takes two examples, not 1") }
    for index in network.synapses.indices {
      if batch > 1 { checkExamples(network.synapses[index]) }
      checkGradients(network.synapses[index])
      checkOtherLayers(index)
    }
  }

  /// The energy of a synapse with some layers replaced.
  private func energy(
    of placed: PlacedSynapse<Scalar>, _ replaced: [String: Tensor<Scalar>]
  ) -> Tensor<Scalar> {
    let layers = network.layers(of: g)
    return placed.synapse.energy(of: placed.layers.map { replaced[$0] ?? layers[$0] })
  }

  private mutating func checkExamples(_ placed: PlacedSynapse<Scalar>) {
    let layers = network.layers(of: g)
    let before = energy(of: placed, [:])
    for example in 0..<batch {
      var changed: [String: Tensor<Scalar>] = [:]
      for name in placed.layers {
        let others = Tensor<Scalar>.normal(layers[name].shape, using: &findings.random)
        let rows = (0..<batch).map {
          ($0 == example ? layers[name] : others).sliced(axis: 0, $0..<$0 + 1)
        }
        changed[name] = .concatenated(rows, axis: 0)
      }
      let row = example..<example + 1
      findings.compare(
        .independentExamples,
        "the energy of synapse \(placed.name) of example \(example) when other examples change",
        energy(of: placed, changed).sliced(axis: 0, row), to: before.sliced(axis: 0, row), of: "that before",
        axes: ["its row"], scale: magnitude(before.elements.map(Double.init)))
    }
  }

  private mutating func checkGradients(_ placed: PlacedSynapse<Scalar>) {
    let layers = network.layers(of: g)
    let copy = self
    for name in network.layout.names where placed.layers.contains(name) {
      let found = gradient(at: layers[name]) { copy.energy(of: placed, [name: $0]).sum() }
      findings.compareWithDifferences(
        .gradient, "the gradient of synapse \(placed.name) by layer \(name)", found, at: layers[name],
        axes: ["example"] + axisNames(Array(layers[name].shape.dropFirst()))
      ) { copy.energy(of: placed, [name: $0]).elements.map(Double.init) }
    }
  }

  /// Layers that a synapse was not put between change nothing of its part of the energy, and are not pulled by it.
  private mutating func checkOtherLayers(_ index: Int) {
    let (network, g, layout) = (network, g, network.layout)
    let placed = network.synapses[index]
    findings.check(.synapseLayers)
    func part(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
      network.energyByPart(at: g.with(values)).parts[index].energy
    }
    let before = part(g.values)
    let layers = layout.layers(of: g.values)
    for (place, name) in layout.names.enumerated() where !placed.layers.contains(name) {
      var changed = layers
      changed[place] = .normal(layers[place].shape, using: &findings.random)
      findings.compare(
        .synapseLayers, "the energy of synapse \(placed.name) when layer \(name) changes",
        part(layout.state(of: changed)), to: before, of: "that before", axes: ["example"])
      let pull = layout.layers(of: gradient(at: g.values) { part($0).sum() })[place]
      findings.compare(
        .synapseLayers, "what synapse \(placed.name) pulls layer \(name) by", pull, to: .zeros(pull.shape),
        of: "nothing", axes: ["example"] + axisNames(Array(pull.shape.dropFirst())))
    }
  }
}
