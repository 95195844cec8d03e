import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The files about a completion: its pictures, the curve and a page to step through.
struct CompletionPage {
  let completion: Completion
  /// Names of the files that were read.
  let picture: String, model: String

  /// The longest side of a picture in the page, and how many numbers all of them have, so that it stays below 2 MB.
  private static let largestSide = 256, largestCount = 1_400_000

  func write(toFolder folder: String) throws {
    let energy = try completion.energies.plot(
      title: "Energy along the descent", yTitle: "energy", steps: completion.settings.steps)
    let page = WebPage(
      markdown: try markdown().markdown, folder: folder, viewers: [try viewer()])
    try energy.write(to: "\(folder)/energy.svg")
    try steps.write(to: "\(folder)/steps.png")
    try AtomicFile(path: "\(folder)/completed.png").write(Data(try completion.completed.pngData()))
    try page.write(to: "\(folder)/\(WebPage.fileName)")
  }

  /// What came of it.
  var table: MarkdownTable {
    let (frames, energies) = (completion.frames, completion.energies)
    func after(_ steps: Int) -> String { "after \(steps) step\(steps == 1 ? "" : "s")" }
    let last = after(frames.steps.count - 1)
    var table = MarkdownTable(columns: ["Completion", "Value"])
    let patches = completion.hiddenPatches
    table.addRow([.text("Hidden patches"), .text("\(Int(patches.sum().scalar)) of \(patches.count)")])
    let error = "Mean squared error of hidden pixels"
    table.addRow([.text("\(error), before the first step"), .number(frames.errors[0], digits: 5)])
    table.addRow([.text("\(error), \(last)"), .number(frames.errors[frames.errors.count - 1], digits: 5)])
    let mean = energies.fell.count > 1 ? ", mean of \(energies.fell.count) tiles" : ""
    for (name, values) in totals {
      table.addRow([.text("\(name) before the first step\(mean)"), .number(values[0], digits: 2)])
      table.addRow([
        .text("\(name) \(after(values.count - 1))\(mean)"),
        .number(values[values.count - 1], digits: 2),
      ])
    }
    let fell = energies.fell.count { $0 }
    table.addRow([
      .text("Energy fell at every step"),
      .text(
        energies.fell.count == 1
          ? (fell == 1 ? "yes" : "no") : "for \(fell) of \(energies.fell.count) tiles"),
    ])
    return table
  }

  /// The energy of each block at every step, the mean over tiles.
  private var totals: [(name: String, values: [Double])] {
    let energies = completion.energies
    let partCount = energies.parts.count / energies.blockCount
    return (1...energies.blockCount).map { block in
      let values = energies.parts[block * partCount - 1].values
      return (
        energies.blockCount > 1 ? "Energy of block \(block)" : "Energy",
        values.map { $0.reduce(0, +) / Double($0.count) }
      )
    }
  }

  /// Original, masked, the completion after some steps.
  private var steps: PictureGrid {
    let frames = completion.frames
    let shown = shownSteps(last: frames.steps.count - 1)
    var grid = PictureGrid(ofCompletionsAfter: shown, height: frames.original.height)
    grid.addRow([frames.original, frames.masked] + shown.map { frames.completions[$0] })
    return grid
  }

  private func markdown() throws -> MarkdownPage {
    var page = MarkdownPage(title: "A picture, completed")
    let image = completion.fitted.image
    page.addParagraph(
      "The model of `\(model)` completed `\(picture)`, \(image.width) pixels wide and \(image.height) high; what is "
        + "not hidden is the picture's own. The descent took \(completion.frames.steps.count - 1) steps of "
        + "\(completion.settings.stepSize).")
    page.addHeading("Error and energy")
    page.addTable(table)
    page.addImage("energy.svg", caption: "Energy by part against step")
    return page
  }

  private func viewer() throws -> StepViewer {
    var frames = completion.frames
    frames.changePictures { $0.shrunk(toSide: Self.largestSide) }
    let size = frames.original.values.count
    let count = max(2, min(frames.steps.count, Self.largestCount / size - 2))
    let last = frames.steps.count - 1
    let shown = (0..<count).map { $0 * last / (count - 1) }
    return try StepViewer("The descent", [frames.only(shown)], names: [picture], itemName: "picture")
  }
}
