public import Energies
import Foundations
public import Tensors

/// A path between two points of a landscape and the height of the saddle on it.
public struct EnergyBarrier<Scalar: TensorScalar>: Sendable {
  /// x of the pivots, the ends first and last, one an example: [pivots, tokens, dimension].
  public let path: Tokens<Scalar>
  /// F at each pivot.
  public let pivotEnergies: [Double]
  /// F along the path, at the pivots and between them, with the share of the path's length that lies before each point.
  public let profile: [(position: Double, energy: Double)]
  /// x of the saddle, one example: the pivot that climbed where one did, otherwise the highest point of the profile. An end where
  /// the path only rises or only falls, or has no higher point than its ends.
  public let saddle: Tokens<Scalar>
  /// F at the saddle.
  public let saddleEnergy: Double
  /// The length of the path through its pivots, in the tokens.
  public let length: Double
  /// The distance of the ends.
  public let straightLength: Double
  /// The longest force across the path that is left; on a pivot that climbs the whole force. How well the path has settled.
  public let largestForce: Double

  /// The height of the saddle over the first end.
  public var barrierFromStart: Double { saddleEnergy - (pivotEnergies.first ?? saddleEnergy) }
  /// The height of the saddle over the last end.
  public var barrierFromEnd: Double { saddleEnergy - (pivotEnergies.last ?? saddleEnergy) }
  /// The length of the path over the distance of the ends: 1 for a straight one.
  public var relativeLength: Double { straightLength > 0 ? length / straightLength : 1 }
}

extension EnergyLandscape {
  /// The barrier between two points of a landscape, minima as a rule: a path of least energy by a nudged elastic band in the
  /// tokens.
  ///
  /// The band lies in x, on the tokens that stand in the middle of what the Lagrangian does not see
  /// (``Energies/Lagrangian/retracted(_:)``): for a layer norm on spheres. F and its saddles do not depend on that choice, the
  /// length of the path does. The straight line between two tokens that are each other's opposite leads through the middle of
  /// the sphere, where a norm has no direction: give a path of your own then.
  ///
  /// Pivots are examples to the energy, so that it must take any number of them: one with a context or a mask of its own for each
  /// example of a batch is asked for one example.
  ///
  /// ```swift
  /// let barrier = landscape.barrier(from: minima[0].tokens, to: minima[1].tokens, by: ElasticBand(stepSize: 0.05))
  /// print(barrier.barrierFromStart, barrier.relativeLength)
  /// ```
  ///
  /// - Parameters:
  ///   - start: x of one end, one example.
  ///   - end: x of the other, one example with the same mask.
  ///   - pivots: x between, as examples in order; the straight line when nil.
  ///   - band: How the path is relaxed.
  /// - Source: Jónsson, Mills and Jacobsen 1998; Draxler et al. 2018.
  /// - Cost: A gradient in x of all pivots for each step.
  public func barrier(
    from start: Tokens<Scalar>, to end: Tokens<Scalar>, through pivots: Tokens<Scalar>? = nil,
    by band: ElasticBand
  ) -> EnergyBarrier<Scalar> {
    let shape = start.values.shape
    require(
      shape[0] == 1 && end.values.shape == shape && start.mask == end.mask,
      "a barrier is between two examples of one shape and mask, not \(shape) and \(end.values.shape)")
    require(
      pivots.map { $0.values.shape[0] > 0 && $0.values.shape.dropFirst() == shape.dropFirst() } ?? true,
      "pivots of shape \(pivots?.values.shape ?? []) between tokens of shape \(shape)")
    require(
      moves.map { $0.shape[0] == 1 } ?? true, "held numbers of a batch: take example(_:) of the landscape")
    let given = pivots.map { lagrangian.retracted($0).values.exampleRows }
    let ends = (
      lagrangian.retracted(start).values.exampleRows[0], lagrangian.retracted(end).values.exampleRows[0]
    )
    let path =
      given.map { BandPath(through: [ends.0] + $0 + [ends.1]) }
      ?? BandPath(from: ends.0, to: ends.1, count: band.pivotCount)
    var relaxation = BandRelaxation(surface(like: start), band: band, path: path)
    relaxation.run()
    return barrier(of: relaxation, like: start)
  }

  private func surface(like start: Tokens<Scalar>) -> BandRelaxation.Surface {
    BandRelaxation.Surface(
      evaluate: { points in
        let x = tokens(points, like: start)
        return (energies(at: x).elements.map(Double.init), tokenGradient(at: x).exampleRows)
      },
      energies: { energies(at: tokens($0, like: start)).elements.map(Double.init) },
      retract: { lagrangian.retracted(tokens($0, like: start)).values.exampleRows },
      project: { directions, points in
        tangent(tokens(directions, like: start).values, at: tokens(points, like: start)).exampleRows
      })
  }

  private func barrier(
    of relaxation: BandRelaxation, like start: Tokens<Scalar>
  ) -> EnergyBarrier<Scalar> {
    let (path, energies, count) = (relaxation.path, relaxation.energies, relaxation.band.pointsBetween)
    let between = count > 0 ? relaxation.surface.retract(path.pointsBetween(count).flatMap { $0 }) : []
    let betweenEnergies = count > 0 ? relaxation.surface.energies(between) : []
    let (gaps, length) = (path.gaps, path.length)
    var profile: [(position: Double, energy: Double)] = []
    var top = (energy: energies[0], point: path.points[0])
    var before = 0.0
    for index in path.points.indices {
      profile.append((length > 0 ? before / length : 0, energies[index]))
      if energies[index] > top.energy { top = (energies[index], path.points[index]) }
      guard index < gaps.count else { break }
      for place in 0..<count {
        let position = before + gaps[index] * Double(place + 1) / Double(count + 1)
        let energy = betweenEnergies[index * count + place]
        profile.append((length > 0 ? position / length : 0, energy))
        if energy > top.energy { top = (energy, between[index * count + place]) }
      }
      before += gaps[index]
    }
    if let climber = relaxation.climber { top = (energies[climber], path.points[climber]) }
    return EnergyBarrier(
      path: tokens(path.points, like: start), pivotEnergies: energies, profile: profile,
      saddle: tokens([top.point], like: start), saddleEnergy: top.energy, length: length,
      straightLength: path.points[path.points.count - 1].minus(path.points[0]).length,
      largestForce: relaxation.largestForce)
  }

  /// Points as examples with the mask of one.
  func tokens(_ points: [[Double]], like one: Tokens<Scalar>) -> Tokens<Scalar> {
    let shape = one.values.shape
    let mask = one.mask.map { mask in
      TokenMask(
        batch: points.count, tokenCount: mask.tokenCount,
        isReal: points.flatMap { _ in mask.isReal })
    }
    return Tokens(Tensor(exampleRows: points, shape: [points.count] + shape.dropFirst()), mask: mask)
  }
}
