package import EnergyTransformer

extension ParameterSelection {
  /// The parameters of rank 2 or more, on which weight decay acts.
  package static func matrices(of parameters: ParameterValues<Float>) -> ParameterSelection {
    ParameterSelection(names: zip(parameters.names, parameters.values).filter { $1.rank > 1 }.map(\.0))
  }
}
