import Energies
import Tensors

/// What the pieces of a fused run write: each its own examples, so that threads need no lock.
final class FusedOutput<Scalar: TensorScalar>: @unchecked Sendable {
  let batch: Int
  private let shape: [Int]
  private let names: [String]
  private let energyCount: Int
  private let lastTokens: Storage<Scalar>, lastActivations: Storage<Scalar>
  private let stateSteps: [Int]
  private let stateStorages: [Storage<Scalar>]
  /// [energies, parts, batch]
  private let energyValues: UnsafeMutableBufferPointer<Double>

  init(_ names: [String], _ start: Tokens<Scalar>, _ request: FusedDescent<Scalar>.Request) {
    shape = start.values.shape
    batch = shape[0]
    self.names = names
    energyCount = request.sizes.count + (request.lastEnergy ? 1 : 0)
    let count = start.values.count
    // Padding stays where it was, and has no activation.
    func copy() -> Storage<Scalar> {
      let storage = Storage<Scalar>(count: count)
      if start.mask != nil {
        start.values.withElements { storage.pointer.update(from: $0.baseAddress!, count: count) }
      }
      return storage
    }
    lastTokens = copy()
    lastActivations = start.mask == nil ? Storage(count: count) : .zeros(count)
    stateSteps = request.states
    stateStorages = request.states.map { _ in copy() }
    energyValues = .allocate(capacity: energyCount * names.count * batch)
    energyValues.initialize(repeating: 0)
  }

  deinit { energyValues.deallocate() }

  /// Zeros for tokens that no piece writes.
  func clear() {
    lastTokens.clear(0..<lastTokens.count)
    lastActivations.clear(0..<lastActivations.count)
  }

  /// The energies of the first part before a step, one per example; other parts follow `batch` apart.
  func energyPointer(step: Int) -> UnsafeMutablePointer<Double> {
    energyValues.baseAddress.unsafelyUnwrapped + step * names.count * batch
  }

  /// Keeps the tokens of a piece where they are wanted.
  func recordState(_ piece: FusedPiece<Scalar>, _ x: UnsafePointer<Scalar>, step: Int) {
    for (index, wanted) in stateSteps.enumerated() where wanted == step {
      piece.store(x, to: stateStorages[index].pointer)
    }
  }

  /// Keeps what came out of a piece.
  func finish(_ piece: FusedPiece<Scalar>, tokens: UnsafePointer<Scalar>, activations: UnsafePointer<Scalar>)
  {
    piece.store(tokens, to: lastTokens.pointer)
    piece.store(activations, to: lastActivations.pointer)
  }

  var tokens: Tensor<Scalar> { Tensor(shape: shape, storage: lastTokens) }
  var activations: Tensor<Scalar> { Tensor(shape: shape, storage: lastActivations) }
  var isFinite: Bool { energyValues.allSatisfy(\.isFinite) && tokens.isFinite }

  var states: [(step: Int, tokens: Tensor<Scalar>)] {
    zip(stateSteps, stateStorages).map { (step: $0, tokens: Tensor(shape: shape, storage: $1)) }
  }

  /// The energy by part before each step and, if asked, after the last.
  var energies: [EnergyByPart<Scalar>] {
    (0..<energyCount).map { step in
      let values = energyPointer(step: step)
      return EnergyByPart(
        names.enumerated().map { part, name in
          (name, Tensor(shape: [batch], elements: (0..<batch).map { Scalar(values[part * batch + $0]) }))
        })
    }
  }
}
