import ArrayFiles
import Foundations
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Encoder and decoder layers are their formulas, and take published weights by name.
struct HopfieldTransformerLayerTests {
  private let x = normalTensor([2, 4, 6], seed: 110)
  private let memory = normalTensor([2, 7, 5], seed: 111)

  private var own: HopfieldConfiguration {
    var own = HopfieldConfiguration.association(size: 6, headCount: 2)
    own.dropout = 0.2
    return own
  }

  private var cross: HopfieldConfiguration {
    var cross = HopfieldConfiguration.association(size: 6, headCount: 3, headSize: 4)
    (cross.storedSize, cross.valueSize) = (5, 5)
    return cross
  }

  private var encoder: HopfieldEncoderLayer<Double> {
    HopfieldEncoderLayer(own, hiddenSize: 9, random: RandomStream(seed: 112)).stirred(113)
  }

  private var decoder: HopfieldDecoderLayer<Double> {
    HopfieldDecoderLayer(
      own: own, cross: cross, hiddenSize: 9, activation: .gelu, random: RandomStream(seed: 114)
    ).stirred(115)
  }

  private func norm(
    _ x: Tensor<Double>, _ values: ParameterValues<Double>, _ name: String
  ) throws -> Tensor<Double> {
    let mean = x.mean(axes: [2], keepingDimensions: true)
    let variance = (x - mean).squared().mean(axes: [2], keepingDimensions: true)
    let gain = try #require(values["\(name).gain"]).reshaped([1, 1, 6])
    let bias = try #require(values["\(name).bias"]).reshaped([1, 1, 6])
    return (x - mean) / (variance + 1e-5).squareRoot() * gain + bias
  }

  private func network(
    _ x: Tensor<Double>, _ values: ParameterValues<Double>, _ activation: (Tensor<Double>) -> Tensor<Double>
  ) throws -> Tensor<Double> {
    func linear(_ x: Tensor<Double>, _ name: String) throws -> Tensor<Double> {
      let bias = try #require(values["\(name).bias"])
      return x.projected(by: try #require(values["\(name).weight"]), transposed: true)
        + bias.reshaped([1, 1, bias.count])
    }
    return try norm(
      x + linear(activation(linear(x, "network.first")), "network.second"), values, "network.norm")
  }

  @Test("the encoder layer is its formula")
  func encoderFormula() throws {
    let layer = encoder
    let values = layer.parameters
    let middle = try norm(x + layer.association(HopfieldPatterns(x), masks: .causal(4)), values, "norm")
    let expected = try network(middle, values) { $0.relu() }
    expectClose(actual: layer(x, masks: .causal(4)), expected: expected, relative: 1e-11, absolute: 1e-12)
  }

  @Test("the decoder layer is its formula")
  func decoderFormula() throws {
    let layer = decoder
    let values = layer.parameters
    let masks = AssociationMasks<Double>.pairs(states: 4, stored: 7) { $0 + $1 != 5 }
    let first = try norm(x + layer.own(HopfieldPatterns(x), masks: .causal(4)), values, "ownNorm")
    let second = try norm(
      first + layer.cross(HopfieldPatterns(states: first, stored: memory), masks: masks), values, "crossNorm")
    let expected = try network(second, values) { x in
      x * 0.5 * ((x + x.power(3) * 0.044715) * (2 / Double.pi).squareRoot()).tanh() + x * 0.5
    }
    let found = layer(x, memory: memory, masks: .causal(4), memoryMasks: masks)
    expectClose(actual: found, expected: expected, relative: 1e-11, absolute: 1e-12)
  }

  @Test("dropout needs a stream, and the same stream leaves out the same")
  func dropout() {
    let (encoder, decoder) = (encoder, decoder)
    let random = RandomStream(seed: 116)
    #expect(encoder(x, dropout: random).elements == encoder(x, dropout: random).elements)
    #expect(encoder(x, dropout: random).elements != encoder(x).elements)
    #expect(
      decoder(x, memory: memory, dropout: random).elements != decoder(x, memory: memory).elements)
  }

  /// The parameters of an association as the package packs and names them.
  private func published(
    _ values: ParameterValues<Double>, _ own: String, _ prefix: String, isPacked: Bool
  ) throws -> [String: Tensor<Double>] {
    func value(_ name: String) throws -> Tensor<Double> { try #require(values["\(own).\(name)"]) }
    func packed(_ kind: String) throws -> Tensor<Double> {
      .concatenated(
        [try value("query.\(kind)"), try value("key.\(kind)"), try value("value.\(kind)")], axis: 0)
    }
    var arrays = [
      "norm_state_pattern.weight": try value("stateNorm.gain"),
      "norm_state_pattern.bias": try value("stateNorm.bias"),
      "norm_stored_pattern.weight": try value("storedNorm.gain"),
      "norm_stored_pattern.bias": try value("storedNorm.bias"),
      "norm_pattern_projection.weight": try value("valueNorm.gain"),
      "norm_pattern_projection.bias": try value("valueNorm.bias"),
      "association_core.in_proj_bias": try packed("bias"),
      "association_core.out_proj.weight": try value("output.weight"),
      "association_core.out_proj.bias": try value("output.bias"),
    ]
    if isPacked {
      arrays["association_core.in_proj_weight"] = try packed("weight")
    } else {
      for (letter, name) in [("q", "query"), ("k", "key"), ("v", "value")] {
        arrays["association_core.\(letter)_proj_weight"] = try value("\(name).weight")
      }
    }
    return Dictionary(uniqueKeysWithValues: arrays.map { ("\(prefix).\($0)", $1) })
  }

  private func linears(_ values: ParameterValues<Double>) throws -> [String: Tensor<Double>] {
    [
      "linear_residual.weight": try #require(values["network.first.weight"]),
      "linear_residual.bias": try #require(values["network.first.bias"]),
      "linear_output.weight": try #require(values["network.second.weight"]),
      "linear_output.bias": try #require(values["network.second.bias"]),
      "norm_output.weight": try #require(values["network.norm.gain"]),
      "norm_output.bias": try #require(values["network.norm.bias"]),
    ]
  }

  @Test("an encoder layer takes published weights by name")
  func publishedEncoder() throws {
    let layer = encoder
    let values = layer.parameters
    var arrays = try linears(values)
    arrays.merge(try published(values, "association", "hopfield_association", isPacked: true)) { $1 }
    arrays["norm_residual.weight"] = values["norm.gain"]
    arrays["norm_residual.bias"] = values["norm.bias"]
    let fresh = HopfieldEncoderLayer<Double>(own, hiddenSize: 9, random: RandomStream(seed: 117))
    #expect(try fresh.with(published: NamedArrays(arrays))(x).elements == layer(x).elements)
    arrays["norm_residual.bias"] = nil
    #expect(throws: NamedArrayError.self) { try fresh.with(published: NamedArrays(arrays)) }
  }

  @Test("a decoder layer takes published weights by name")
  func publishedDecoder() throws {
    let layer = decoder
    let values = layer.parameters
    var arrays = try linears(values)
    arrays.merge(try published(values, "own", "hopfield_association_self", isPacked: true)) { $1 }
    arrays.merge(try published(values, "cross", "hopfield_association_cross", isPacked: false)) { $1 }
    for (own, name) in [("ownNorm", "norm_residual_self"), ("crossNorm", "norm_residual_cross")] {
      arrays["\(name).weight"] = values["\(own).gain"]
      arrays["\(name).bias"] = values["\(own).bias"]
    }
    let fresh = HopfieldDecoderLayer<Double>(
      own: own, cross: cross, hiddenSize: 9, activation: .gelu, random: RandomStream(seed: 118))
    #expect(
      try fresh.with(published: NamedArrays(arrays))(x, memory: memory).elements
        == layer(x, memory: memory).elements)
    arrays["more"] = .zeros([1])
    #expect(throws: NamedArrayError.self) { try fresh.with(published: NamedArrays(arrays)) }
  }
}
