import Foundation

/// How long a network trains: the same for all of them.
enum TrainingBudget: Sendable {
  /// Seconds of updates; looks at the network and checkpoints do not count.
  case seconds(Double)
  case updates(Int)

  /// The share that is spent after some updates that took some seconds.
  func share(updates: Int, seconds: Double) -> Double {
    switch self {
    case .seconds(let all): seconds / all
    case .updates(let all): Double(updates) / Double(all)
    }
  }

  /// Where in the course of the rates the next update stands, above 0 and up to 1.
  func courseOfNext(updates: Int, seconds: Double) -> Double {
    switch self {
    case .seconds(let all): min(1, max(seconds / all, 1e-3))
    case .updates(let all): Double(updates + 1) / Double(all)
    }
  }

  /// The number of updates in all, as far as those done tell; always more than are done.
  func expectedUpdates(updates: Int, seconds: Double) -> Int {
    switch self {
    case .updates(let all): return all
    case .seconds(let all):
      let found = seconds > 0 ? Double(updates) * all / seconds : 0
      return max(updates + 2, Int(min(1e12, found)))
    }
  }

  /// A part of it, of one update at least.
  func part(_ share: Double) -> TrainingBudget {
    switch self {
    case .seconds(let all): .seconds(all * share)
    case .updates(let all): .updates(max(1, Int((Double(all) * share).rounded())))
    }
  }

  /// The updates at which a checkpoint ends, where their number is given.
  var updateLimit: Int {
    if case .updates(let all) = self { return all }
    return .max
  }
}

/// How the rates of a training rise and fall with the share of it that is spent: a straight line up, then half a cosine.
struct RateCourse: Sendable {
  /// The share in which they rise.
  let warmUp: Double
  /// What is left of the peaks at the end.
  let finalFraction: Double

  /// The share of the peaks at a share of the training, above 0 and up to 1.
  func rate(at share: Double) -> Double {
    if share < warmUp { return share / warmUp }
    let progress = (share - warmUp) / (1 - warmUp)
    return finalFraction + (1 - finalFraction) * (1 + cos(.pi * progress)) / 2
  }
}
