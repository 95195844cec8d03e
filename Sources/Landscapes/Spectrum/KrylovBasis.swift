/// One example's Lanczos process: an orthonormal basis of the vectors A has led to, and the tridiagonal matrix T = Qᵀ A Q.
///
///     beta_j q_(j+1) = A q_j - alpha_j q_j - beta_(j-1) q_(j-1)
///
/// Every new vector is made orthogonal to all before it, twice: without it eigenvalues that have converged come again as copies
/// (ghosts). Where a step leads nowhere new, the space spanned so far is invariant: beta is 0, and a fresh vector goes on in
/// what is left of the space, until nothing is.
///
/// - Source: Parlett, "The symmetric eigenvalue problem", 1980, chapter 13; "twice is enough" is Kahan's, section 6.9.
/// - Cost: 8 size steps² operations and size steps numbers.
struct KrylovBasis: Sendable {
  /// What a process waits for.
  enum State: Sendable, Equatable {
    /// A times the last vector.
    case product
    /// A fresh vector of the space, since all vectors so far span an invariant one.
    case freshVector
    /// Nothing: the basis spans the whole space.
    case complete
  }

  /// q_1, q_2, …; the product with the last one is still to come while the state says so.
  private(set) var vectors: [[Double]] = []
  /// alpha.
  private(set) var diagonal: [Double] = []
  /// beta: one number for each product, the last of which couples the basis to what it does not span.
  private(set) var offDiagonal: [Double] = []
  private(set) var state = State.freshVector

  /// By what share of A a step must lead out of the space to lead anywhere.
  private let negligible: Double
  /// What of a fresh vector must be left outside of the space.
  private let freshShare: Double
  /// The largest |A q| so far, a lower bound of |A|.
  private(set) var scale = 0.0

  /// A process without vectors; products and projections are right to `rounding`, a unit in the last place.
  init(rounding: Double) {
    negligible = Double.maximum(rounding, Double.ulpOfOne).cubeRootSquared
    freshShare = Double.maximum(rounding, Double.ulpOfOne).squareRoot()
  }

  /// The products taken: the size of T.
  var steps: Int { diagonal.count }

  /// Takes a vector of the space, of any length, to start or to go on with.
  mutating func accept(fresh vector: [Double]) {
    guard state == .freshVector else { return }
    let length = vector.length
    var rest = vector
    orthogonalize(&rest)
    let left = rest.length
    guard left > freshShare * length, length > 0 else {
      state = .complete
      return
    }
    vectors.append(rest.map { $0 / left })
    state = .product
  }

  /// Puts a projection of the last vector in its place, which takes out what rounding has put beside the space: a step
  /// multiplies it, and it would come back as an eigenvalue of its own.
  mutating func refineLast(_ projected: [Double]) {
    let length = projected.length
    guard state == .product, length > 0 else { return }
    vectors[vectors.count - 1] = projected.map { $0 / length }
  }

  /// Takes A times the last vector.
  mutating func accept(product: [Double]) {
    guard state == .product, let last = vectors.last else { return }
    scale = Swift.max(scale, product.length)
    var rest = product
    let alpha = last.dot(product)
    rest.add(-alpha, last)
    // The vector before couples by the last beta, except where a fresh vector began a block of its own.
    if let beta = offDiagonal.last, beta > 0 { rest.add(-beta, vectors[vectors.count - 2]) }
    orthogonalize(&rest)
    let beta = rest.length
    diagonal.append(alpha)
    guard beta > negligible * scale else {
      offDiagonal.append(0)
      state = .freshVector
      return
    }
    offDiagonal.append(beta)
    vectors.append(rest.map { $0 / beta })
  }

  private func orthogonalize(_ vector: inout [Double]) {
    for _ in 0..<2 {
      for other in vectors { vector.add(-other.dot(vector), other) }
    }
  }
}

extension Double {
  /// x^(2/3).
  fileprivate var cubeRootSquared: Double {
    // A power of two near it is enough: what it bounds is an order of magnitude.
    Double(sign: .plus, exponent: exponent * 2 / 3, significand: 1)
  }
}
