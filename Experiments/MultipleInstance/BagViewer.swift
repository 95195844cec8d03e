import EnergyTransformer
import Reporting

/// Where Hopfield pooling looks in some bags, to step through.
struct BagViewer {
  /// A bag with what stands beside its instances.
  struct Bag {
    let name: String
    let isPositive: Bool
    /// What the network is called that read it: scores of others cannot be compared.
    var network = ""
    let look: BagLook
    let rows: [StepViewer.Bars.Row]
    /// What is said of the instances that are not shown; nil where all are.
    var rest: String?
  }

  let title: String
  let note: String
  let steps: [String]
  let stepName: String
  /// What the instances are, in the plural.
  let instances: String
  /// What the instances are called that make a bag positive.
  let witnesses: String
  /// The heads by name, of which one is shown.
  var heads = [""]
  /// Whether scores above 0 are positive, and do not only rank the bags.
  var hasThreshold = false
  let bags: [Bag]

  func viewer() throws -> StepViewer {
    var viewer = StepViewer(
      title, items: bags.map(\.name), itemName: "bag", steps: steps, stepName: stepName, note: note)
    try viewer.addBars(
      "Weights of \(instances)", groups: heads, groupName: "head",
      bags.map { bag in
        guard let rest = bag.rest else { return .init(rows: bag.rows, values: bag.look.weights) }
        return .init(
          rows: bag.rows + [.init(rest, isRest: true)],
          values: bag.look.weights.map { $0.map { $0 + [max(0, 1 - $0.reduce(0, +))] } })
      })
    var weights = [("the largest", bags.map(\.look.largest))]
    // What is known of some bags of a set is known of all.
    let known = bags.compactMap(\.look.ofWitnesses)
    if known.count == bags.count { weights.append(("all \(witnesses)", known)) }
    try viewer.addLines("Weight", weights)
    try addScores(to: &viewer)
    return viewer
  }

  private func addScores(to viewer: inout StepViewer) throws {
    // [bag][step]: of bags that one network read.
    func means(_ isPositive: Bool) -> [[Double]] {
      bags.map { bag in
        let scores = bags.filter { $0.isPositive == isPositive && $0.network == bag.network }.map(
          \.look.scores)
        return steps.indices.map { step in
          scores.reduce(0) { $0 + $1[step] } / Double(max(1, scores.count))
        }
      }
    }
    let (positive, negative) = (means(true), means(false))
    func series(less: [[Double]]) -> [(label: String, values: [[Double]])] {
      func differences(_ values: [[Double]]) -> [[Double]] {
        zip(values, less).map { zip($0, $1).map { $0 - $1 } }
      }
      return [
        ("this bag", differences(bags.map(\.look.scores))),
        ("mean of the positive bags shown", differences(positive)),
        ("mean of the negative bags shown", differences(negative)),
      ]
    }
    if hasThreshold {
      try viewer.addLines("Logit", series(less: negative.map { $0.map { _ in 0 } }))
    } else {
      try viewer.addLines("Score over that of negative bags", series(less: negative))
    }
  }
}
