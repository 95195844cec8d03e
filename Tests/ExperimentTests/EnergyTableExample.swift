import EnergyTransformer
import Reporting

func writeEnergies(of run: Trajectory<Float>, to path: String) throws {
  var table = CSVTable(columns: ["step"] + run.series.map(\.name))
  for step in run.energies.indices { table.addRow([Double(step)] + run.series.map { $0.means[step] }) }
  try table.write(to: path)
}

/// Writes the energies of the descent by which a published model completes an image, [1, height, width, 3].
func writeEnergies(
  of published: PublishedImageModel<Float>, completing levels: Tensor<Float>, masked hidden: Tensor<Float>,
  to path: String
) throws {
  let patches = published.model.grid.patches(of: published.normalized(levels))
  let traces = published.model.trace(patches: patches, masked: hidden, settings: published.settings)
  try writeEnergies(of: traces[0].trajectory, to: path)
}
