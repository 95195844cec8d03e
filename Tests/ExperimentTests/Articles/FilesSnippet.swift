import EnergyTransformer

/// Writes a block and reads it back by the names of its parameters.
func copied(_ block: EnergyTransformerBlock<Float>, by path: String) throws -> EnergyTransformerBlock<Float> {
  try SafetensorsFile.write(block, to: path, metadata: ["source": "my system"])
  var arrays = try NamedArrays<Float>(contentsOf: path)  // .npz as well
  let copy = try arrays.filling(block)  // throws for an array that is missing or has another shape
  try arrays.requireAllRead()  // and for one that was not asked for
  return copy
}
