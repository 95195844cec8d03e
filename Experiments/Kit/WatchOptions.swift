package import ArgumentParser

/// How a training is watched while it runs. No result depends on it.
package struct WatchOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Show completions and energies of some images while training runs.",
      discussion: "The page of `swift run -c release energy-transformer serve` shows them, beside the curves."
    ))
  package var live = false

  @Option(help: "With --live: seconds from one look at the model to the next.")
  package var liveSeconds = 10.0

  @OptionGroup package var events: EventOptions

  package init() {}

  package func validate() throws {
    try checkRanges([("live-seconds", liveSeconds, .range(0...86_400))])
  }

  /// What is shown of a model where it is asked for.
  ///
  /// - Parameter errorName: What the error is, such as "mean squared error of hidden pixels of 10 test images".
  package func view<Model>(
    errorName: String, look: @escaping (Model) throws -> LiveView<Model>.Look
  ) -> LiveView<Model>? {
    live ? LiveView(interval: liveSeconds, errorName: errorName, look: look) : nil
  }
}

/// Whether the course of a training is written for TensorBoard too.
package struct EventOptions: ParsableArguments {
  @Flag(help: "Also write the course of training as an event file for TensorBoard, beside its metrics.")
  package var tensorboard = false

  package init() {}

  /// The folder of the event file; nil where none is asked for.
  package func folder(_ folder: String) -> String? { tensorboard ? folder : nil }
}
