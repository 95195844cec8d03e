import ArgumentParser
import EnergyTransformer

/// The models that are trained and judged alike.
enum LanguageMethod: String, CaseIterable, ExpressibleByArgument {
  case energy
  case conventionalShared = "conventional-shared"
  case conventional
  case recurrent
  case ngram

  /// What tables call it.
  var title: String {
    switch self {
    case .energy: "Energy Transformer"
    case .conventionalShared: "Conventional transformer, one block repeated"
    case .conventional: "Conventional transformer, blocks of their own"
    case .recurrent: "Recurrent network (LSTM)"
    case .ngram: "n-gram model (Witten-Bell)"
    }
  }

  /// What the lines of figures and remarks call it.
  var shortTitle: String {
    switch self {
    case .energy: "energy"
    case .conventionalShared: "conventional, one block repeated"
    case .conventional: "conventional, blocks of their own"
    case .recurrent: "recurrent"
    case .ngram: "n-gram"
    }
  }

  /// What sentences call it.
  var phrase: String {
    switch self {
    case .energy: "the Energy Transformer"
    case .conventionalShared: "the conventional transformer of one block repeated"
    case .conventional: "the conventional transformer of blocks of their own"
    case .recurrent: "the recurrent network"
    case .ngram: "the n-gram model"
    }
  }

  /// What stands before the names of its numbers in the summary of a run.
  var prefix: String {
    self == .energy ? "" : rawValue.map { $0 == "-" ? "_" : String($0) }.joined() + "_"
  }

  /// Whether it can fill in masked symbols: where it reads a sequence from one end to the other it cannot.
  var fillsIn: Bool { self != .recurrent && self != .ngram }
}
