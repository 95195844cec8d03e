import ArrayFiles
import Energies
import Foundation
import Foundations
import HopfieldLayers
import Tensors
import Testing

/// One case of the reference figures: the constructor's arguments in the published package, inputs, weights
/// and results.
struct PublishedHopfieldCase<Scalar: TensorScalar> {
  let name: String
  let arguments: PublishedHopfieldArguments
  private let file: SafetensorsFile

  init(_ name: String) throws {
    let path = try #require(
      Bundle.module.url(
        forResource: "hopfield-layers", withExtension: "safetensors", subdirectory: "Fixtures"))
    file = try SafetensorsFile.read(path: path.path)
    self.name = name
    let text = try #require(file.metadata[name])
    arguments = try JSONDecoder().decode(PublishedHopfieldArguments.self, from: Data(text.utf8))
  }

  func tensor(_ part: String) throws -> Tensor<Scalar> { try Tensor(file.array(named: "\(name)/\(part)")) }

  /// The arrays by the names that the package gives them.
  func weights() throws -> [String: Tensor<Scalar>] {
    let start = "\(name)/state_dict/"
    var weights: [String: Tensor<Scalar>] = [:]
    for (key, array) in file.arrays where key.hasPrefix(start) {
      weights[String(key.dropFirst(start.count))] = try Tensor(array)
    }
    return weights
  }

  /// The mask of the package is 1 at padding.
  func masks() throws -> AssociationMasks<Scalar> {
    guard let array = file.arrays["\(name)/stored_pattern_padding_mask"] else { return .none }
    let isReal = try array.integers().map { $0 == 0 }
    return AssociationMasks(
      stored: TokenMask(batch: array.shape[0], tokenCount: array.shape[1], isReal: isReal))
  }

  /// What our layer of the same arguments and weights gives; pooled outputs as the package lays them out.
  func found() throws -> (output: Tensor<Scalar>, association: Tensor<Scalar>) {
    let configuration = arguments.configuration
    switch arguments.layer {
    case "Hopfield":
      let result = try HopfieldAssociation(published: NamedArrays(weights()), configuration).associate(
        HopfieldPatterns(states: tensor("state_pattern"), stored: tensor("stored_pattern")), masks: masks())
      return (result.output, result.weights)
    case "HopfieldPooling":
      let layer = try HopfieldPooling(
        published: NamedArrays(weights()),
        HopfieldPoolingConfiguration(configuration, queryCount: arguments.quantity))
      return (layer(try tensor("input")), layer.associate(try tensor("input")).weights)
    default:
      let layer = try HopfieldLookup(
        published: NamedArrays(weights()),
        HopfieldLookupConfiguration(configuration, patternCount: arguments.quantity))
      let result = layer.associate(try tensor("input"))
      #expect(layer(try tensor("input")).elements == result.output.elements)
      return (result.output, result.weights)
    }
  }
}

/// The arguments of a constructor of the published package, with its defaults.
struct PublishedHopfieldArguments: Decodable {
  let layer: String
  let configuration: HopfieldConfiguration
  let quantity: Int

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func key(_ name: String) -> Key { Key(stringValue: name) }
    func flag(_ name: String, _ other: Bool) throws -> Bool {
      try container.decodeIfPresent(Bool.self, forKey: key(name)) ?? other
    }
    func number(_ name: String) throws -> Int? {
      try container.decodeIfPresent(Int.self, forKey: key(name))
    }
    func norm(_ name: String) throws -> PatternNorm {
      try !flag(name, true) ? .none : flag("\(name)_affine", true) ? .affine : .standard
    }
    layer = try container.decode(String.self, forKey: key("layer"))
    quantity = try number("quantity") ?? 1
    var c = HopfieldConfiguration.association(
      size: try container.decode(Int.self, forKey: key("input_size")),
      headCount: try number("num_heads") ?? 1, headSize: try number("hidden_size"))
    c.outputSize = try number("output_size") ?? c.outputSize
    (c.stateNorm, c.storedNorm) = (try norm("normalize_state_pattern"), try norm("normalize_stored_pattern"))
    c.valueNorm = try norm("normalize_pattern_projection")
    c.projectsStates = try !flag("state_pattern_as_static", false)
    c.projectsStored = try !flag("stored_pattern_as_static", false)
    if try flag("pattern_projection_as_static", false) { c.values = .none }
    if try flag("pattern_projection_as_connected", false) { c.values = .connected }
    if try flag("disable_out_projection", false) { c.outputSize = nil }
    if let beta = try container.decodeIfPresent(Double.self, forKey: key("scaling")) { c.beta = .value(beta) }
    // Null is another thing than nothing: it asks for convergence.
    let maximum = container.contains(key("update_steps_max")) ? try number("update_steps_max") : 0
    let tolerance = try container.decodeIfPresent(Double.self, forKey: key("update_steps_eps"))
    c.updates = .published(maximum: maximum, tolerance: tolerance ?? 1e-4)
    configuration = c
  }
}
