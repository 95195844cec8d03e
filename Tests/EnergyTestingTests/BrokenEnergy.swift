import Energies
import Tensors

/// A quadratic coupling of tokens, E = -1/2 sum over B ≠ C of g_B · W g_C, W symmetric: right, or broken in
/// one way.
///
/// With S = sum of the real tokens: E = -1/2 (S W S - sum_B g_B W g_B).
struct BrokenEnergy: Energy {
  enum Defect: String, CaseIterable {
    case none, meanOverBatch, meanOverTokens, leaksBetweenExamples, notFinite, ordersTokens, ignoresPadding
    case masksKeysOnly, halfGradient, missingSecondTerm, asymmetricHessian, doubledHessian,
      wrongMixedDerivative
    case wrongClosedEnergy, unvisitedParameter, visitedTwice, lostParameter, repeatedPartName, partsDoNotSum
    case missingDerivative, detachedTerm
  }

  var weights: Tensor<Double>
  var forgotten: Tensor<Double>?
  let defect: Defect

  init(weights: Tensor<Double>, _ defect: Defect) {
    self.weights = weights
    self.defect = defect
    if defect == .unvisitedParameter { forgotten = Tensor(2) }
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
    if defect == .lostParameter {
      var copy = weights
      visit("weights", &copy)
      return
    }
    visit("weights", &weights)
    if defect == .visitedTwice { visit("same", &weights) }
  }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    let (batch, tokens) = (g.values.shape[0], g.values.shape[1])
    let real = column(g)
    let values = defect == .ignoresPadding ? g.values : g.values * real
    // Keys are masked; queries only where the energy is right.
    let queries = defect == .masksKeysOnly ? g.values : values
    let sums = values.sum(axes: [1])
    let sumOfQueries = queries.sum(axes: [1])
    let symmetric = weights + weights.transposed
    let total = (sumOfQueries * sums.projected(by: symmetric)).sum(axes: [1])
    let own = (values * values.projected(by: symmetric)).sum(axes: [1, 2])
    let energy = (total - own) * -0.25
    switch defect {
    case .meanOverBatch: return energy.mean()
    case .meanOverTokens: return energy / Double(tokens)
    case .leaksBetweenExamples: return energy + energy.sum().reshaped([1]).repeated(to: [batch]) * 0.01
    case .notFinite: return (energy * 0).logarithm()
    case .ordersTokens: return energy + values.sliced(axis: 1, 0..<1).squared().sum(axes: [1, 2])
    case .detachedTerm: return energy + values.detached.squared().sum(axes: [1, 2])
    case .unvisitedParameter: return energy * (forgotten ?? Tensor(1)).reshaped([1])
    default: return energy
    }
  }

  func energyByPart(at g: Activations<Double>) -> EnergyByPart<Double> {
    let energy = energy(at: g)
    switch defect {
    case .repeatedPartName: return EnergyByPart([("a", energy * 0.5), ("a", energy * 0.5)])
    case .partsDoNotSum: return EnergyByPart([("a", energy), ("b", energy)])
    default: return EnergyByPart([("coupling", energy)])
    }
  }

  var name: String { "coupling with \(defect)" }

  func column(_ g: Activations<Double>) -> Tensor<Double> {
    let (batch, tokens) = (g.values.shape[0], g.values.shape[1])
    return g.mask.map { $0.tensor().reshaped([batch, tokens, 1]) } ?? .ones([batch, tokens, 1])
  }

  /// Defects of energies whose closed form is left out.
  var closedForm: (any ClosedFormEnergy<Double>)? {
    [
      .none, .halfGradient, .missingSecondTerm, .asymmetricHessian, .doubledHessian, .wrongMixedDerivative,
      .wrongClosedEnergy, .missingDerivative,
    ].contains(defect) ? self : nil
  }
}

extension BrokenEnergy: ClosedFormEnergy {
  /// What multiplies the tokens: W symmetric; broken where a defect says so.
  private var matrix: Tensor<Double> {
    switch defect {
    case .missingSecondTerm: weights * 0.5
    default: (weights + weights.transposed) * 0.5
    }
  }

  func energyAndGradient(at g: Activations<Double>) -> EnergyAndGradient<Double> {
    let values = g.values * column(g)
    let others = values.sum(axes: [1], keepingDimensions: true) - values
    var gradient = -others.projected(by: matrix, transposed: true) * column(g)
    if defect == .halfGradient { gradient = gradient * 0.5 }
    let factor = defect == .wrongClosedEnergy ? 2.0 : 1.0
    return EnergyAndGradient(
      energy: EnergyByPart([("coupling", energy(at: g) * factor)]), gradient: gradient)
  }

  func gradientPullback(at g: Activations<Double>, direction: Tensor<Double>) -> GradientPullback<Double> {
    let values = g.values * column(g)
    let others = values.sum(axes: [1], keepingDimensions: true) - values
    let moves = direction.sum(axes: [1], keepingDimensions: true) - direction
    var product = -moves.projected(by: matrix, transposed: true) * column(g)
    if defect == .asymmetricHessian {
      product = -moves.projected(by: weights, transposed: true) * column(g)
    }
    if defect == .doubledHessian { product = product * 2 }
    let rows = g.values.shape[0] * g.values.shape[1]
    func flat(_ tensor: Tensor<Double>) -> Tensor<Double> { tensor.reshaped([rows, tensor.shape[2]]) }
    let outer = flat(direction * column(g)).matrixProduct(flat(others), transposed: true)
    var mixed = -(outer + outer.transposed) * 0.5
    if defect == .wrongMixedDerivative { mixed = -outer }
    return GradientPullback(
      hessianVectorProduct: product, dependencies: defect == .missingDerivative ? [] : [mixed])
  }
}
