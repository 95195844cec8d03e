import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Completes a picture of one's own.
struct Complete: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Complete a picture of your own: mask patches, descend, write the picture and the energy curve.",
    discussion: """
      Writes completed.png, steps.png, energy.svg and page.html, in which the descent can be stepped through. The \
      picture is its own truth: the error is that of the hidden pixels.
      """)

  @Argument(help: "The picture: a PNG or JPEG of any size, turned upright as the file says.")
  var picture: String
  @OptionGroup(title: "Model") var model: CompletingModelOptions
  @OptionGroup(title: "Picture") var fitting: PictureOptions
  @OptionGroup(title: "Mask") var mask: MaskOptions
  @Option(help: "Folder for the pictures, the curve and the page.") var output = "Runs/complete"
  @Option(help: "Threads; all cores when left out. The result does not depend on it.") var threads: Int?

  func validate() throws {
    try checkNames([("output", output)])
    try checkRanges([("threads", threads ?? 1, 1...1_024)])
  }

  func run() throws {
    if let threads { Parallelism.threadCount = threads }
    let trained = try model.trained()
    let normalization = try trained.pixelNormalization(data: model.data)
    let file = URL(fileURLWithPath: picture)
    let whole = try PhotoFolder.picture(at: file)
    let fitted = try FittedPicture(whole, name: picture, to: trained.model.grid, by: fitting.fit)
    let hidden = try mask.hiddenPatches(of: fitted, from: whole)
    try OutputFolder.prepare(output)
    for note in fitted.notes { print("\(picture): \(note).") }
    if let note = fitting.inversionNote(fitted, normalization) { print("\(picture): \(note)") }
    let completion = try Completion(
      of: fitted, hiding: hidden, by: trained.model, normalization: normalization,
      settings: model.descent(of: trained), isInverted: fitting.invert, name: picture)
    let page = CompletionPage(
      completion: completion, picture: file.lastPathComponent,
      model: URL(fileURLWithPath: trained.path).lastPathComponent)
    try page.write(toFolder: output)
    print(page.table.markdown)
    print("Page: \(output)/\(WebPage.fileName)")
  }
}

/// Which model completes, and how it descends.
struct CompletingModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A model.safetensors or checkpoint that masked-images wrote, or the published .npz of the JAX release.",
      discussion: "The package's own small one when left out, which completes digits.",
      valueName: "file"))
  var model: String?
  @Option(
    help:
      "The images that the model learned from, where its file does not tell their mean and deviation.")
  var data: String?
  @Option(help: "Steps of the descent of each block; those of its training when left out.") var steps: Int?
  @Option(help: "Step size alpha; that of its training when left out.") var stepSize: Double?
  @Option(help: "The norms before a published model's decoder: one as it was trained, two as in its script.")
  var norms = 1

  func validate() throws {
    try checkNames([("model", model), ("data", data)])
    try checkRanges([("steps", steps ?? 1, 1...10_000), ("norms", norms, 1...2)])
    try checkRanges([("step-size", stepSize, .above(0, upTo: 1e6))])
  }

  func trained() throws -> TrainedImageModel {
    let path = model ?? TrainedImageModel.ownPath()
    if model == nil { print("\(path): the package's own small model, of digits; --model names another.") }
    return try TrainedImageModel(contentsOf: path, decoding: norms == 1 ? .asTrained : .asInScript)
  }

  func descent(of trained: TrainedImageModel) -> DescentSettings {
    DescentSettings(steps: steps ?? trained.steps, stepSize: stepSize ?? trained.stepSize)
  }
}

/// How a picture becomes one that the model reads.
struct PictureOptions: ParsableArguments {
  @Option(
    help: """
      How the picture is brought to the model's size: its middle part (crop), all of it (stretch), or each part of \
      the model's size by itself (tiles).
      """)
  var fit = PictureFit.crop
  @Flag(help: "The model sees the negative: for a dark drawing on light ground, if it learned light on dark.")
  var invert = false

  /// What to say where the negative of a picture is more like what the model learned from.
  func inversionNote(_ fitted: FittedPicture, _ normalization: PixelNormalization) -> String? {
    guard fitted.image.channels == 1 else { return nil }
    let learned = Double(normalization.mean[0])
    let level = fitted.mean
    let seen = invert ? 1 - level : level
    // Only what lies clearly on the other side of grey.
    guard abs(learned - 0.5) > 0.1, abs(seen - 0.5) > 0.1, (learned < 0.5) != (seen < 0.5) else {
      return nil
    }
    let advice = invert ? "without --invert it would be nearer." : "--invert shows it the negative."
    return String(
      format: "its mean is %.2f, that of the images the model learned from %.2f; ", seen, learned) + advice
  }
}
