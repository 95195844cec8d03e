package import EnergyTransformer

/// Values limited to 0 ... 1.
package func clampedToPixels(_ values: Tensor<Float>) -> Tensor<Float> {
  1 - (1 - values.atLeast(0)).atLeast(0)
}

/// Mean squared error of each image over its hidden pixels.
package func hiddenErrors(_ prediction: Tensor<Float>, _ truth: Tensor<Float>, _ hidden: Tensor<Float>)
  -> [Double]
{
  let axes = Array(1..<truth.rank)
  let errors = ((prediction - truth).squared() * hidden).sum(axes: axes).elements
  return zip(errors, hidden.sum(axes: axes).elements).map { Double($0) / Double($1) }
}
