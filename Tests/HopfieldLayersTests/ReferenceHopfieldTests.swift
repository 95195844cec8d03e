import ArrayFiles
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// The published layers, by figures computed outside this package.
struct ReferenceHopfieldTests {
  static let names = [
    "association-default", "association-iterated", "association-masked", "association-no-normalisation",
    "association-projected-connected", "association-to-convergence", "lookup", "lookup-targets", "pooling",
    "pooling-three", "retrieval-static",
  ]

  @Test("output and association of every case in double", arguments: names)
  func double(name: String) throws { try check(Double.self, name) }

  @Test("output and association of every case in float", arguments: names)
  func float(name: String) throws { try check(Float.self, name) }

  private func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ name: String) throws {
    let reference = try PublishedHopfieldCase<Scalar>(name)
    let found = try reference.found()
    expectClose(
      actual: found.output, expected: try reference.tensor("output"), relative: 0, absolute: 1e-5, "output")
    expectClose(
      actual: found.association, expected: try reference.tensor("association"), relative: 0, absolute: 1e-5,
      "association")
  }

  @Test("figures tell the cases apart: other switches miss them")
  func otherChoices() throws {
    func error(_ name: String, _ change: (inout HopfieldConfiguration) -> Void) throws -> Double {
      let reference = try PublishedHopfieldCase<Double>(name)
      var configuration = reference.arguments.configuration
      change(&configuration)
      let found = try HopfieldAssociation(published: NamedArrays(reference.weights()), configuration)(
        HopfieldPatterns(
          states: reference.tensor("state_pattern"), stored: reference.tensor("stored_pattern")),
        masks: reference.masks())
      return relativeError(found, try reference.tensor("output"))
    }
    #expect(try error("association-iterated") { _ in } < 1e-5)
    #expect(try error("association-iterated") { $0.updates = .count(2) } > 1e-5)
    #expect(try error("association-iterated") { $0.beta = .inverseRoot } > 1e-3)
    #expect(try error("association-to-convergence") { $0.updates = .none } > 1e-3)
    #expect(try error("association-default") { $0.normEpsilon = 1e-2 } > 1e-4)
    let masked = try PublishedHopfieldCase<Double>("association-masked")
    let unmasked = try HopfieldAssociation(
      published: NamedArrays(masked.weights()), masked.arguments.configuration)(
        HopfieldPatterns(states: masked.tensor("state_pattern"), stored: masked.tensor("stored_pattern")))
    #expect(relativeError(unmasked, try masked.tensor("output")) > 1e-3)
  }

  @Test("an array that is missing, of another shape or without a place is named with what was expected")
  func badArrays() throws {
    let reference = try PublishedHopfieldCase<Float>("association-iterated")
    let arrays = try reference.weights()
    let configuration = reference.arguments.configuration
    func message(_ changed: [String: Tensor<Float>], _ configuration: HopfieldConfiguration) -> String {
      do {
        _ = try HopfieldAssociation(published: NamedArrays(changed), configuration)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(arrays, configuration) == "no error")
    for name in arrays.keys {
      var changed = arrays
      changed[name] = nil
      let missing = message(changed, configuration)
      // Without the packed array the separate ones are looked for.
      let expected = name.hasSuffix("in_proj_weight") ? "association_core.q_proj_weight" : name
      #expect(missing.hasPrefix("array \(expected) is missing; there are "), "\(name): \(missing)")
      changed[name] = .zeros([3, 2])
      #expect(message(changed, configuration).hasPrefix("array \(name) has shape [3, 2], expected ["))
    }
    var more = arrays
    more["association_core.bias_k"] = .zeros([1, 1, 12])
    #expect(message(more, configuration) == "no error")
    more["association_core.extra"] = .zeros([1])
    #expect(message(more, configuration).hasPrefix("array association_core.extra of shape [1] has no place"))
    var fewerHeads = configuration
    fewerHeads.headCount = 1
    #expect(
      message(arrays, fewerHeads)
        == "array association_core.in_proj_weight has shape [36, 8], expected [18, 8]")
    var bare = configuration
    bare.storedNorm = .none
    #expect(
      message(arrays, bare).hasPrefix("array norm_stored_pattern.bias of shape [8] has no place in this "))
  }

  @Test("pooling and lookup name the arrays of their own")
  func badTables() throws {
    let pooling = try PublishedHopfieldCase<Float>("pooling-three")
    #expect(throws: NamedArrayError.self) {
      try HopfieldPooling(
        published: NamedArrays(pooling.weights()),
        HopfieldPoolingConfiguration(pooling.arguments.configuration, queryCount: 2))
    }
    let lookup = try PublishedHopfieldCase<Float>("lookup")
    var configuration = HopfieldLookupConfiguration(lookup.arguments.configuration, patternCount: 10)
    var arrays = try lookup.weights()
    configuration.hasTargets = true
    #expect(throws: NamedArrayError.self) {
      try HopfieldLookup(published: NamedArrays(arrays), configuration)
    }
    arrays["target_weights"] = normalTensor([1, 10, 8], seed: 90, as: Float.self)
    let layer = try HopfieldLookup(published: NamedArrays(arrays), configuration)
    #expect(layer.targets?.shape == [10, 8])
    #expect(layer.parameters.names.contains("targets"))
  }
}
