/// What a vector of a sentence is made of: what is taken of the last hidden states of its tokens.
///
/// - Source: Reimers and Gurevych 2019, "Sentence-BERT"; the names are those of the package sentence-transformers.
public enum SentencePooling: String, Sendable, CaseIterable, Decodable {
  /// The state of the first token.
  case first = "cls"
  /// The largest of the states, number by number.
  case largest = "max"
  /// The mean of the states.
  case mean
  /// The sum of the states by the square root of their number.
  case scaledSum = "mean_sqrt_len_tokens"
  /// The mean with weights 1, 2, 3, … by position.
  case positionMean = "weightedmean"
  /// The state of the last token.
  case last = "lasttoken"
}
