import Foundations
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// When states stop moving.
struct HopfieldUpdateTests {
  private func layer(_ updates: HopfieldUpdates, beta: [Double] = [0.6, 2.5]) -> HopfieldAssociation<Double> {
    var configuration = HopfieldConfiguration.attention(size: 6, headCount: 2, headSize: 4)
    configuration.beta = .perHead(beta)
    configuration.updates = updates
    return HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 30)).stirred(31)
  }

  private let patterns = HopfieldPatterns(
    states: normalTensor([4, 3, 6], seed: 32), stored: normalTensor([4, 5, 6], seed: 33))

  private func one(_ index: Int) -> HopfieldPatterns<Double> {
    HopfieldPatterns(states: patterns.states.example(index), stored: patterns.stored.example(index))
  }

  @Test("states stop one by one, no example depends on another")
  func independence() {
    let layer = layer(.untilSettled(tolerance: 1e-6, atMost: 200))
    let all = layer.associate(patterns)
    #expect(Set(all.updateCounts.elements).count > 4)
    #expect(all.settled?.elements.allSatisfy { $0 == 1 } == true)
    for index in 0..<4 {
      let alone = layer.associate(one(index))
      #expect(alone.updateCounts.elements == all.updateCounts.example(index).elements)
      expectClose(actual: all.output.example(index), expected: alone.output, relative: 1e-13)
      for state in 0..<3 {
        let single = layer.associate(
          HopfieldPatterns(
            states: patterns.states.example(index).sliced(axis: 1, state..<state + 1),
            stored: patterns.stored.example(index)))
        expectClose(
          actual: all.output.example(index).sliced(axis: 1, state..<state + 1), expected: single.output,
          relative: 1e-12)
      }
    }
  }

  @Test("what settled is at rest: further updates change it by no more than the tolerance allows")
  func rest() {
    let settled = layer(.untilSettled(tolerance: 1e-9, atMost: 1_000)).associate(patterns)
    let further = layer(.count(1_000)).associate(patterns)
    expectClose(actual: settled.weights, expected: further.weights, relative: 0, absolute: 1e-7)
    #expect(further.settled == nil)
    #expect(further.updateCounts.elements.allSatisfy { $0 == 1_000 })
  }

  @Test("the limit holds, and says who met it")
  func limit() throws {
    let found = layer(.untilSettled(tolerance: 1e-6, atMost: 5)).associate(patterns)
    let settled = try #require(found.settled)
    #expect(found.updateCounts.elements.max() == 5)
    #expect(settled.elements.contains(0))
    for (count, flag) in zip(found.updateCounts.elements, settled.elements) where count < 5 {
      #expect(flag == 1)
    }
    let never = layer(HopfieldUpdates(limit: 7, tolerance: 0)).associate(patterns)
    let counted = layer(.count(7)).associate(patterns)
    expectClose(actual: never.weights, expected: counted.weights, relative: 1e-14)
    let none = layer(HopfieldUpdates(limit: 0, tolerance: 1e-4)).associate(patterns)
    #expect(none.updateCounts.elements.allSatisfy { $0 == 0 })
    #expect(none.settled?.elements.allSatisfy { $0 == 0 } == true)
    #expect(none.weights.elements == layer(.none).associate(patterns).weights.elements)
  }

  @Test("the published rule stops a head once it has settled in the whole batch")
  func wholeBatch() throws {
    let found = layer(HopfieldUpdates(limit: 300, tolerance: 1e-5, settling: .wholeBatch)).associate(patterns)
    var last: [Int] = []
    for head in 0..<2 {
      let counts = Set(found.updateCounts.sliced(axis: 1, head..<head + 1).elements.map { Int($0) })
      #expect(counts.count == 1)
      last.append(counts.first ?? 0)
    }
    #expect(last[0] != last[1])
    for head in 0..<2 {
      func weights(_ count: Int) -> Tensor<Double> {
        layer(.count(count)).associate(patterns).weights.sliced(axis: 1, head..<head + 1)
      }
      func change(_ count: Int) -> Double {
        let squares = (weights(count) - weights(count - 1)).squared().sum(axes: [1, 2, 3])
        return (squares.elements.max() ?? 0).squareRoot()
      }
      #expect(change(last[head]) <= 1e-5 && change(last[head] - 1) > 1e-5)
      expectClose(
        actual: found.weights.sliced(axis: 1, head..<head + 1), expected: weights(last[head]),
        relative: 1e-12)
    }
  }

  @Test("masks leave with their examples")
  func masks() {
    let layer = layer(.untilSettled(tolerance: 1e-6, atMost: 200))
    let scores = normalTensor([4, 2, 3, 5], seed: 34)
    let alone = (0..<4).map {
      layer.associate(one($0), masks: AssociationMasks(scores: scores.example($0)))
    }
    // Those that settle first stand first: the masks of the others move up.
    let last = alone.map { $0.updateCounts.elements.max() ?? 0 }
    let order = (0..<4).sorted { last[$0] < last[$1] }
    #expect(last[order[0]] < last[order[1]])
    let sorted = HopfieldPatterns(
      states: patterns.states.gathered(order, axis: 0), stored: patterns.stored.gathered(order, axis: 0))
    let all = layer.associate(sorted, masks: AssociationMasks(scores: scores.gathered(order, axis: 0)))
    for (place, index) in order.enumerated() {
      expectClose(actual: all.output.example(place), expected: alone[index].output, relative: 1e-12)
    }
  }
}
