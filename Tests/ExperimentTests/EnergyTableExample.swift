import EnergyTransformer

func writeEnergies(of run: Trajectory<Float>, to path: String) throws {
  var table = CSVTable(columns: ["step"] + run.series.map(\.name))
  for step in run.energies.indices { table.addRow([Double(step)] + run.series.map { $0.means[step] }) }
  try table.write(to: path)
}
