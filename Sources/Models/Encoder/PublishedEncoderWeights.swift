import Tensors

/// The arrays of a published encoder, read by the names they have there.
struct PublishedEncoderWeights<Scalar: TensorScalar> {
  private let arrays: [String: Tensor<Scalar>]
  /// What stands before all names, such as `bert.`.
  private let prefix: String
  private var read: Set<String> = []

  init(_ arrays: [String: Tensor<Scalar>]) {
    self.arrays = arrays
    let first = "embeddings.word_embeddings.weight"
    prefix = arrays.keys.filter { $0.hasSuffix(first) }.map { String($0.dropLast(first.count)) }.min() ?? ""
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
