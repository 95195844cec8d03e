import Encoders
import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Heads whose retrieval goes on, against networks of their keys and against the rules that replace heads.
struct HeadRetrievalTests {
  private let ids = [3, 17, 50, 8, 22, 41, 9]

  @Test("update by update, a head of the first layer is a modern Hopfield network of its keys")
  func againstNetwork() throws {
    let reference = try PublishedEncoderCase<Double>()
    let encoder = try reference.encoder()
    let c = reference.configuration
    let plain = try PlainFirstLayer(reference, ids: ids, segments: ids.map { _ in 0 })
    let heads = Array(c.heads.prefix(c.headCount).reversed())
    let found = encoder.retrievals(of: heads, over: EncoderTokens(ids: [ids]), updates: 3)
    #expect(found.map(\.index) == heads)
    for retrieval in found {
      let head = retrieval.index.head
      let network = ModernHopfieldNetwork(patterns: plain.keys[head], beta: c.beta)
      var state = plain.queries[head]
      let published = network.weights(at: state).matrixProduct(plain.values[head])
      #expect(retrieval.weights.count == 4 && retrieval.energies.count == 4)
      for update in 0...3 {
        let weights = network.weights(at: state)
        expectClose(actual: retrieval.weights[update], expected: weights, relative: 1e-9)
        let energy = network.energy(at: state).elements.reduce(0, +) / 7
        #expect(abs(retrieval.energies[update] - energy) < 1e-9)
        let answers = weights.matrixProduct(plain.values[head])
        var (change, count) = (0.0, 0)
        for query in 0..<7 {
          func length(_ value: (Int) -> Double) -> Double {
            (0..<c.headSize).reduce(0) { $0 + value($1) * value($1) }.squareRoot()
          }
          let moved = length { answers[query, $0] - published[query, $0] }
          change += moved / length { published[query, $0] } / 7
          var sum = 0.0
          for weight in (0..<7).map({ weights[query, $0] }).sorted(by: >) where sum < 0.9 {
            sum += weight
            count += 1
          }
        }
        #expect(abs(retrieval.answerChanges[update] - change) < 1e-9)
        #expect(abs(retrieval.meanCounts[update] - Double(count) / 7) < 1e-9)
        state = network.updated(state)
      }
      for (before, after) in zip(retrieval.energies, retrieval.energies.dropFirst()) {
        #expect(after <= before + 1e-12)
      }
    }
  }

  @Test("heads of every layer have the inputs that they have in the encoder, as a head replaced alone has")
  func againstRules() throws {
    let encoder = try PublishedEncoderCase<Double>().encoder()
    let tokens = EncoderTokens(ids: [ids])
    let heads = encoder.configuration.heads
    let found = encoder.retrievals(of: heads, over: tokens, updates: 2)
    let regimes = encoder.regimes(of: tokens)
    for (retrieval, regime) in zip(found, regimes) {
      for updates in 0...2 {
        let other = encoder.replacing([regime.index], by: .retrieval(updates: updates + 1))
        expectClose(
          actual: retrieval.weights[updates],
          expected: other.weights(of: [regime.index], over: tokens)[0], relative: 1e-12)
      }
      #expect(abs(retrieval.energies[0] - regime.energy) < 1e-12)
      #expect(abs(retrieval.energies[1] - regime.updatedEnergy) < 1e-12)
      #expect(abs(retrieval.answerChanges[1] - regime.answerChange) < 1e-12)
    }
  }
}
