import EnergyTransformer
import Foundation
import Kit
import Reporting

extension DescentReport {
  func page(_ record: RunRecord) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    let steps = comparison.trained.steps
    page.addParagraph(
      "Which descents reach the energy that a trained model reaches in \(steps) plain steps, in fewer gradients, "
        + "and do they complete images as well? The model is that of `\(record.options["checkpoint"] ?? "")`; "
        + "judged on \(images.test.count) \(images.isValidation ? "held-back training" : "test") images of "
        + "\(images.test.name). The settings in brackets were chosen on \(tuningCount) training images. Errors "
        + "are mean squared errors over the hidden pixels, in 0 … 1. A gradient is one evaluation of "
        + "dE/dg for all images; tries of a safeguarded step count.")
    page.addHeading("Fewest gradients to the energy")
    page.addParagraph(
      "Gradients until the mean energy over the images is at or below that of the \(steps) trained steps, the share "
        + "of images whose own energy is there by then, the error of the completion at that point, and at the last "
        + "point that the method reaches in the time of the trained steps.")
    try page.addTable(record.tables[0], summary: record.summary)
    page.addParagraph(verdict(withError: false))
    page.addHeading("Fewest gradients to the energy and the same error")
    page.addParagraph(
      "The same, with settings chosen among those whose error at that point is at most "
        + "\(NumberText.percent(comparison.goal.slack)) above that of the trained steps on the tuning images. A method without "
        + "numbers has no such settings.")
    try page.addTable(record.tables[1], summary: record.summary)
    page.addParagraph(verdict(withError: true))
    page.addHeading("Error at equal gradients")
    page.addParagraph(
      "The lowest error of each method at a number of gradients, whatever the energy; its settings were chosen for "
        + "that number on the tuning images.")
    try page.addTable(record.tables[2], summary: record.summary)
    page.addParagraph(
      "The model was trained to be decoded after its own \(steps) steps. They end while energy still falls and tokens "
        + "still move; another way down passes through other tokens of the same energy, and going on below that "
        + "energy makes the completion worse, not better.")
    page.addHeading("Curves")
    page.addParagraph(
      "Each method with its settings for energy and the same error where it has any, otherwise for energy alone. "
        + "Times are gradients times the time of one, which was measured over \(steps) steps, the least of "
        + "\(record.options["rounds"] ?? "") rounds in turn.")
    for (name, plot) in figures { page.addImage("\(name).svg", caption: plot.title) }
    page.addMaking(of: record, ending: ". Everything is in run.json.")
    return page
  }

  /// What became of the method that the tuning images put first.
  private func verdict(withError: Bool) -> String {
    guard let index = comparison.first(withError: withError) else { return "No method came there." }
    let label = comparison.methods[index].method.label
    guard let found = outcome(index, withError: withError) else {
      return "First on the tuning images: \(label); on the images under test it did not come there."
    }
    let change = found.course.error(at: found.moment) / comparison.goal.error - 1
    return
      "First on the tuning images: \(label), \(comparison.methods[index].method.candidates[found.candidate].settings). "
      + "On the images under test it takes \(found.course.gradients[found.moment]) gradients instead of "
      + "\(comparison.trained.steps), and its error there is \(NumberText.percent(abs(change), digits: 1)) "
      + "\(change < 0 ? "lower" : "higher") than that of the trained steps."
  }

  /// The figures with their file names.
  var figures: [(name: String, plot: LinePlot)] {
    let goal = comparison.goal
    let courses = plotted
    func plot(
      _ title: String, _ yTitle: String, time: Bool, _ values: (DescentCourse) -> [Double]
    ) -> LinePlot {
      LinePlot(
        title: title, xTitle: time ? "milliseconds an image" : "gradients", yTitle: yTitle,
        series: courses.map { label, course, milliseconds in
          .init(
            label: label, x: course.gradients.map { Double($0) * (time ? milliseconds : 1) },
            y: values(course))
        })
    }
    func errors(_ course: DescentCourse) -> [Double] {
      course.gradients.indices.map { course.error(at: $0) }
    }
    func fallen(_ course: DescentCourse) -> [Double] { goal.shareOfFall(course) }
    let fall = "share of the trained steps' fall of energy"
    return [
      ("energy", plot("Energy against gradients", fall, time: false, fallen)),
      ("energy-time", plot("Energy against time", fall, time: true, fallen)),
      ("error", plot("Error against gradients", "mean squared error", time: false, errors)),
      ("error-time", plot("Error against time", "mean squared error", time: true, errors)),
    ]
  }

  /// What the figures show: the trained steps and some of the methods.
  private var plotted: [(label: String, course: DescentCourse, milliseconds: Double)] {
    let shown: Set = ["growing", "nesterov", "barzilai_borwein", "extrapolated", "implicit", "anderson"]
    let others = comparison.methods.enumerated().compactMap { index, tuned in
      guard shown.contains(tuned.method.key),
        let candidate = (tuned.forSameError ?? tuned.forEnergy)?.candidate,
        let course = comparison.courses[index][candidate],
        let time = comparison.milliseconds[index][candidate]
      else { return nil as (label: String, course: DescentCourse, milliseconds: Double)? }
      return (tuned.method.label, course, time)
    }
    return [("The trained steps", comparison.goal.reference, comparison.referenceMilliseconds)] + others
  }
}
