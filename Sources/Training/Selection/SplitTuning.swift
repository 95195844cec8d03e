/// The choice of a setting for each of several methods, all of which try the same settings on the same splits of examples that are
/// set aside for tuning: the setting with the best mean score over the splits, the first of equals.
///
/// ```swift
/// let tuning = try SplitTuning(methods: methods, settings: settings, splitCount: 2) { method, setting, split in
///   let trained = try trained(method, setting, on: splits[split].training)
///   return .init(epoch: trained.epoch, validation: trained.validation, judged: try score(trained, on: splits[split].test))
/// }
/// let chosen = tuning.setting(of: .convolution)
/// ```
public struct SplitTuning<Method: Hashable & Sendable, Setting: Sendable>: Sendable {
  /// The result of a training with a setting.
  public struct Outcome: Codable, Equatable, Sendable {
    /// The epoch that was chosen, and the validation score that chose it.
    public let epoch: Int, validation: Double
    /// The score that judges the setting, on examples that chose nothing; higher is better.
    public let judged: Double

    /// An outcome of its parts.
    public init(epoch: Int, validation: Double, judged: Double) {
      (self.epoch, self.validation, self.judged) = (epoch, validation, judged)
    }
  }

  /// One setting of one method on one split, each from 0.
  public struct Trial: Sendable {
    public let method: Method
    public let setting: Int, split: Int
    /// Nil where the training left the finite numbers.
    public let outcome: Outcome?
  }

  public let settings: [Setting]
  public private(set) var trials: [Trial] = []
  private var choices: [Method: Int] = [:]

  /// Tries every setting; nothing where there is one setting or no split: every method then takes the first.
  ///
  /// - Parameter trained: Trains a method with a setting on a split. Where it throws ``NonFiniteValue`` the setting is not taken.
  public init(
    methods: [Method], settings: [Setting], splitCount: Int,
    trained: (_ method: Method, _ setting: Setting, _ split: Int) throws -> Outcome
  ) throws {
    self.settings = settings
    guard settings.count > 1, splitCount > 0 else { return }
    for method in methods {
      choices[method] = try settings.indices.best { index in
        let found = try (0..<splitCount).map { split in
          var outcome: Outcome?
          do { outcome = try trained(method, settings[index], split) } catch is NonFiniteValue {}
          trials.append(Trial(method: method, setting: index, split: split, outcome: outcome))
          return outcome?.judged
        }
        let scores = found.compactMap(\.self)
        let mean = scores.reduce(0) { $0 + $1 / Double(scores.count) }
        return scores.count == splitCount ? ValidationScore(score: mean) : nil
      }
    }
  }

  /// The index of the setting that a method takes; 0 where nothing was tried or every trial left the finite numbers.
  public func choice(of method: Method) -> Int { choices[method] ?? 0 }

  /// The setting that a method takes.
  public func setting(of method: Method) -> Setting { settings[choice(of: method)] }
}
