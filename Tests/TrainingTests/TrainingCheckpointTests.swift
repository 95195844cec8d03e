import ArrayFiles
import Foundation
import Foundations
import Tensors
import Testing
import Training

struct TrainingCheckpointTests {
  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func checkpoint<Scalar>(of type: Scalar.Type = Scalar.self) -> TrainingCheckpoint<Scalar> {
    let model = Network<Scalar>()
    var optimizer = AdamW<Scalar>()
    var average = ExponentialMovingAverage<Scalar>(decay: 0.9)
    let parameters = optimizer.update(model.parameters, gradients: model.parameters, learningRate: 0.1)
    average.update(parameters)
    average.update(model.parameters)
    var random = RandomStream(seed: .max)
    _ = (0..<3).map { _ in random.next() }
    return TrainingCheckpoint(
      parameters: parameters, optimizerState: optimizer.state, averageState: average.state, random: random,
      updateCount: 4711, options: ["width": "6", "a \"quoted\" key": "one\ntwo ü", "format": "mine", "": ""])
  }

  private func sorted<Scalar>(_ values: ParameterValues<Scalar>) -> [String: [Scalar]] {
    Dictionary(uniqueKeysWithValues: zip(values.names, values.values.map(\.elements)))
  }

  @Test("a file gives back every bit, name and text, in both precisions")
  func roundTrip() throws {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type) throws {
      try withFile { path in
        let saved = checkpoint(of: type)
        try saved.write(to: path)
        let read = try TrainingCheckpoint<Scalar>(contentsOf: path)
        #expect(sorted(read.parameters) == sorted(saved.parameters))
        #expect(sorted(read.optimizerState) == sorted(saved.optimizerState))
        #expect(sorted(read.averageState) == sorted(saved.averageState))
        #expect(read.random == saved.random && read.updateCount == 4711 && read.options == saved.options)
        #expect(read.origin == path)
        let model = try read.applied(to: Network<Scalar>(seed: 5))
        #expect(sorted(model.parameters) == sorted(saved.parameters))
        let averaged = try read.averageApplied(to: Network<Scalar>(seed: 5))
        #expect(averaged.inner.elements == saved.averageState["average.inner"]?.elements)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try read.write(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
      }
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test("tensors and stored arrays give each other the same bits, also of infinities, NaN and -0")
  func storedBits() throws {
    let floats: [Float] = [
      -0.0, .infinity, Float(bitPattern: 0x7FC0_1234), .leastNonzeroMagnitude, 1 / 3, -7,
    ]
    let array = StoredArray(Tensor<Float>(shape: [2, 1, 3], elements: floats))
    #expect(array.elementType == .f32 && array.shape == [2, 1, 3])
    let back = try Tensor<Float>(array)
    #expect(back.shape == [2, 1, 3] && back.elements.map(\.bitPattern) == floats.map(\.bitPattern))
    let doubles: [Double] = [1 / 3, -0.0, Double(bitPattern: 0x7FF8_0000_0000_4321), .leastNonzeroMagnitude]
    let wide = StoredArray(Tensor<Double>(shape: [4], elements: doubles))
    #expect(wide.elementType == .f64)
    #expect(try Tensor<Double>(wide).elements.map(\.bitPattern) == doubles.map(\.bitPattern))
    #expect(try Tensor<Double>(StoredArray(Tensor<Float>(0.1))).scalar == Double(Float(0.1)))
    #expect(try Tensor<Float>(StoredArray(shape: [2], integers: [3, -4])).elements == [3, -4])
    #expect(throws: FileFormatError.self) { try Tensor<Float>(StoredArray(shape: [1], doubles: [1e300])) }
  }

  @Test("names and shapes that are not the model's are refused in one line with file and parameter")
  func mismatches() throws {
    try withFile { path in
      let saved = checkpoint(of: Float.self)
      func expect(_ message: String, _ parameters: ParameterValues<Float>) throws {
        try TrainingCheckpoint(
          parameters: parameters, optimizerState: ParameterValues(), random: saved.random, updateCount: 0
        ).write(to: path)
        let error = #expect(throws: FileFormatError.self) {
          try TrainingCheckpoint(contentsOf: path).applied(to: Network<Float>())
        }
        #expect(error?.description == "\(path): array \"parameters.\(message)")
      }
      let (names, values) = (saved.parameters.names, saved.parameters.values)
      try expect(
        "bias\": expected shape [2], found no such array",
        ParameterValues(names: Array(names.dropLast()), values: Array(values.dropLast())))
      try expect(
        "scale\": expected only parameters of the model, found another",
        ParameterValues(names: names + ["scale"], values: values + [Tensor(1)]))
      try expect(
        "inner\": expected shape [4, 6], found shape [4, 9]", Network<Float>(width: 9).parameters)
    }
  }

  @Test("a checkpoint that lacks what the loop needs is refused, and the loop stays as it was")
  func incompleteState() throws {
    let model = Network<Float>()
    let saved = checkpoint(of: Float.self)
    func loop(_ optimizer: any Optimizer<Float>, average: Bool) -> TrainingLoop<Network<Float>, Void> {
      TrainingLoop(
        model: model, optimizer: optimizer, schedule: .constant(0.1), random: RandomStream(seed: 1),
        average: average ? ExponentialMovingAverage(decay: 0.9) : nil)
    }
    typealias Values = ParameterValues<Float>
    func holding(_ state: Values, _ average: Values) -> TrainingCheckpoint<Float> {
      TrainingCheckpoint(
        parameters: saved.parameters, optimizerState: state, averageState: average, random: saved.random,
        updateCount: 5)
    }
    let none = ParameterValues<Float>()
    let cases: [(TrainingLoop<Network<Float>, Void>, TrainingCheckpoint<Float>, String)] = [
      (
        loop(AdamW(), average: false), holding(none, none),
        "memory: array \"optimizer.firstMoment.inner\": expected shape [4, 6], found no such array"
      ),
      (
        loop(SGD(), average: false), holding(saved.optimizerState, none),
        "memory: array \"optimizer.firstMoment.inner\": expected no such entry, found shape [4, 6]"
      ),
      (
        loop(AdamW(), average: true), holding(saved.optimizerState, none),
        "memory: array \"average.updateCount\": expected an average, found none"
      ),
      (
        loop(AdamW(), average: false), holding(saved.optimizerState, saved.averageState),
        "memory: array \"average.updateCount\": expected no average, found an average"
      ),
    ]
    for (start, broken, message) in cases {
      var loop = start
      let error = #expect(throws: FileFormatError.self) { try loop.restore(from: broken) }
      #expect(error?.description == message)
      #expect(loop.updateCount == 0 && bits(loop.model.parameters) == bits(model.parameters))
    }
    var fine = loop(AdamW(), average: true)
    try fine.restore(from: saved)
    #expect(fine.updateCount == 4711 && bits(fine.model.parameters) == bits(saved.parameters))
  }

  @Test("a file cut anywhere or changed in its header is refused; so is one of another kind or precision")
  func damaged() throws {
    try withFile { path in
      let saved = checkpoint(of: Float.self)
      try saved.write(to: path)
      let url = URL(fileURLWithPath: path)
      let bytes = try Data(contentsOf: url)
      for length in stride(from: 0, to: bytes.count, by: 97) {
        try bytes.prefix(length).write(to: url)
        let error = #expect(throws: FileFormatError.self) { try TrainingCheckpoint<Float>(contentsOf: path) }
        #expect(error?.description.hasPrefix(path) == true)
      }
      func expect(_ ending: String, metadata: [String: String], arrays: [(name: String, array: StoredArray)])
        throws
      {
        try SafetensorsFile.write(path: path, arrays: arrays, metadata: metadata)
        let error = #expect(throws: FileFormatError.self) { try TrainingCheckpoint<Float>(contentsOf: path) }
        #expect(error?.description == "\(path): \(ending)")
      }
      let kind = ["format": "training checkpoint 1", "updateCount": "3"]
      let random = (name: "random", array: StoredArray(shape: [3], integers: [1, 2, 3]))
      try expect(
        "metadata \"format\": expected \"training checkpoint 1\", found none", metadata: [:], arrays: [random]
      )
      try expect(
        "metadata \"updateCount\": expected a whole number of at least 0, found \"-3\"",
        metadata: kind.merging(["updateCount": "-3"]) { $1 }, arrays: [random])
      try expect("array names: expected \"random\", found no arrays", metadata: kind, arrays: [])
      try expect(
        "array \"random\": expected the state of a random stream, found random stream state: expected 3 "
          + "words (key, lane, draws), found 2",
        metadata: kind, arrays: [(name: "random", array: StoredArray(shape: [2], integers: [1, 2]))])
      try expect(
        "array \"other.x\": expected a name that starts with parameters., optimizer. or average., "
          + "found another",
        metadata: kind, arrays: [random, (name: "other.x", array: StoredArray(shape: [1], floats: [1]))])
      try expect(
        "array \"parameters.x\", number format: expected f32, found f64",
        metadata: kind,
        arrays: [random, (name: "parameters.x", array: StoredArray(shape: [1], doubles: [1]))])
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: FileAccessError.self) { try TrainingCheckpoint<Float>(contentsOf: path) }
    }
  }
}
