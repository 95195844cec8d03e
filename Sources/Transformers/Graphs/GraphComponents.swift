import Tensors

/// The connected components of a symmetric graph, in the order of their first nodes.
struct GraphComponents {
  /// The nodes of each component, rising.
  let members: [[Int32]]
  /// The place of each node among the nodes of its component.
  let places: [Int32]

  /// - Cost: proportional to nodes and pairs.
  init(of neighbours: CompressedSparseRows) {
    let nodes = neighbours.rowCount
    var component = [Int32](repeating: -1, count: nodes)
    var count = Int32(0)
    var waiting: [Int32] = []
    for start in 0..<nodes where component[start] < 0 {
      component[start] = count
      waiting.append(Int32(start))
      while let node = waiting.popLast() {
        for neighbour in neighbours.columns(of: Int(node)) where component[Int(neighbour)] < 0 {
          component[Int(neighbour)] = count
          waiting.append(neighbour)
        }
      }
      count += 1
    }
    var members = [[Int32]](repeating: [], count: Int(count))
    var places = [Int32](repeating: 0, count: nodes)
    for node in 0..<nodes {
      let index = Int(component[node])
      places[node] = Int32(members[index].count)
      members[index].append(Int32(node))
    }
    self.members = members
    self.places = places
  }
}
