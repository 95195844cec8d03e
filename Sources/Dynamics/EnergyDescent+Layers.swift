public import Energies
public import Tensors

/// Descents of layered networks.
extension EnergyDescent {
  /// A descent of a layered network with its neurons' own energies, every layer at the rate of its time constant:
  ///
  ///     tau_l dx_l/dt = -dE/dg_l - x_l
  ///
  /// - Parameters:
  ///   - network: The network, whose energy is minimised.
  ///   - clamping: Layers that are held where they start.
  ///   - held: For other layers 1 where a neuron is held and 0 where it moves, of the shape of the layer or [batch,
  ///     …].
  ///   - updateRule: The rule that gives the direction of a step.
  ///   - stepSize: The rule that gives the length of a step.
  ///   - stop: The rule that ends the descent.
  ///   - gradientPath: The way in which derivatives flow back.
  /// - Source: Krotov 2021, equation 2.
  public init<Number>(
    of network: LayeredNetwork<Number>, clamping: Set<String> = [], held: [String: Tensor<Number>] = [:],
    updateRule: any UpdateRule = .gradient, stepSize: any StepSizeRule, stop: StoppingRule,
    gradientPath: GradientPath = .automatic
  ) where Function == LayeredNetwork<Number>, Norm == PartitionedLagrangian<Number> {
    self.init(
      of: network, lagrangian: network.lagrangian, updateRule: updateRule, stepSize: stepSize, stop: stop,
      gradientPath: gradientPath)
    includesNeuronEnergy = true
    let rates = network.rates(clamping: clamping, held: held)
    if rates.elements.contains(where: { $0 != 1 }) { self.rates = rates }
  }
}
