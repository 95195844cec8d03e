import Datasets
import Tensors
import Testing

struct NodeSplitTests {
  /// 400 nodes, every tenth of class 1.
  private let labels = (0..<400).map { $0 % 10 == 4 ? 1 : 0 }

  private func splits(
    seed: UInt64 = 1, fractions: [Double] = [0.1, 0.5], tuning: NodeSplits.Tuning? = nil
  ) throws -> NodeSplits {
    try NodeSplits(
      labels: labels, fractions: fractions, count: 3, tuning: tuning, random: RandomStream(seed: seed))
  }

  private let quarter = NodeSplits.Tuning(fraction: 0.25, count: 2, minimumPerClass: 6)

  @Test(
    "nodes set aside are in no split that scores, are the same for every seed, and all others are in each split"
  )
  func setAside() throws {
    let found = try splits(tuning: quarter)
    #expect(found.setAside.count == 100 && found.setAside.count { labels[$0] == 1 } == 10)
    #expect(found.count == 6 && found.largest == 1)
    let others = Set(0..<400).subtracting(found.setAside)
    for split in found.splits.flatMap(\.self) {
      let all = split.training + split.validation + split.test
      #expect(Set(all) == others && all.count == others.count)
    }
    #expect(found.splits[0].allSatisfy { $0.training.count == 30 })
    #expect(found.splits[1].allSatisfy { $0.training.count == 150 })
    #expect(found.tuning.count == 2 && found.tuning[0] != found.tuning[1])
    for split in found.tuning {
      #expect((split.training + split.validation + split.test).sorted() == found.setAside)
    }
    let other = try splits(seed: 2, tuning: quarter)
    #expect(other.setAside == found.setAside && other.tuning == found.tuning)
    #expect(other.splits != found.splits && found.splits[0][0] != found.splits[0][1])
    #expect(try splits(tuning: quarter).splits == found.splits)
  }

  @Test("where trials would have too few nodes of a class, or nothing is tuned, every node is in each split")
  func nothingSetAside() throws {
    var few = quarter
    few.minimumPerClass = 11
    var none = quarter
    none.fraction = 0
    for tuning in [few, none, nil] {
      let found = try splits(tuning: tuning)
      #expect(found.setAside.isEmpty && found.tuning.isEmpty)
      #expect(found.splits[0][0].test.count == 240)
    }
  }

  @Test("a part that leaves no node of a class for one of the uses is refused by name")
  func refused() {
    // 39 of 40 anomalies are learned from, and the one left tests.
    #expect {
      try splits(fractions: [0.1, 0.98])
    } throws: { error in
      "\(error)" == "a part of 0.98 to learn from leaves no node of class 1 to choose by"
    }
  }
}
