import EnergyTransformer

/// The weights of a `Hopfield(input_size=size, num_heads=heads)` saved as safetensors by its state_dict.
func hopfieldLayer(at path: String, size: Int, heads: Int) throws -> HopfieldAssociation<Float> {
  var configuration = HopfieldConfiguration.association(size: size, headCount: heads)
  configuration.updates = .count(3)  // update_steps_max=3: not in the file
  let layer = try HopfieldAssociation<Float>(published: NamedArrays(contentsOf: path), configuration)
  return layer
}
