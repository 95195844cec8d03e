import ArrayFiles
import Foundations
import Tensors
import TestSupport
import Testing
import Training

/// Checkpoints that were written while some matrices lay [inputs, outputs] and files named no layout.
struct EarlierLayoutCheckpointTests {
  /// y = (x Wᵀ + b) Vᵀ U; W and the square V lay the other way round, W and b under other names than today.
  private struct Turned: Parameterized {
    var w: Tensor<Float>
    var b: Tensor<Float>
    var v: Tensor<Float>
    var u: Tensor<Float>

    init(seed: UInt64) {
      var random = RandomStream(seed: seed)
      w = .normal([5, 4], standardDeviation: 0.5, using: &random)
      b = .normal([5], standardDeviation: 0.5, using: &random)
      v = .normal([5, 5], standardDeviation: 0.5, using: &random)
      u = .normal([5, 5], standardDeviation: 0.5, using: &random)
    }

    mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
      visit("encoder.weight", &w)
      visit("encoder.bias", &b)
      visit("inner.decoder.weight", &v)
      visit("decoder.weight", &u)
      visit.renamed("encoder.weight", from: "encoder.weights")
      visit.renamed("encoder.bias", from: "bias")
      visit.renamed("inner.decoder.weight", from: "inner.decoder.weights")
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      (x.projected(by: w, transposed: true) + b).projected(by: v, transposed: true).projected(by: u)
    }
  }

  private static let formerNames = [
    "encoder.weight": "encoder.weights", "encoder.bias": "bias",
    "inner.decoder.weight": "inner.decoder.weights",
  ]

  private typealias Loop = TrainingLoop<Turned, Void>
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func loop(seed: UInt64) throws -> Loop {
    let model = Turned(seed: seed)
    let optimizer = try GroupedOptimizer<Float>(
      [
        ParameterGroup("matrices", ["inner.decoder.weight"], Muon(), learningRateFactor: 0.03),
        ParameterGroup(
          "others", ["encoder.weight", "encoder.bias"],
          CentralizedGradients(AdamW(), keepingLastAxis: ["encoder.weight"]), learningRateFactor: 0.02),
        ParameterGroup("head", ["decoder.weight"], SGD(momentum: 0.9), learningRateFactor: 0.01),
      ], for: model.parameters)
    return Loop(
      model: model, optimizer: optimizer, schedule: .constant(1), random: RandomStream(seed: 8),
      average: ExponentialMovingAverage(decay: 0.9))
  }

  private func run(_ loop: inout Loop, to updateCount: Int) throws {
    try loop.run(to: updateCount) { _, random in
      Tensor<Float>.normal([7, 4], using: &random)
    } loss: { model, x, _ in
      (model(x) - 1).squared().mean()
    }
  }

  /// A matrix turned element by element; anything else as it is.
  private func turned(_ value: Tensor<Float>) -> Tensor<Float> {
    guard value.rank == 2 else { return value }
    let (rows, columns) = (value.shape[0], value.shape[1])
    return Tensor(
      shape: [columns, rows], elements: (0..<rows * columns).map { value[$0 % rows, $0 / rows] })
  }

  /// Writes the checkpoint as an earlier version wrote it.
  private func writeEarlier(_ checkpoint: TrainingCheckpoint<Float>, to path: String) throws {
    try checkpoint.write(to: path)
    let file = try SafetensorsFile.read(path: path)
    #expect(file.metadata["parameter-layout"] == "2")
    var turnedCount = 0
    let arrays = try file.names.map { name -> (name: String, array: StoredArray) in
      let array = try file.array(named: name)
      for (now, former) in Self.formerNames where name.hasSuffix(".\(now)") {
        // "decoder.weight" alone never changed.
        turnedCount += 1
        return (String(name.dropLast(now.count)) + former, StoredArray(turned(try Tensor<Float>(array))))
      }
      return (name, array)
    }
    // Parameters, two moments of AdamW for two of them and a momentum of Muon for one, averages.
    #expect(turnedCount == 3 + 4 + 1 + 3)
    var metadata = file.metadata
    metadata["parameter-layout"] = nil
    try SafetensorsFile.write(path: path, arrays: arrays, metadata: metadata)
  }

  private func expectSame(
    _ found: ParameterValues<Float>, _ expected: ParameterValues<Float>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.names == expected.names, sourceLocation: sourceLocation)
    #expect(found.values.map(\.shape) == expected.values.map(\.shape), sourceLocation: sourceLocation)
    #expect(bits(found) == bits(expected), sourceLocation: sourceLocation)
  }

  @Test("a run goes on from an earlier checkpoint, moments and averages included, to the same bits")
  func resumed() throws {
    var whole = try loop(seed: 1)
    try run(&whole, to: 4)
    let path = folder.path("earlier.safetensors")
    try writeEarlier(whole.checkpoint(), to: path)
    let read = try TrainingCheckpoint<Float>(contentsOf: path)
    expectSame(try read.applied(to: Turned(seed: 2)).parameters, whole.model.parameters)
    expectSame(
      try read.averageApplied(to: Turned(seed: 2)).parameters, try #require(whole.average?.parameters))
    var resumed = try loop(seed: 2)
    try resumed.restore(from: read)
    expectSame(resumed.model.parameters, whole.model.parameters)
    try run(&whole, to: 9)
    try run(&resumed, to: 9)
    expectSame(resumed.model.parameters, whole.model.parameters)
    expectSame(resumed.checkpoint().optimizerState, whole.checkpoint().optimizerState)
    // Written again as it was read, and after that in today's layout.
    let again = folder.path("again.safetensors")
    try read.write(to: again)
    var second = try loop(seed: 3)
    try second.restore(from: TrainingCheckpoint(contentsOf: again))
    try run(&second, to: 9)
    expectSame(second.model.parameters, whole.model.parameters)
    try second.checkpoint().write(to: again)
    try second.restore(from: TrainingCheckpoint(contentsOf: again))
    expectSame(second.model.parameters, whole.model.parameters)
  }

  @Test(
    "earlier names in today's layout, both names at once and a later version's layout are refused in one line"
  )
  func refused() throws {
    var whole = try loop(seed: 1)
    try run(&whole, to: 2)
    let path = folder.path("bad.safetensors")
    try writeEarlier(whole.checkpoint(), to: path)
    let file = try SafetensorsFile.read(path: path)
    let arrays = file.arrays.map { (name: $0, array: $1) }
    func write(_ more: [String], layout: String?) throws {
      var metadata = file.metadata
      metadata["parameter-layout"] = layout
      let both = more.map { (name: $0, array: StoredArray(Tensor<Float>.zeros([5, 4]))) }
      try SafetensorsFile.write(path: path, arrays: arrays + both, metadata: metadata)
    }
    func expectRefused(_ message: String, sourceLocation: SourceLocation = #_sourceLocation) {
      let error = #expect(throws: FileFormatError.self, sourceLocation: sourceLocation) {
        try TrainingCheckpoint<Float>(contentsOf: path).applied(to: Turned(seed: 1))
      }
      #expect(error?.description == "\(path): \(message)", sourceLocation: sourceLocation)
    }
    try write([], layout: "3")
    expectRefused(
      "metadata \"parameter-layout\": expected \"1\" or \"2\", found \"3\"; a later version wrote it")
    try write(["parameters.encoder.weight"], layout: nil)
    expectRefused(
      "array \"parameters.encoder.weights\": expected only parameters of the model, found another")
    try write([], layout: "2")
    let error = #expect(throws: FileFormatError.self) {
      try TrainingCheckpoint<Float>(contentsOf: path).applied(to: Turned(seed: 1))
    }
    #expect(error?.field.hasPrefix("array \"parameters.") == true)
  }
}
