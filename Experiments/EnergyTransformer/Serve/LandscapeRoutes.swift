import EnergyTransformer
import Foundation

/// What the tab with a landscape of two dimensions asks for: descents. The page draws the energy between them itself.
struct LandscapeRoutes {
  let computations: Computations

  var routes: [Route] {
    [
      .post("/api/landscape", LandscapeRequest.self) { request in
        try request.check()
        return try await computations.run { try LandscapeDescents(request) }
      }
    ]
  }
}

/// Patterns in the plane, and where descents start.
struct LandscapeRequest: Decodable, Sendable {
  /// [x, y] of each.
  let patterns: [[Double]]
  let starts: [[Double]]
  /// The inverse temperature.
  let beta: Double
  let stepSize: Double
  let steps: Int

  func check() throws {
    try RequestError.check("The number of patterns", patterns.count, in: 1...32)
    try RequestError.check("The number of starts", starts.count, in: 1...64)
    try RequestError.check("The number of steps", steps, in: 1...500)
    guard (patterns + starts).allSatisfy({ $0.count == 2 && $0.allSatisfy { abs($0) <= 100 } }) else {
      throw RequestError.unusable("A pattern or start is a pair of numbers in -100 ... 100.")
    }
    guard beta >= 0.01, beta <= 1_000 else {
      throw RequestError.unusable("beta must lie in 0.01 ... 1000, not \(beta).")
    }
    guard stepSize > 0, stepSize <= 2 else {
      throw RequestError.unusable("The step size must lie above 0 and up to 2, not \(stepSize).")
    }
  }
}

/// Descents of the log-sum-exp energy about patterns in the plane,
///
///     E = - 1/beta log sum_mu exp(- beta/2 |x - xi_mu|²)
///
/// `landscape.js` draws the same energy.
struct LandscapeDescents: Encodable, Sendable {
  struct Path: Encodable, Sendable {
    /// [x, y] before the first step and after each.
    let points: [[Double]]
    /// The energy at each point.
    let energies: [Double]
  }

  let paths: [Path]

  init(_ request: LandscapeRequest) throws {
    let count = request.patterns.count
    let columns = (0..<2).flatMap { axis in request.patterns.map { $0[axis] } }
    let energy = GaussianMemoryEnergy<Double>(
      memories: Tensor(shape: [2, count], elements: columns), beta: request.beta, extent: .token)
    let descent = EnergyDescent(
      of: energy, lagrangian: IdentityLagrangian<Double>(), stepSize: .constant(request.stepSize),
      stop: .any([.after(steps: request.steps), .tokenChange(below: Self.rest)]))
    let starts = Tensor<Double>(
      shape: [request.starts.count, 1, 2], elements: request.starts.flatMap { $0 })
    let result = descent.run(from: Tokens(starts), recording: [.energies, .states(every: 1)])
    guard result.stopReason.isFinite else {
      throw RequestError.unusable("A descent left the finite numbers. Take smaller steps.")
    }
    let states = result.trajectory.states.map(\.tokens.elements)
    let energies = result.trajectory.energies.map(\.total.elements)
    paths = request.starts.indices.map { start in
      // Up to the step with which it came to rest, whatever the others do.
      let end = states.indices.dropFirst().first { step in
        (0..<2).allSatisfy {
          abs(states[step][2 * start + $0] - states[step - 1][2 * start + $0]) < Self.rest
        }
      }
      let steps = 0...(end ?? states.count - 1)
      return Path(
        points: steps.map { Array(states[$0][2 * start..<2 * start + 2]) },
        energies: steps.map { energies[$0][start] })
    }
  }

  /// A descent whose point moves by less is at rest.
  private static let rest = 1e-6
}
