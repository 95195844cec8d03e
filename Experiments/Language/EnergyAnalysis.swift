import EnergyTransformer
import Kit
import Reporting

/// What the descents of a trained energy model do on windows that it was judged on.
struct EnergyAnalysis {
  let network: TextEnergyTransformer<Float>
  /// The windows whose descents were recorded, all of one length.
  let windows: [Exercise]
  /// How tokens' energies changed with the step of training, and with one of its own for each token: of a causal model.
  private(set) var constant: TokenMoves?
  private(set) var backtracking: TokenMoves?
  /// The energies of windows, each one number: of a model that fills in.
  private(set) var windowEnergies: BlockEnergies?
  let attention: AttentionRetrieval
  /// The descent of a short window, for maps of attention.
  let shown: TextDescent
  let viewer: StepViewer

  /// - Throws: `DescentFailure` where a descent left the finite numbers.
  init(
    of network: TextEnergyTransformer<Float>, _ task: LanguageTask, settings: DescentSettings, windows: Int
  ) throws {
    let material = task.material(.result)
    let exercises = material.judgedWindows(windows)
    (self.network, self.windows) = (network, exercises)
    if network.configuration.isCausal {
      constant = try TokenMoves(of: network, on: exercises, settings: settings, isBacktracking: false)
      backtracking = try TokenMoves(of: network, on: exercises, settings: settings, isBacktracking: true)
    } else {
      var energies = BlockEnergies()
      for exercise in exercises {
        energies.add(try TextDescent(of: exercise, by: network, settings: settings).results)
      }
      windowEnergies = energies
    }
    attention = try AttentionRetrieval(of: network, on: exercises, settings: settings)
    let short = material.shownWindows(of: material.judged)
    shown = try TextDescent(of: short[0], by: network, settings: settings)
    viewer = try DescentViewer(network: network, task: task, settings: settings).viewer(of: short)
  }

  /// The number of symbols of a window.
  var length: Int { windows[0].symbols.count }
}
