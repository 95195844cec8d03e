import Tensors

/// The arrays of a published encoder, read by the names they have there.
struct PublishedEncoderWeights<Scalar: TensorScalar> {
  private let arrays: [String: Tensor<Scalar>]
  /// What stands before all names, such as `bert.`.
  private let prefix: String
  private var read: Set<String> = []

  /// Arrays of which one encoder's are read: those of the names that a BERT has, or else the only ones of the right
  /// number of word pieces and layers.
  ///
  /// - Throws: `PublishedWeightsError` for encoders that cannot be told apart, naming each, or names of another family.
  init(_ arrays: [String: Tensor<Scalar>], _ configuration: EncoderConfiguration) throws {
    self.arrays = arrays
    let found = arrays.keys.filter { $0.hasSuffix(Self.words) }.map { String($0.dropLast(Self.words.count)) }
      .sorted()
    let own = found.filter { $0.isEmpty || $0 == "bert." }
    let fitting = found.filter { Self.fits($0, arrays, configuration) }
    let chosen = own.count == 1 ? own : fitting.count == 1 ? fitting : found
    guard chosen.count < 2 else {
      throw PublishedWeightsError(
        description: "arrays of \(found.count) encoders, expected those of one: "
          + found.map { "\($0)\(Self.words)" }.joined(separator: ", "))
    }
    prefix = chosen.first ?? ""
    let family = prefix.split(separator: ".").last.map(String.init) ?? ""
    guard !Self.otherFamilies.contains(family) else {
      throw PublishedWeightsError(
        description: "array \(prefix)\(Self.words) belongs to a model of the family \(family), expected bert")
    }
  }

  private static var words: String { "embeddings.word_embeddings.weight" }
  /// Families whose arrays have the names of BERT's and mean something else, such as positions from 2 on.
  private static var otherFamilies: Set<String> {
    [
      "roberta", "xlm_roberta", "camembert", "electra", "distilbert", "albert", "deberta", "mpnet", "ernie",
      "nezha",
      "data2vec_text", "esm", "longformer", "big_bird", "layoutlm", "xmod", "mega", "rembert", "convbert",
    ]
  }

  /// Whether the encoder of this prefix has the word pieces and the layers of a configuration.
  private static func fits(
    _ prefix: String, _ arrays: [String: Tensor<Scalar>], _ configuration: EncoderConfiguration
  ) -> Bool {
    func has(_ layer: Int) -> Bool { arrays["\(prefix)encoder.layer.\(layer).output.dense.weight"] != nil }
    return arrays[prefix + words]?.shape == [configuration.vocabularySize, configuration.dimension]
      && has(configuration.layerCount - 1) && !has(configuration.layerCount)
  }

  /// - Throws: `PublishedWeightsError` for an array that is missing or has another shape.
  mutating func array(_ name: String, _ shape: [Int]) throws -> Tensor<Scalar> {
    let name = prefix + name
    guard let found = arrays[name] else {
      throw PublishedWeightsError(
        description: "array \(name) is missing, expected it with shape \(shape); there are "
          + "\(arrays.count) arrays: \(arrays.keys.sorted().prefix(3).joined(separator: ", ")), …")
    }
    guard found.shape == shape else {
      throw PublishedWeightsError(description: "array \(name) has shape \(found.shape), expected \(shape)")
    }
    guard found.isFinite else {
      throw PublishedWeightsError(
        description: "array \(name) of shape \(shape) holds numbers that are not finite")
    }
    read.insert(name)
    return found
  }

  mutating func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> EncoderLinear<Scalar> {
    EncoderLinear(
      weight: try array("\(name).weight", [outputs, inputs]), bias: try array("\(name).bias", [outputs]))
  }

  mutating func norm(_ name: String, _ size: Int, _ epsilon: Scalar) throws -> EncoderNorm<Scalar> {
    let isOld = arrays["\(prefix)\(name).weight"] == nil && arrays["\(prefix)\(name).gamma"] != nil
    return EncoderNorm(
      gain: try array("\(name).\(isOld ? "gamma" : "weight")", [size]),
      shift: try array("\(name).\(isOld ? "beta" : "bias")", [size]), epsilon: epsilon)
  }

  /// Checks that no embedding and no layer was left out: one that was belongs to another configuration.
  func finish(ignoring ignored: [String]) throws {
    let parts = ["embeddings.", "encoder."].map { prefix + $0 }
    let left = arrays.keys.filter { name in
      parts.contains { name.hasPrefix($0) } && !read.contains(name)
        && !ignored.map { prefix + $0 }.contains(name)
    }
    if let name = left.min() {
      throw PublishedWeightsError(
        description: "array \(name) of shape \(arrays[name]?.shape ?? []) has no place in this configuration")
    }
  }
}
