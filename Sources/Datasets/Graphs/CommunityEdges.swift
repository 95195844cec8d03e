import Foundation
import Tensors

/// The edges of a degree-corrected stochastic block model, each once, in the order they were drawn.
struct CommunityEdges {
  private(set) var from: [Int32] = []
  private(set) var to: [Int32] = []

  /// Draws as many edges as the configuration says; fewer where a graph so dense that 50 draws per edge do not give
  /// them all.
  init(
    _ configuration: AttributedCommunityGraphConfiguration, communities: [Int], random stream: RandomStream
  ) {
    let wanted = configuration.edgeCount
    let weighted = WeightedCommunities(configuration, communities: communities, random: stream.child(0))
    var draws = stream.child(1)
    var seen = PairSet(capacity: wanted)
    from.reserveCapacity(wanted)
    to.reserveCapacity(wanted)
    var attempts = 0
    while from.count < wanted && attempts < 50 * wanted {
      attempts += 1
      let isWithin = draws.uniform() < configuration.withinFraction
      let first = weighted.community(using: &draws)
      let second = isWithin ? first : weighted.community(using: &draws)
      let ends = (weighted.node(of: first, using: &draws), weighted.node(of: second, using: &draws))
      guard ends.0 != ends.1, seen.insert(ends.0, ends.1) else { continue }
      from.append(ends.0)
      to.append(ends.1)
    }
  }
}

/// Nodes by community, drawn in proportion to their weights.
private struct WeightedCommunities {
  private let starts: [Int]
  private let members: [Int32]
  private let choice: AliasTable
  private let tables: [AliasTable]

  init(
    _ configuration: AttributedCommunityGraphConfiguration, communities: [Int], random stream: RandomStream
  ) {
    let count = configuration.communityCount
    let byCommunity = CompressedSparseRows(
      rowCount: count, columnCount: communities.count, rows: communities.map { Int32($0) },
      columns: (0..<Int32(communities.count)).map { $0 })
    starts = byCommunity.rowStarts
    members = byCommunity.columns
    // Capped, so that no node needs more neighbours than there are.
    let cap = Double(communities.count).squareRoot()
    var draws = stream
    let weights = communities.map { _ in
      min(cap, pow(1 - draws.uniform(), -1 / (configuration.degreeExponent - 1)))
    }
    let parts = (0..<count).map { byCommunity.columns(of: $0).map { weights[Int($0)] } }
    tables = parts.map { AliasTable(weights: $0) }
    choice = AliasTable(weights: parts.map { $0.reduce(0, +) })
  }

  func community(using draws: inout RandomStream) -> Int { choice.draw(using: &draws) }

  func node(of community: Int, using draws: inout RandomStream) -> Int32 {
    members[starts[community] + tables[community].draw(using: &draws)]
  }
}

/// Draws numbers in proportion to weights with one random number each.
///
/// - Source: Walker 1977, in the form of Vose, 1991.
private struct AliasTable {
  private var keep: [Double]
  private var alias: [Int32]

  init(weights: [Double]) {
    let count = weights.count
    let scale = Double(count) / weights.reduce(0, +)
    keep = weights.map { $0 * scale }
    alias = (0..<Int32(count)).map { $0 }
    var small = keep.indices.filter { keep[$0] < 1 }
    var large = keep.indices.filter { keep[$0] >= 1 }
    while let low = small.popLast(), let high = large.last {
      alias[low] = Int32(high)
      keep[high] -= 1 - keep[low]
      if keep[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
  }

  func draw(using draws: inout RandomStream) -> Int {
    let point = draws.uniform() * Double(keep.count)
    let index = min(Int(point), keep.count - 1)
    return point - Double(index) < keep[index] ? index : Int(alias[index])
  }
}

/// A set of unordered pairs of nodes, by open addressing.
private struct PairSet {
  private var slots: [UInt64]
  private let shift: Int

  /// Room for `capacity` pairs with at most half of the slots used.
  init(capacity: Int) {
    let bits = max(4, Int.bitWidth - (2 * capacity).leadingZeroBitCount)
    slots = [UInt64](repeating: .max, count: 1 << bits)
    shift = UInt64.bitWidth - bits
  }

  /// False where the pair was there before.
  mutating func insert(_ a: Int32, _ b: Int32) -> Bool {
    let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(shift))
    while slots[slot] != .max {
      if slots[slot] == key { return false }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = key
    return true
  }
}
