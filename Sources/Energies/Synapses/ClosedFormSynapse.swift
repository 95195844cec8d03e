import Layers
package import Tensors

/// A synapse that knows its derivatives in closed form, and adds them to those of others.
///
/// States of the network are matrices of one row an example; a layer is some of their columns. `energy(of:)` stays the
/// definition. The methods are called with constants.
package protocol ClosedFormSynapse<Scalar>: Synapse {
  /// Adds dE/dg of each layer to its columns.
  ///
  /// - Parameters:
  ///   - g: The activations of the layers that the synapse was put between.
  ///   - ranges: The columns of these layers, of which two may be the same.
  /// - Returns: The energy of each example, [batch].
  func addGradient(
    at g: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>, columns ranges: [Range<Int>]
  ) -> Tensor<Scalar>

  /// The synapse with what many evaluations need once; the numbers are the same up to rounding.
  func preparedForSteps() -> any ClosedFormSynapse<Scalar>

  /// Adds the derivatives of <u, dE/dg>, summed over the batch, for a fixed direction u: with respect to g to the columns of
  /// each layer, with respect to each parameter to its own sum, in visiting order.
  func addGradientPullback(
    at g: [MatrixColumns<Scalar>], along u: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>,
    columns ranges: [Range<Int>], parameters: [MatrixSum<Scalar>])
}

extension ClosedFormSynapse {
  package func preparedForSteps() -> any ClosedFormSynapse<Scalar> { self }
}

extension DenseSynapse: ClosedFormSynapse {
  package func addGradient(
    at g: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>, columns ranges: [Range<Int>]
  ) -> Tensor<Scalar> {
    let input = MatrixColumns(map.shifted(image(of: g[0])))
    sum.add(-1, input, to: ranges[1])
    sum.add(-1, g[1], times: MatrixColumns(map.weight), to: ranges[0])
    return -input.innerProducts(g[1])
  }

  package func addGradientPullback(
    at g: [MatrixColumns<Scalar>], along u: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>,
    columns ranges: [Range<Int>], parameters: [MatrixSum<Scalar>]
  ) {
    sum.add(-1, u[1], times: MatrixColumns(map.weight), to: ranges[0])
    sum.add(-1, MatrixColumns(image(of: u[0])), to: ranges[1])
    parameters[0].add(-1, g[1], transposed: true, times: u[0])
    parameters[0].add(-1, u[1], transposed: true, times: g[0])
    if map.bias != nil { parameters[1].add(-1, u[1].values.sum(axes: [0])) }
  }

  /// W g.
  private func image(of g: MatrixColumns<Scalar>) -> Tensor<Scalar> {
    if let transposedWeight { return g.product(MatrixColumns(transposedWeight)) }
    return g.product(MatrixColumns(map.weight), otherTransposed: true)
  }

  /// With a transposed copy of W, since libraries multiply faster by a matrix whose rows need not be turned first.
  package func preparedForSteps() -> any ClosedFormSynapse<Scalar> {
    var copy = self
    copy.transposedWeight = map.weight.detached.transposed
    return copy
  }
}

extension BiasSynapse: ClosedFormSynapse {
  package func addGradient(
    at g: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>, columns ranges: [Range<Int>]
  ) -> Tensor<Scalar> {
    let (rows, count) = (g[0].rowCount, g[0].columnCount)
    let forces = MatrixColumns(bias.reshaped([1, bias.count]).repeated(to: [rows, count]))
    sum.add(-1, forces, to: ranges[0])
    return -forces.innerProducts(g[0])
  }

  package func addGradientPullback(
    at g: [MatrixColumns<Scalar>], along u: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>,
    columns ranges: [Range<Int>], parameters: [MatrixSum<Scalar>]
  ) {
    parameters[0].add(-1, u[0].values.sum(axes: [0]))
  }
}
