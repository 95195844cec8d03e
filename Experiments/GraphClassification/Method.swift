/// What is compared, in the order of the table.
enum Method: String, Codable, CaseIterable, CustomStringConvertible {
  case energyTransformer = "energy_transformer"
  case transformer, gcn, logistic, majority

  var description: String {
    switch self {
    case .energyTransformer: "Energy Transformer"
    case .transformer: "Graph transformer of the same size with class token"
    case .gcn: "Graph convolution of the same size with mean read-out"
    case .logistic: "Logistic regression on counts of labels and degrees"
    case .majority: "Most frequent class"
    }
  }

  /// What stands before the names of its scores in the summary of a run record.
  var prefix: String { self == .energyTransformer ? "" : "\(rawValue)_" }
}
