import EnergyTransformer
import Foundation

func averagingHeads(of path: String, over texts: [String]) throws -> (
  heads: [HeadIndex], vectors: Tensor<Float>
) {
  let folder = try EncoderFolder(URL(fileURLWithPath: path))
  let configuration = try folder.configuration(as: EncoderConfiguration.self)
  let encoder = try TransformerEncoder<Float>(published: folder.arrays(), configuration)
  let tokenizer = try folder.tokenizer()
  let windows = TokenWindows(texts.joined(separator: "\n"), tokenizer: tokenizer)
  let regimes = encoder.regimes(of: EncoderTokens(ids: windows.windows(length: 32, limit: 100)))
  let averaging = regimes.filter { $0.attentionClass == .globalAverage }.map(\.index)
  let sentences = EncoderTokens(ids: texts.map { tokenizer.sequence(of: $0, limit: 128) })
  return (averaging, encoder.replacing(averaging, by: .uniform).sentenceVectors(of: sentences))
}
