import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

/// A local page to draw, mask and complete pictures in, and to watch trainings.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Serve a local page in which to draw, mask and complete pictures, recall, descend and watch trainings.",
    discussion: """
      Only this machine reaches the page, unless --host says otherwise; then its address holds a random token, without \
      which nothing is answered. Ctrl-C ends the server when what it computes is done, a second one at once.
      """)

  @Option(help: "The port; 0 takes a free one.")
  var port = 8080

  @Option(help: "The address of this machine to listen on: an IPv4 or IPv6 address, or localhost.")
  var host = "127.0.0.1"

  @Option(help: "A folder in which to look for models that masked-images wrote; may be given several times.")
  var models = ["Results", "Runs"]

  @Option(help: "A folder of PNG or JPEG photos to recall; a hundred of the package's digits when left out.")
  var photos: String?

  @Option(
    help:
      "A folder of runs whose trainings are shown beside those in Runs and Results; may be given several times."
  )
  var runs: [String] = []

  @Option(help: "Largest upload in megabytes.")
  var uploadLimit = 10.0

  func validate() throws {
    try checkRanges([("port", port, 0...65_535)])
    try checkRanges([("upload-limit", uploadLimit, .above(0, upTo: 1_000))])
    try checkNames(
      [("host", host), ("photos", photos)] + models.map { ("models", $0) } + runs.map { ("runs", $0) })
  }

  func run() async throws {
    let signals = StopSignals()
    let address = try ListeningAddress(host)
    let files = try PageFiles()
    let catalogue = ModelCatalogue(folders: models)
    let photos = try StoredPhotos(folder: photos)
    let computations = Computations()
    // Another tab: its routes here, its script and its part of the page as ``PageFiles`` says.
    let routes =
      CompletionRoutes(catalogue: catalogue, computations: computations).routes
      + RecallRoutes(photos: photos, computations: computations).routes
      + LandscapeRoutes(computations: computations).routes
      + TrainingRoutes(folders: TrainingRoutes.folders + runs).routes
    let server = PageServer(
      address: address, port: UInt16(port), routes: files.routes + routes,
      uploadLimit: Int(uploadLimit * 1e6))
    try await server.run(until: signals)
  }
}
