import EnergyTransformer

func writeEnergies(of trajectory: Trajectory<Float>, to path: String) throws {
  var table = CSVTable(columns: ["step"] + trajectory.series.map(\.name))
  for step in trajectory.energies.indices {
    table.addRow([Double(step)] + trajectory.series.map { $0.means[step] })
  }
  try table.write(to: path)
}
