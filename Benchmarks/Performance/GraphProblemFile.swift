import EnergyTransformer
import Measurements

/// The arrays of a block on a graph in a file that every system reads: those of ``ProblemFile`` with x and target
/// [nodes, dimension], and the edges as compressed sparse rows, `row_starts` [nodes + 1] and `columns` [edges], without
/// self loops.
enum GraphProblemFile {
  /// Writes random weights, the features of the nodes as tokens and, for training, a random target.
  static func write(
    _ workload: GraphWorkload, on graph: NodeGraph, trains: Bool, seed: UInt64, to path: String
  )
    throws
  {
    let root = RandomStream(seed: seed)
    let (size, deviation) = (workload.dimension, workload.weightDeviation)
    let (pairs, heads) = (graph.neighbours, [workload.heads, workload.keySize, size])
    var arrays = [
      ("Wq", root.normal(0, heads, deviation)), ("Wk", root.normal(1, heads, deviation)),
      ("Xi", root.normal(2, [size, workload.memories], deviation)),
      ("gamma", StoredArray(shape: [], floats: [1.1])), ("delta", root.normal(3, [size], 0.1)),
      ("x", StoredArray(graph.features)),
      ("row_starts", StoredArray(shape: [pairs.rowCount + 1], integers: pairs.rowStarts)),
      ("columns", StoredArray(shape: [pairs.pairCount], integers: pairs.columns.map { Int($0) })),
    ]
    if trains { arrays.append(("target", root.normal(5, [workload.nodes, size], 1))) }
    try SafetensorsFile.write(path: path, arrays: arrays)
  }

  /// The edges of such a file.
  ///
  /// - Throws: ``WorkerFault`` for edges that do not fit the nodes.
  static func neighbours(in file: SafetensorsFile) throws -> CompressedSparseRows {
    let (starts, columns) = (
      try file.array(named: "row_starts").integers(), try file.array(named: "columns").integers()
    )
    let nodes = try file.array(named: "x").shape[0]
    guard starts.count == nodes + 1, starts.first == 0, starts.last == columns.count,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw WorkerFault("\(file.path): row_starts must rise from 0 to \(columns.count) over \(nodes) nodes")
    }
    guard columns.allSatisfy({ (0..<nodes).contains($0) }) else {
      throw WorkerFault("\(file.path): columns must lie in 0 ..< \(nodes)")
    }
    return CompressedSparseRows(rowStarts: starts, columns: columns.map { Int32($0) }, columnCount: nodes)
  }
}
