package import EnergyTransformer

/// The weights of a trained model as a safetensors file, one array a parameter.
package enum WeightsFile {
  /// The name of the file in the folder of a run.
  package static let name = "model.safetensors"

  /// Writes the parameters of a model.
  ///
  /// - Throws: `FileAccessError` when the file cannot be written.
  package static func write(
    _ model: some Parameterized<Float>, toFolder folder: String, metadata: [String: String]
  ) throws {
    try SafetensorsFile.write(model, to: "\(folder)/\(name)", metadata: metadata)
  }

  /// A model with the parameters that were written to a file.
  ///
  /// - Throws: An error of one line that names the file and the array that is missing, damaged or of another shape.
  package static func read<Model: Parameterized<Float>>(_ model: Model, path: String) throws -> Model {
    var arrays = try NamedArrays<Float>(contentsOf: path)
    return try arrays.filling(model)
  }
}
