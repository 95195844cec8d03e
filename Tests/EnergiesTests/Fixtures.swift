import ArrayFiles
import Foundation
import Tensors

/// A file of reference figures.
func fixture(_ name: String) throws -> SafetensorsFile {
  try SafetensorsFile.read(
    path: Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name).safetensors").path)
}

/// An array of a file.
func tensor(_ file: SafetensorsFile, _ name: String) throws -> Tensor<Double> {
  let array = try file.array(named: name)
  return Tensor(shape: array.shape, elements: try array.doubles())
}
