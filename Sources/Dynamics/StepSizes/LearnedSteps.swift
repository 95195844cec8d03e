import Foundations
public import Tensors

/// What a model learns of the steps of its descent: a factor of each step size and a preconditioner of the gradient.
///
///     x <- x - alpha s_t P dE/dg
///
/// What this leaves of the descent's guarantee, M = dg/dx being positive semi-definite and alpha small:
///
/// | learned | the energy falls |
/// | --- | --- |
/// | nothing, or a factor of each step | at the rate alpha s_t (dE/dg)ᵀ M (dE/dg): factors are exponentials, so positive |
/// | a diagonal, or S Sᵀ | with ``DescentDirection/tangential`` under a layer norm, whose M is a multiple of the projector to its tangents: at the rate alpha vᵀ P v for the tangent part v; with ``DescentDirection/gradient`` nothing is promised, since M P need not be positive |
/// | a free matrix | nothing is promised |
///
/// Backtracking keeps its promise whatever is learned.
///
/// - Source: the free matrix is NRGPT's "inference rate", arXiv 2512.16762.
public struct LearnedSteps<Scalar: TensorScalar>: Parameterized {
  /// The form of P.
  public enum Preconditioner: Sendable {
    /// The exponentials of a diagonal, [dimension].
    case diagonal(logarithms: Tensor<Scalar>)
    /// S Sᵀ for a square matrix S, [dimension, dimension].
    case positiveDefinite(root: Tensor<Scalar>)
    /// Any matrix, [dimension, dimension].
    case free(matrix: Tensor<Scalar>)
  }

  /// log s_t, [steps]; the last repeats where a descent takes more steps. All factors are 1 when nil.
  public var logFactors: Tensor<Scalar>?
  /// P; the identity when nil.
  public var preconditioner: Preconditioner?
  /// The number of steps that were taken before: those of a descent in parts.
  package var stepsBefore = 0

  /// Given values.
  public init(logFactors: Tensor<Scalar>? = nil, preconditioner: Preconditioner? = nil) {
    self.logFactors = logFactors
    self.preconditioner = preconditioner
    if let logFactors {
      require(
        logFactors.rank == 1 && logFactors.count > 0,
        "factors of steps have shape [steps], not \(logFactors.shape)")
    }
    switch preconditioner {
    case .diagonal(let values):
      require(values.rank == 1, "a diagonal has shape [dimension], not \(values.shape)")
    case .positiveDefinite(let matrix), .free(let matrix):
      require(
        matrix.rank == 2 && matrix.shape[0] == matrix.shape[1],
        "a preconditioner has shape [dimension, dimension], not \(matrix.shape)")
    case nil: break
    }
  }

  /// Steps of which nothing has been learned: all factors are 1 and P is the identity. Nil where nothing is to be learned.
  ///
  /// - Parameters:
  ///   - kind: What is learned.
  ///   - dimension: The size of a token.
  ///   - steps: The number of steps.
  public init?(_ kind: LearnedStepKind, dimension: Int, steps: Int) {
    func identity() -> Tensor<Scalar> {
      let indices = 0..<dimension * dimension
      return Tensor(
        shape: [dimension, dimension], elements: indices.map { $0 / dimension == $0 % dimension ? 1 : 0 })
    }
    switch kind {
    case .constant: return nil
    case .perStep: self.init(logFactors: .zeros([max(1, steps)]))
    case .diagonal: self.init(preconditioner: .diagonal(logarithms: .zeros([dimension])))
    case .positiveDefinite: self.init(preconditioner: .positiveDefinite(root: identity()))
    case .free: self.init(preconditioner: .free(matrix: identity()))
    }
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("logFactors", &logFactors)
    switch preconditioner {
    case .diagonal(var values):
      visit("logDiagonal", &values)
      preconditioner = .diagonal(logarithms: values)
    case .positiveDefinite(var root):
      visit("root", &root)
      preconditioner = .positiveDefinite(root: root)
    case .free(var matrix):
      visit("matrix", &matrix)
      preconditioner = .free(matrix: matrix)
    case nil: break
    }
  }

  /// What is left for a descent that begins after so many steps.
  package func after(steps: Int) -> LearnedSteps {
    var copy = self
    copy.stepsBefore += steps
    return copy
  }

  /// s_t of a step, counted from 0: one number.
  func factor(at step: Int) -> Tensor<Scalar>? {
    guard let logFactors else { return nil }
    let index = min(step + stepsBefore, logFactors.count - 1)
    return logFactors.sliced(axis: 0, index..<index + 1).exponential().reshaped([1, 1, 1])
  }

  /// P as a matrix; nil where it is the identity.
  var matrix: Tensor<Scalar>? {
    switch preconditioner {
    case .diagonal(let values):
      let count = values.count
      let identity = Tensor<Scalar>(
        shape: [count, count], elements: (0..<count * count).map { $0 / count == $0 % count ? 1 : 0 })
      return identity * values.exponential()
    case .positiveDefinite(let root): return root.matrixProduct(root.transposed)
    case .free(let matrix): return matrix
    case nil: return nil
    }
  }

  /// The gradients of the parameters from those of the logarithms of the factors of some steps, and of the matrix P.
  func gradients(ofFactors factors: [Double], ofMatrix matrix: Tensor<Scalar>?) -> [Tensor<Scalar>] {
    let variables = parameters.values.map { $0.variable() }
    let copy = with(ParameterValues(names: parameters.names, values: variables))
    var weighted = Tensor<Scalar>(0)
    if let logFactors = copy.logFactors {
      var sums = [Double](repeating: 0, count: logFactors.count)
      for (step, value) in factors.enumerated() { sums[min(step + stepsBefore, sums.count - 1)] += value }
      weighted =
        weighted + (logFactors * Tensor(shape: [sums.count], elements: sums.map { Scalar($0) })).sum()
    }
    if let own = copy.matrix, let matrix { weighted = weighted + (own * matrix).sum() }
    return Tensors.gradients(of: weighted, withRespectTo: variables)
  }

  /// s_t P of a gradient [batch, tokens, dimension].
  package func applied(to gradient: Tensor<Scalar>, step: Int) -> Tensor<Scalar> {
    var result = gradient
    switch preconditioner {
    case .diagonal(let values): result = result * values.exponential()
    case .positiveDefinite(let root):
      result = result.projected(by: root).projected(by: root, transposed: true)
    case .free(let matrix): result = result.projected(by: matrix, transposed: true)
    case nil: break
    }
    return factor(at: step).map { result * $0 } ?? result
  }
}

/// What is learned of the steps of a descent, ``LearnedSteps``.
public enum LearnedStepKind: String, Sendable, CaseIterable {
  /// Nothing: alpha is a setting.
  case constant
  /// A positive factor of each step.
  case perStep = "per-step"
  /// A positive factor of each number of a token.
  case diagonal
  /// A positive definite matrix.
  case positiveDefinite = "positive-definite"
  /// Any matrix.
  case free
}
