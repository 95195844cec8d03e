import ArrayFiles
import Tensors

extension TransformerEncoder {
  /// The Gaussian weightings whose answers come closest to those of the heads over sequences of one length, in the order of
  /// ``EncoderConfiguration/heads``.
  ///
  /// Every head is fitted to the encoder as it is: where the layers before are replaced too, their Gaussians have not seen
  /// each other.
  public func gaussianWeightings(over tokens: EncoderTokens) -> [GaussianWeighting] {
    let length = oneLength(of: tokens)
    var fit = GaussianFit(headCount: configuration.heads.count, length: length)
    for start in stride(from: 0, to: tokens.count, by: Self.sequencesAtOnce) {
      let chunk = tokens.sequences(start..<min(start + Self.sequencesAtOnce, tokens.count))
      let (values, answers) = valuesAndAnswers(of: chunk, length: length)
      fit.add(values: values, answers: answers)
    }
    return fit.weightings()
  }

  private static var sequencesAtOnce: Int { 16 }

  /// The values and the answers of the heads, [heads, tokens, sequences * head size].
  private func valuesAndAnswers(
    of tokens: EncoderTokens, length: Int
  ) -> (values: Tensor<Scalar>, answers: Tensor<Scalar>) {
    let size = configuration.headSize
    let shape = [configuration.heads.count, length, tokens.count * size]
    let storage = (
      values: Storage<Scalar>(count: elementCount(shape)),
      answers: Storage<Scalar>(count: elementCount(shape))
    )
    let pieces = tokens.pieces
    Parallelism.forEach(pieces.count) { index in
      EncoderPass(self, tokens.sequences(pieces[index])).run { head in
        let headNumber = head.index.layer * configuration.headCount + head.index.head
        let column = (pieces[index].lowerBound + head.sequence) * size
        for token in 0..<length {
          let offset = (headNumber * length + token) * shape[2] + column
          (storage.values.pointer + offset).update(from: head.input.values + token * head.row, count: size)
          (storage.answers.pointer + offset)
            .update(from: head.answers + token * head.answersRow, count: size)
        }
      }
    }
    return (
      Tensor(shape: shape, storage: storage.values), Tensor(shape: shape, storage: storage.answers)
    )
  }
}
