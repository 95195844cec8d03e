import EnergyTransformer
import Kit
import Reporting

/// Half-hidden pictures completed update by update by every memory, to step through.
struct CompletionViewer {
  let images: ImageSet
  let task: PatternCompletion
  let featureCount: Int
  /// Every memory with its beta and the states where its retrieval ended, [cues, dimension].
  let memories: [(kind: MemoryKind, beta: Float, ends: Tensor<Float>)]

  /// Updates that are shown before the end; most memories rest by then.
  private static let updates = 6

  func viewer() throws -> StepViewer {
    let ways = memories.map { way($0.kind, $0.beta, $0.ends) }
    var viewer = StepViewer(
      "Half-hidden \(images.label), update by update", items: chosen.map { "\(task.shown[$0] + 1)" },
      itemName: "picture", steps: (0...Self.updates).map { "\($0)" } + ["rest"], stepName: "update",
      note:
        "\(task.stored.shape[0]) \(images.label) stored. An update of a binary memory goes over all neurons.")
    func picture(_ rows: Tensor<Float>, _ row: Int, _ kind: MemoryKind? = nil) -> Picture {
      images.picture(rows.sliced(axis: 0, row..<row + 1), isBinary: kind?.isBinary ?? false)
    }
    try viewer.addPictures("Stored", chosen.map { [picture(task.patterns, $0)] })
    try viewer.addPictures("What memories of numbers see", chosen.map { [picture(task.cues, $0)] })
    try viewer.addPictures(
      "State", groups: memories.map { $0.kind.label }, groupName: "memory",
      chosen.indices.map { item in
        zip(memories, ways).map { memory, way in way.states.map { picture($0, item, memory.kind) } }
      })
    for (isBinary, memoriesName) in [(false, "memories of numbers"), (true, "binary memories")] {
      let shown = zip(memories, ways).filter { memory, _ in memory.kind.isBinary == isBinary }
      try viewer.addLines(
        "Distance from the stored picture in its lengths, \(memoriesName)",
        shown.map { memory, way in (memory.kind.label, perItem(way.distances)) })
      try viewer.addLines(
        "Energy over that at rest as a share of its fall, \(memoriesName)",
        shown.map { memory, way in (memory.kind.label, perItem(way.energies).map(Self.leftToFall)) })
    }
    let weighted = zip(memories, ways).filter { !$1.largestWeights.isEmpty }
    if !weighted.isEmpty {
      try viewer.addLines(
        "Largest weight of a stored picture",
        weighted.map { memory, way in (memory.kind.label, perItem(way.largestWeights)) })
    }
    return viewer
  }

  /// The cues that are shown, evenly spaced.
  private var chosen: [Int] {
    let numbers = memories.count * (Self.updates + 2) * images.patterns.dimension
    return (0..<task.shown.count).evenlySpaced(StepViewer.itemCount(numbersEach: numbers))
  }

  /// The retrieval of a memory from the chosen cues, [step][item].
  private struct Way {
    /// [items, dimension] at each step.
    var states: [Tensor<Float>] = []
    var energies: [[Double]] = []
    var distances: [[Double]] = []
    /// Empty for memories without weights.
    var largestWeights: [[Double]] = []
  }

  private func way(_ kind: MemoryKind, _ beta: Float, _ ends: Tensor<Float>) -> Way {
    let memory = task.memory(of: kind, beta: beta, featureCount: featureCount)
    let patterns = kind.isBinary ? PatternCompletion.signs(of: task.patterns) : task.patterns
    let truth = patterns.gathered(chosen, axis: 0)
    var way = Way()
    way.states = states(of: memory, kind) + [ends.gathered(chosen, axis: 0)]
    var report = RetrievalOptions.updates(0)
    report.weightLimit = 1
    for state in way.states {
      way.energies.append(memory.energy(at: state).elements.map(Double.init))
      way.distances.append(zip((state - truth).rowLengths, truth.rowLengths).map { $0 / max($1, 1e-30) })
      let weights = memory.retrieve(state, options: report).weights.map { $0.first?.weight }
      if weights.allSatisfy({ $0 != nil }) { way.largestWeights.append(weights.compactMap(\.self)) }
    }
    if way.largestWeights.count < way.states.count { way.largestWeights = [] }
    return way
  }

  /// The states of the chosen cues after each of the first updates.
  private func states(of memory: any AssociativeMemory<Float>, _ kind: MemoryKind) -> [Tensor<Float>] {
    if kind.isBinary {
      // The order in which neurons are updated is drawn for all cues and their updates, from the first on.
      return (0...Self.updates).map { count in
        memory.retrieve(task.signCues, options: .updates(count)).states.gathered(chosen, axis: 0)
      }
    }
    var states = [task.cues.gathered(chosen, axis: 0)]
    for _ in 0..<Self.updates {
      states.append(memory.retrieve(states[states.count - 1], options: .updates(1)).states)
    }
    return states
  }

  /// Numbers [step][item] as [item][step].
  private func perItem(_ numbers: [[Double]]) -> [[Double]] {
    chosen.indices.map { item in numbers.map { $0[item] } }
  }

  /// 1 at the start and 0 at the end; 0 throughout where the energy does not fall.
  private static func leftToFall(_ energies: [Double]) -> [Double] {
    let (first, last) = (energies[0], energies[energies.count - 1])
    return energies.map { energy in
      let share = (energy - last) / (first - last)
      return first > last && share.isFinite ? share : 0
    }
  }
}
