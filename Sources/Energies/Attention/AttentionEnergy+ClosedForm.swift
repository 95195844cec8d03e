public import Tensors

/// Derivatives of the attention energy in closed form.
///
/// With w the softmax over keys of a query's scores s = beta m (K · Q) + b, m and b being the bias:
///
///     dE/dQ_C = - sum_B m w_CB K_B        dE/dK_B = - sum_C m w_CB Q_C
///     dE/dg   = dE/dQ Wq + dE/dK Wk
///
/// Along a direction u, the tangents are Qu = Wq u of Q, Ku = Wk u of K, ds = beta m (Qu K + Q Ku) of the scores and
/// dw = w (ds - sum_B w ds) of the weights; the Hessian-vector product follows by the product rule.
///
/// With held contexts the gradient G of each token's own energy has dE/dK_A = - m w_AA Q_A, and <u, G> is differentiated by the
/// keys of others too, whose context it is no more: with e = Qu K, and Q Ku of the own pair alone, and t = beta w m (e - mean),
///
///     - d<u, G>/dQ_A = sum_B t_AB K_B + w_AA Ku_A        - d<u, G>/dK_B = sum_A ( t_AB Q_A + w_AB Qu_A )
///
/// which is no symmetric product: the transpose of the Jacobian of G.
///
/// - Source: derived from equation 4; Hoover et al. 2023 give the first derivative.
extension AttentionEnergy: ClosedFormEnergy {
  /// What both derivatives need of the forward pass.
  private struct Pass {
    let queries: Tensor<Scalar>, keys: Tensor<Scalar>  // [batch, tokens, heads * key size]
    let weights: Tensor<Scalar>  // w, [batch, heads, queries, keys]
    let mixing: Tensor<Scalar>  // m w
    let logSum: Tensor<Scalar>  // log sum exp over beta, [batch, heads, queries]
  }

  /// A number of each head for each number of a projected token, [1, 1, heads * key size].
  private func row(_ ofHeads: Tensor<Scalar>) -> Tensor<Scalar> {
    ofHeads.reshaped([headCount, 1]).repeated(to: [headCount, keySize]).reshaped([1, 1, headCount * keySize])
  }

  private var multiplier: Tensor<Scalar>? {
    if case .multiplicative(let values) = bias { values } else { nil }
  }

  private func pass(at g: Activations<Scalar>) -> Pass {
    let queries = project(g, queryWeights)
    let keys = project(g, keyWeights)
    let unit = scoreUnit(of: beta)
    let share = beta * unit
    var scores = (queries * row(share)).headScores(keys, headCount: headCount)
    switch bias {
    case .additive(let values): scores = scores + (unit == 1 ? values : values * unit)
    case .multiplicative(let values): scores = scores * values
    case nil: break
    }
    if let blocked = blockedPairs(g) { scores = scores + blocked }
    let (weights, logSum) = scores.softmaxWithLogSum(scale: 1 / unit)
    return Pass(
      queries: queries, keys: keys, weights: weights, mixing: multiplier.map { weights * $0 } ?? weights,
      logSum: logSum.withoutNegativeInfinity() / share.reshaped([1, headCount, 1]))
  }

  /// A derivative with respect to tokens from those with respect to queries and keys.
  private func unproject(_ queries: Tensor<Scalar>, _ keys: Tensor<Scalar>) -> Tensor<Scalar> {
    let flat = [headCount * keySize, dimension]
    return queries.projected(by: queryWeights.reshaped(flat)) + keys.projected(by: keyWeights.reshaped(flat))
  }

  public func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let pass = pass(at: g)
    let own = holdsContext ? ownPairs(g) : nil
    let descent = unproject(pass.mixing.headMixture(pass.keys), keyAnswers(pass, own))
    return EnergyAndGradient(
      energy: EnergyByPart([(name, -pass.logSum.sum(axes: [1, 2]))]), gradient: -descent)
  }

  /// The answers to keys: to each the queries that see it, or its own alone where the context is held.
  private func keyAnswers(_ pass: Pass, _ own: Tensor<Scalar>?) -> Tensor<Scalar> {
    (own.map { pass.mixing * $0 } ?? pass.mixing).headMixture(pass.queries, transposed: true)
  }

  public func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    let pass = pass(at: g)
    let u = g.with(direction)
    let queriesTangent = project(u, queryWeights)
    let keysTangent = project(u, keyWeights)
    let own = holdsContext ? ownPairs(g) : nil
    // e = Qu K + Q Ku for every pair, the second for the own alone where the context is held; ds = beta m e.
    let ofKeys = pass.queries.headScores(keysTangent, headCount: headCount)
    let pairTangents =
      queriesTangent.headScores(pass.keys, headCount: headCount) + (own.map { ofKeys * $0 } ?? ofKeys)
    let betaHeads = beta.reshaped([1, headCount, 1, 1])
    let scoresTangent = pairTangents * (multiplier.map { $0 * betaHeads } ?? betaHeads)
    let weightsTangent = pass.weights.softmaxPullback(scoresTangent)
    let mixingTangent = multiplier.map { weightsTangent * $0 } ?? weightsTangent

    // Everything below is of -E, whose derivatives carry no signs.
    let queries = pass.mixing.headMixture(pass.keys)
    let keys = keyAnswers(pass, own)
    let ofOthers = own.map { pass.mixing * $0 } ?? pass.mixing
    let queriesChange = mixingTangent.headMixture(pass.keys) + ofOthers.headMixture(keysTangent)
    let keysChange =
      mixingTangent.headMixture(pass.queries, transposed: true)
      + pass.mixing.headMixture(queriesTangent, transposed: true)
    var dependencies = [weightGradient(keysChange, g.values, keys, direction)]
    if learnsQueryWeights {
      dependencies.insert(weightGradient(queriesChange, g.values, queries, direction), at: 0)
    }
    if learnsBeta { dependencies.append(betaGradient(pass, weightsTangent)) }
    if bias != nil { dependencies.append(biasGradient(pass, weightsTangent, pairTangents)) }
    return GradientPullback(
      hessianVectorProduct: -unproject(queriesChange, keysChange), dependencies: dependencies)
  }

  /// -(tangentᵀ g + answerᵀ u), summed over batch and tokens, [heads, key size, dimension].
  private func weightGradient(
    _ tangent: Tensor<Scalar>, _ g: Tensor<Scalar>, _ answer: Tensor<Scalar>, _ u: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    func product(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
      a.reshaped([a.count / a.shape[2], a.shape[2]])
        .matrixProduct(b.reshaped([b.count / b.shape[2], b.shape[2]]), transposed: true)
    }
    return -(product(tangent, g) + product(answer, u)).reshaped([headCount, keySize, dimension])
  }

  /// -1/beta sum dw m (K · Q) for each head.
  private func betaGradient(_ pass: Pass, _ weightsTangent: Tensor<Scalar>) -> Tensor<Scalar> {
    let products = pass.queries.headScores(pass.keys, headCount: headCount)
    let scores = multiplier.map { products * $0 } ?? products
    return -(weightsTangent * scores).sum(axes: [0, 2, 3]) / beta
  }

  /// Additive: -dw / beta. Multiplicative: -(w e + dw K · Q). Summed where the bias is shared.
  private func biasGradient(
    _ pass: Pass, _ weightsTangent: Tensor<Scalar>, _ pairTangents: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    switch bias {
    case .additive(let values):
      return -(weightsTangent / beta.reshaped([1, headCount, 1, 1])).summed(to: values.shape)
    case .multiplicative(let values):
      let products = pass.queries.headScores(pass.keys, headCount: headCount)
      return -(pass.weights * pairTangents + weightsTangent * products).summed(to: values.shape)
    case nil: fatalError("no bias to differentiate")
    }
  }
}
