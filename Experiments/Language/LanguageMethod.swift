import ArgumentParser
import EnergyTransformer

/// The models that are compared.
enum LanguageMethod: String, ExpressibleByArgument, CaseIterable, Codable {
  /// The causal Energy Transformer.
  case energy
  /// A conventional transformer of as many blocks as the energy model takes steps, each with weights of its own.
  case conventional
  /// A conventional transformer of one block, applied as often.
  case conventionalShared = "conventional-shared"
  /// A recurrent network with gates.
  case recurrent
  /// Counted runs of characters.
  case ngram

  var title: String {
    switch self {
    case .energy: "Energy Transformer"
    case .conventional: "Conventional transformer"
    case .conventionalShared: "Conventional transformer, one block repeated"
    case .recurrent: "Recurrent network"
    case .ngram: "n-gram"
    }
  }

  /// The beginning of the names of its numbers.
  var prefix: String {
    switch self {
    case .energy: ""
    case .conventionalShared: "conventional_shared_"
    default: rawValue + "_"
    }
  }
}
