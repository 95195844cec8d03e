/// What is compared, in the order of the table.
enum Method: String, Codable, CaseIterable {
  case energyTransformer = "energy_transformer"
  case transformer, gcn, logistic, majority

  var title: String {
    switch self {
    case .energyTransformer: "Energy Transformer"
    case .transformer: "Graph transformer with class token, same size"
    case .gcn: "Graph convolution with mean read-out, same size"
    case .logistic: "Logistic regression on counts of labels and degrees"
    case .majority: "Most frequent class"
    }
  }

  /// The name of its accuracy in the summary of a run record.
  var accuracyName: String { self == .energyTransformer ? "accuracy" : "\(rawValue)_accuracy" }
}
