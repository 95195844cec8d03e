import ArrayFiles
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

/// Files that were written while encoders and decoders lay [inputs, outputs] and files named no layout.
struct EarlierLayoutTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let image = ["encoder.weight": "encoder.weights", "decoder.weight": "decoder.weights"]
  private static let encoder = [
    "encoder.features.weight": "encoder.weights", "encoder.features.bias": "encoder.bias",
    "encoder.positions.weight": "encoder.positionWeights",
  ]

  /// A matrix turned element by element; anything else as it is.
  private func turned(_ value: Tensor<Double>) -> Tensor<Double> {
    guard value.rank == 2 else { return value }
    let (rows, columns) = (value.shape[0], value.shape[1])
    return Tensor(
      shape: [columns, rows], elements: (0..<rows * columns).map { value[$0 % rows, $0 / rows] })
  }

  /// The file that earlier versions wrote of a model.
  ///
  /// - Parameter formerNames: What they called the parameters that have another name now.
  private func earlierFile(_ model: some Parameterized<Double>, _ formerNames: [String: String]) throws
    -> String
  {
    let path = folder.path("earlier.safetensors")
    try SafetensorsFile.write(
      path: path,
      arrays: zip(model.parameters.names, model.parameters.values).map { name, value in
        formerNames[name].map { ($0, StoredArray(turned(value))) } ?? (name, StoredArray(value))
      }, metadata: ["fold": "1"])
    return path
  }

  private func file(
    _ model: some Parameterized<Double>, metadata: [String: String] = ParameterLayout.outputsFirst.metadata
  ) throws -> String {
    let path = folder.path("today.safetensors")
    try SafetensorsFile.write(
      path: path, arrays: zip(model.parameters.names, model.parameters.values).map { ($0, StoredArray($1)) },
      metadata: metadata)
    return path
  }

  private func expectRead<Model: Parameterized<Double>>(
    _ path: String, into blank: Model, as model: Model, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var arrays = try NamedArrays<Double>(contentsOf: path)
    let found = try arrays.filling(blank).parameters
    try arrays.requireAllRead()
    let expected = model.parameters
    #expect(found.names == expected.names, sourceLocation: sourceLocation)
    for (a, b) in zip(found.values, expected.values) {
      #expect(a.shape == b.shape && a.elements == b.elements, sourceLocation: sourceLocation)
    }
  }

  private func zeros<Model: Parameterized<Double>>(_ model: Model) -> Model {
    model.with(model.parameters.map { .zeros($1.shape) })
  }

  @Test("an image model's earlier file gives its completions, also where its matrices are square")
  func image() throws {
    for dimension in [5, 4] {
      var configuration = SmallImageModel.configuration(blockCount: 2)
      configuration.block.dimension = dimension
      #expect((configuration.grid.patchLength == dimension) == (dimension == 4))
      var random = RandomStream(seed: 61)
      let model = ImageEnergyTransformer<Double>(configuration, using: &random)
      let path = try earlierFile(model, Self.image)
      try expectRead(path, into: zeros(model), as: model)
      try expectRead(try file(model), into: zeros(model), as: model)
      var arrays = try NamedArrays<Double>(contentsOf: path)
      let read = try arrays.filling(zeros(model))
      let small = SmallImageModel()
      func completed(_ model: ImageEnergyTransformer<Double>) -> [Double] {
        model.completion(
          patches: small.patches, masked: small.masked, settings: DescentSettings(steps: 3, stepSize: 0.2)
        ).elements
      }
      #expect(completed(read) == completed(model))
    }
  }

  @Test("an image model's first numbers are those that its seed gave in the earlier layout")
  func firstNumbers() throws {
    let configuration = SmallImageModel.configuration(blockCount: 1)
    var random = RandomStream(seed: 62)
    let model = ImageEnergyTransformer<Double>(configuration, using: &random)
    var again = RandomStream(seed: 62)
    let encoder = Tensor<Double>.normal([4, 5], standardDeviation: 0.5, using: &again)
    let classToken = Tensor<Double>.normal([5], standardDeviation: 0.5, using: &again)
    #expect(model.encoder.weight.elements == turned(encoder).elements)
    #expect(model.classToken.elements == classToken.elements)
    let maskToken = Tensor<Double>.normal([5], standardDeviation: 0.5, using: &again)
    let positions = Tensor<Double>.normal([7, 5], standardDeviation: 0.4, using: &again)
    _ = BlockStack<Double>(count: 1, configuration.block, using: &again)
    let decoder = Tensor<Double>.normal([5, 4], standardDeviation: 0.5, using: &again)
    #expect(model.maskToken.elements == maskToken.elements && model.positions.elements == positions.elements)
    #expect(model.decoder.weight.elements == turned(decoder).elements)
    #expect(random == again)
  }

  @Test("a graph model's first numbers are those that its seed gave in the earlier layout")
  func firstGraphNumbers() throws {
    var random = RandomStream(seed: 63)
    let encoder = GraphEncoder<Double>(featureCount: 3, positionCount: 2, dimension: 5, using: &random)
    var again = RandomStream(seed: 63)
    let features = Tensor<Double>.normal([3, 5], standardDeviation: 1 / 3.0.squareRoot(), using: &again)
    let positions = Tensor<Double>.normal([2, 5], standardDeviation: 1 / 2.0.squareRoot(), using: &again)
    #expect(encoder.features.weight.elements == turned(features).elements)
    #expect(encoder.positions?.weight.elements == turned(positions).elements)
    #expect(random == again)
  }

  @Test("graph and node models read their earlier files; a decoder that lay [outputs, inputs] is not turned")
  func graphs() throws {
    for dimension in [5, 3] {
      var configuration = SmallGraphs.configuration()
      configuration.block.dimension = dimension
      configuration.classCount = 3
      let model = SmallGraphs.model(configuration)
      let names = Self.encoder.merging(["decoder.weight": "decoder.weights"]) { $1 }
      try expectRead(try earlierFile(model, names), into: zeros(model), as: model)
      try expectRead(try file(model), into: zeros(model), as: model)
      var network = NodeExample.network(positions: 2)
      network.dimension = dimension
      #expect((network.featureCount == dimension) == (dimension == 3))
      let reconstruction = NodeExample.reconstruction(network)
      try expectRead(
        try earlierFile(reconstruction, Self.encoder), into: zeros(reconstruction), as: reconstruction)
      let classifier = NodeExample.classifier(network)
      try expectRead(try earlierFile(classifier, Self.encoder), into: zeros(classifier), as: classifier)
    }
  }

  @Test("a model inside a bigger one is turned under its name there")
  func nested() throws {
    struct Bigger: Parameterized {
      var images: ImageEnergyTransformer<Double>
      mutating func visitParameters(_ visit: ParameterVisitor<Double>) { visit("images", &images) }
    }
    let bigger = Bigger(images: SmallImageModel().model)
    let names = Dictionary(uniqueKeysWithValues: Self.image.map { ("images.\($0)", "images.\($1)") })
    try expectRead(try earlierFile(bigger, names), into: zeros(bigger), as: bigger)
  }

  @Test("names decide where a file names no layout, and earlier names end with today's layout")
  func names() throws {
    let model = SmallImageModel().model
    try expectRead(try file(model, metadata: [:]), into: zeros(model), as: model)
    let path = try earlierFile(model, Self.image)
    let arrays = try SafetensorsFile.read(path: path).arrays.map { ($0, $1) }
    try SafetensorsFile.write(path: path, arrays: arrays, metadata: ParameterLayout.outputsFirst.metadata)
    let error = #expect(throws: NamedArrayError.self) {
      var arrays = try NamedArrays<Double>(contentsOf: path)
      _ = try arrays.filling(model)
    }
    #expect(
      error?.description.hasPrefix("\(path): array encoder.weight is missing, expected it with shape [5, 4]")
        == true)
  }

  @Test("an array of another shape and a layout of a later version are refused in one line")
  func refused() throws {
    let model = SmallImageModel().model
    let path = folder.path("bad.safetensors")
    try SafetensorsFile.write(
      path: path, arrays: [("encoder.weights", StoredArray(Tensor<Double>.zeros([5, 4])))], metadata: [:])
    let error = #expect(throws: NamedArrayError.self) {
      var arrays = try NamedArrays<Double>(contentsOf: path)
      _ = try arrays.filling(model)
    }
    #expect(error?.description == "\(path): array encoder.weights has shape [5, 4], expected [4, 5]")
    let later = try file(model, metadata: ["parameter-layout": "3"])
    let refused = #expect(throws: FileFormatError.self) {
      var arrays = try NamedArrays<Double>(contentsOf: later)
      _ = try arrays.filling(model)
    }
    #expect(
      refused?.description
        == "\(later): metadata \"parameter-layout\": expected \"1\" or \"2\", found \"3\"; a later version wrote it"
    )
  }
}
