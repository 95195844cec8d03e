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

  /// Adds the derivatives of <u, dE/dg>, summed over the batch, for a fixed direction u: with respect to g to the columns of
  /// each layer, with respect to each parameter to its own sum, in visiting order.
  func addGradientPullback(
    at g: [MatrixColumns<Scalar>], along u: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>,
    columns ranges: [Range<Int>], parameters: [MatrixSum<Scalar>])
}

extension DenseSynapse: ClosedFormSynapse {
  package func addGradient(
    at g: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>, columns ranges: [Range<Int>]
  ) -> Tensor<Scalar> {
    let weight = MatrixColumns(map.weight)
    let shape = [g[1].rowCount, g[1].columnCount]
    let product = MatrixSum<Scalar>(zeros: shape)
    product.add(1, g[0], times: weight, otherTransposed: true)
    let input = MatrixColumns(map.shifted(product.tensor(shape)))
    sum.add(-1, input, to: ranges[1])
    sum.add(-1, g[1], times: weight, to: ranges[0])
    return -input.innerProducts(g[1])
  }

  package func addGradientPullback(
    at g: [MatrixColumns<Scalar>], along u: [MatrixColumns<Scalar>], to sum: MatrixSum<Scalar>,
    columns ranges: [Range<Int>], parameters: [MatrixSum<Scalar>]
  ) {
    let weight = MatrixColumns(map.weight)
    sum.add(-1, u[1], times: weight, to: ranges[0])
    sum.add(-1, u[0], times: weight, otherTransposed: true, to: ranges[1])
    parameters[0].add(-1, g[1], transposed: true, times: u[0])
    parameters[0].add(-1, u[1], transposed: true, times: g[0])
    if map.bias != nil { parameters[1].add(-1, u[1].values.sum(axes: [0])) }
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
