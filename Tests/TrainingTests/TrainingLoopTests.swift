import Foundation
import Foundations
import Tensors
import Testing
import Training

/// A small network: y = tanh(x W) V + b.
struct Network<Scalar: TensorScalar>: Parameterized {
  var inner: Tensor<Scalar>
  var outer: Tensor<Scalar>
  var bias: Tensor<Scalar>

  init(seed: UInt64 = 3, width: Int = 6) {
    var random = RandomStream(seed: seed)
    inner = .normal([4, width], standardDeviation: 0.5, using: &random)
    outer = .normal([width, 2], standardDeviation: 0.5, using: &random)
    bias = .zeros([2])
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("inner", &inner)
    visit("outer", &outer)
    visit("bias", &bias)
  }

  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.projected(by: inner).tanh().projected(by: outer) + bias.reshaped([1, 2])
  }
}

struct Stopped: Error {}

struct TrainingLoopTests {
  typealias Loop = TrainingLoop<Network<Float>, Float>
  static let total = 23

  private func loop(seed: UInt64 = 3, gradientNormLimit: Double? = 0.5) throws -> Loop {
    let model = Network<Float>(seed: seed)
    let optimizer = try GroupedOptimizer<Float>(
      [
        ParameterGroup("matrices", ["inner"], Muon(weightDecay: WeightDecay(0.05)), learningRateFactor: 0.03),
        ParameterGroup("head", ["outer"], AdamW(weightDecay: WeightDecay(0.05)), learningRateFactor: 0.01),
        ParameterGroup("biases", ["bias"], SGD(momentum: 0.9), learningRateFactor: 0.01),
      ], for: model.parameters)
    return Loop(
      model: model, optimizer: optimizer,
      schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: 3, updateCount: Self.total, finalFraction: 0.02),
      random: RandomStream(seed: 8), curriculum: Curriculum([(0.7, 1), (0.3, 2)]),
      gradientNormLimit: gradientNormLimit, average: ExponentialMovingAverage(decay: 0.9))
  }

  private func batch(_ update: Int, _ random: inout RandomStream) -> Tensor<Float> {
    .normal([5, 4], using: &random)
  }

  private func loss(_ model: Network<Float>, _ x: Tensor<Float>, _ phase: Float) -> Tensor<Float> {
    let target = x.sliced(axis: 1, 0..<2) * x.sliced(axis: 1, 2..<4)
    return meanSquaredError(model(x), target * phase)
  }

  private func path() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors").path
  }

  @Test("training lowers the loss of a small network, and reports what each update did")
  func learns() throws {
    let target = Network<Float>(seed: 40)
    var loop = TrainingLoop(
      model: Network<Float>(), optimizer: AdamW(), schedule: .constant(0.02), random: RandomStream(seed: 1),
      gradientNormLimit: 1)
    var seen: [TrainingProgress<Network<Float>>] = []
    try loop.run(to: 300) { _, random in
      Tensor<Float>.normal([16, 4], using: &random)
    } loss: { model, x, _ in
      meanSquaredError(model(x), target(x))
    } onUpdate: { progress in
      seen.append(progress)
    }
    #expect(seen.map(\.update) == Array(0..<300) && seen.allSatisfy { $0.updateCount == 300 })
    let losses = seen.map(\.loss)
    let (first, last): (Double, Double) = (losses.prefix(20).reduce(0, +), losses.suffix(20).reduce(0, +))
    #expect(last < 0.02 * first, "\(first) \(last)")
    #expect(seen[5].learningRate == 0.02 && seen[5].gradientNorm > 0 && seen[5].averagedModel == nil)
    #expect(bits(seen[299].model.parameters) == bits(loop.model.parameters))
  }

  @Test("one update is gradient, clipping, schedule, optimiser and average in this order")
  func oneUpdate() throws {
    var loop = try loop()
    var random = RandomStream(seed: 8)
    let x = batch(0, &random)
    let model = loop.model
    let (value, gradient) = valueWithGradient(at: model) { loss($0, x, 1) }
    let progress = try loop.update(of: Self.total, batch: batch, loss: loss)
    #expect(progress.loss == Double(value.scalar) && progress.gradientNorm == gradient.globalNorm)
    #expect(abs(progress.learningRate - 1.0 / 3) < 1e-15)
    // SGD's first step on the bias is its clipped gradient times rate and factor.
    let factor = min(1, 0.5 / gradient.globalNorm) * 0.01 / 3
    #expect(factor < 0.01 / 3, "the check needs a clipped gradient")
    for (new, g) in zip(loop.model.bias.elements, gradient["bias"]!.elements) {
      #expect(abs(Double(new) + factor * Double(g)) < 1e-9)
    }
    let average = try #require(loop.average?.parameters)
    #expect(bits(average) == bits(loop.model.parameters))
    // The next update draws the numbers that come next.
    let after = loop.model
    let y = batch(1, &random)
    let next = try loop.update(of: Self.total, batch: batch, loss: loss)
    #expect(next.loss == Double(loss(after, y, 1).scalar) && next.update == 1)
    #expect(loop.updateCount == 2 && loop.checkpoint().random == random)
  }

  @Test(
    "stopped after any update and resumed from the last file, a run gives the same bits", arguments: 0..<23)
  func resumed(stop: Int) throws {
    var whole = try loop()
    var losses: [Double] = []
    try whole.run(to: Self.total, batch: batch, loss: loss, onUpdate: { losses.append($0.loss) })

    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var killed = try loop()
    #expect(throws: Stopped.self) {
      try killed.run(
        to: Self.total, checkpoints: CheckpointPlan(every: 4, to: path), batch: batch, loss: loss,
        onUpdate: { if $0.update == stop { throw Stopped() } })
    }
    // Another model and other random numbers: everything must come from the file, if there is one already.
    let isSaved = stop >= 4
    #expect(FileManager.default.fileExists(atPath: path) == isSaved)
    var resumed = try loop(seed: isSaved ? 77 : 3)
    if isSaved { try resumed.restore(from: TrainingCheckpoint(contentsOf: path)) }
    #expect(resumed.updateCount == stop / 4 * 4)
    var later: [Double] = []
    try resumed.run(to: Self.total, batch: batch, loss: loss, onUpdate: { later.append($0.loss) })
    #expect(later == Array(losses[(stop / 4 * 4)...]))
    #expect(bits(resumed.model.parameters) == bits(whole.model.parameters))
    #expect(bits(resumed.checkpoint().optimizerState) == bits(whole.checkpoint().optimizerState))
    #expect(bits(resumed.checkpoint().averageState) == bits(whole.checkpoint().averageState))
    #expect(resumed.checkpoint().random == whole.checkpoint().random)
  }

  @Test("checkpoints come at multiples of the interval and at the end, after the update was seen")
  func plan() throws {
    var loop = try loop()
    var events: [String] = []
    try loop.run(
      to: 7, checkpoints: CheckpointPlan(every: 3) { events.append("saved \($0.updateCount)") },
      batch: batch, loss: loss,
      onUpdate: { events.append("seen \($0.update)") })
    #expect(
      events == [
        "seen 0", "seen 1", "seen 2", "saved 3", "seen 3", "seen 4", "seen 5", "saved 6", "seen 6", "saved 7",
      ])
  }

  @Test(
    "a loss that is a sum over examples trains as the whole loss does, whatever the pieces",
    arguments: [1, 2, nil])
  func pieces(size: Int?) throws {
    var whole = try loop()
    var (expected, found): ([Double], [Double]) = ([], [])
    try whole.run(to: 9, batch: batch, loss: loss, onUpdate: { expected.append($0.loss) })
    var pieces = try loop()
    try pieces.run(
      to: 9, pieceSize: size, batch: batch, exampleCount: { $0.shape[0] },
      lossOfExamples: { model, x, examples, phase in
        let x = x.sliced(axis: 0, examples)
        let target = x.sliced(axis: 1, 0..<2) * x.sliced(axis: 1, 2..<4)
        return (model(x) - target * phase).squared().sum() / 10
      }, onUpdate: { found.append($0.loss) })
    #expect(found.count == 9 && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 * abs($1) })
    for (a, b) in zip(pieces.model.parameters.values, whole.model.parameters.values) {
      #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-3 })
    }
  }

  @Test("the curriculum's phase reaches the loss")
  func phases() throws {
    var loop = try loop()
    var phases: [Float] = []
    try loop.run(
      to: Self.total, batch: batch,
      loss: { model, x, phase in
        phases.append(phase)
        return loss(model, x, phase)
      })
    #expect(phases == Array(repeating: 1, count: 16) + Array(repeating: 2, count: 7))
  }

  @Test("a loss or gradient that is not finite stops the run, names the update and changes nothing")
  func notFinite() throws {
    var loop = try loop()
    func isLate(_ x: Tensor<Float>) -> Bool { x.count == 4 }
    let broken = { (model: Network<Float>, x: Tensor<Float>, phase: Float) in
      loss(model, x, phase) * (isLate(x) ? Float.nan : 1)
    }
    func shrinking(_ update: Int, _ random: inout RandomStream) -> Tensor<Float> {
      .normal([update == 6 ? 1 : 5, 4], using: &random)
    }
    var before = loop.checkpoint()
    var error = #expect(throws: NonFiniteValue.self) {
      try loop.run(
        to: Self.total, checkpoints: CheckpointPlan(every: 1) { before = $0 }, batch: shrinking, loss: broken)
    }
    #expect(error?.description == "update 6: the loss is not a finite number")
    #expect(loop.updateCount == 6 && loop.checkpoint().random == before.random)
    #expect(bits(loop.checkpoint().optimizerState) == bits(before.optimizerState))
    // The root of 0 has a finite value and no finite derivative.
    for limit in [0.5, nil] {
      var unclipped = try self.loop(gradientNormLimit: limit)
      error = #expect(throws: NonFiniteValue.self) {
        try unclipped.run(to: 3, batch: batch, loss: { model, _, _ in (model.outer * 0).squareRoot().sum() })
      }
      #expect(error?.description == "update 0: the gradient of parameter \"outer\" is not a finite number")
    }
  }

  struct Forgetful: Parameterized {
    var weights = Tensor<Float>.ones([2])
    mutating func visitParameters(_ visit: ParameterVisitor<Float>) {}
  }

  @Test("a model that visits no parameter stops with a sentence, not with a training that learns nothing")
  func noParameters() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = TrainingLoop(
        model: Forgetful(), optimizer: AdamW<Float>(), schedule: .constant(0.1), random: RandomStream(seed: 1)
      )
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("Forgetful visits no parameter"), "\(message.prefix(500))")
  }
}
