import Kit
import Reporting

/// Chains of samples, to step through: state, energy and, where there is one, error at the steps that were recorded.
struct ChainViewer {
  /// The chains of one method or temperature, [item][step] each.
  struct Chains {
    let label: String
    let pictures: [[Picture]]
    let energies: [[Double]]
    /// Empty where nothing is completed.
    var errors: [[Double]] = []
  }

  let title: String
  let note: String
  let items: [String]
  let itemName: String
  let steps: [Int]
  /// What the methods or temperatures are called.
  let groupName: String
  let chains: [Chains]

  func viewer() throws -> StepViewer {
    var viewer = StepViewer(title, items: items, itemName: itemName, steps: steps.map { "\($0)" }, note: note)
    try viewer.addPictures(
      "State", groups: chains.map(\.label), groupName: groupName, chains.map(\.pictures).transposed)
    try viewer.addLines("Energy", chains.map { ($0.label, $0.energies) })
    if chains.allSatisfy({ !$0.errors.isEmpty }) {
      try viewer.addLines("Mean squared error of hidden pixels", chains.map { ($0.label, $0.errors) })
    }
    return viewer
  }
}

extension [[[Picture]]] {
  /// Frames [group][item][step] as [item][group][step].
  fileprivate var transposed: [[[Picture]]] {
    (first ?? []).indices.map { item in map { $0[item] } }
  }
}
