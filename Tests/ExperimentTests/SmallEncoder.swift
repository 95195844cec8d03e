import EnergyTransformer
import Foundation

/// The folder of a small model of the BERT family with random weights.
struct SmallEncoder {
  static let letters = "abcdefghijklmnopqrstuvwxyz"
  static let positions = 40
  private static let (width, layers, heads, hidden) = (24, 3, 4, 32)

  /// Writes the folder; `change` may spoil its arrays.
  static func write(
    to folder: String, change: (inout [String: StoredArray]) -> Void = { _ in }
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let pieces =
      ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ","] + letters.map { "\($0)" }
      + letters.map { "##\($0)" }
    try write(pieces.joined(separator: "\n") + "\n", to: "\(folder)/vocab.txt")
    try write(
      """
      {"model_type": "bert", "hidden_act": "gelu", "vocab_size": \(pieces.count), "hidden_size": \(width),
       "num_hidden_layers": \(layers), "num_attention_heads": \(heads), "intermediate_size": \(hidden),
       "max_position_embeddings": \(positions), "type_vocab_size": 2, "layer_norm_eps": 1e-12}
      """, to: "\(folder)/config.json")
    var arrays = arrays(pieceCount: pieces.count)
    change(&arrays)
    try SafetensorsFile.write(
      path: "\(folder)/model.safetensors",
      arrays: arrays.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private static func arrays(pieceCount: Int) -> [String: StoredArray] {
    var arrays: [String: StoredArray] = [:]
    let random = RandomStream(seed: 11)
    func add(_ name: String, _ shape: [Int], mean: Float = 0, deviation: Double = 1) {
      var own = random.child(UInt64(arrays.count))
      arrays[name] = StoredArray(
        Tensor<Float>.normal(shape, standardDeviation: deviation, using: &own) + mean)
    }
    func addNorm(_ name: String) {
      add("\(name).weight", [width], mean: 1, deviation: 0.1)
      add("\(name).bias", [width], deviation: 0.1)
    }
    func addLinear(_ name: String, _ outputs: Int, _ inputs: Int, deviation: Double = 0.3) {
      add("\(name).weight", [outputs, inputs], deviation: deviation)
      add("\(name).bias", [outputs], deviation: 0.1)
    }
    add("embeddings.word_embeddings.weight", [pieceCount, width])
    add("embeddings.position_embeddings.weight", [positions, width])
    add("embeddings.token_type_embeddings.weight", [2, width])
    addNorm("embeddings.LayerNorm")
    for layer in 0..<layers {
      let name = "encoder.layer.\(layer)"
      // Sharper from layer to layer, so that all classes occur.
      let sharpness = 0.05 * Double(1 + 4 * layer)
      addLinear("\(name).attention.self.query", width, width, deviation: sharpness)
      addLinear("\(name).attention.self.key", width, width, deviation: sharpness)
      addLinear("\(name).attention.self.value", width, width)
      addLinear("\(name).attention.output.dense", width, width)
      addNorm("\(name).attention.output.LayerNorm")
      addLinear("\(name).intermediate.dense", hidden, width)
      addLinear("\(name).output.dense", width, hidden)
      addNorm("\(name).output.LayerNorm")
    }
    return arrays
  }
}
