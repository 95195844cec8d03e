import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// Where do descents end, of which kind are these points, and how high are the passes between them?
@main
struct LandscapeExperiment: ExperimentCommand, RecordedOptions {
  static let configuration = CommandConfiguration(
    commandName: "energy-landscape",
    abstract:
      "Minima, curvature and barriers of two energies: a Hopfield network on two clusters, a trained model.",
    discussion: "The model is one that masked-images trained on the same images.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Two clusters") var clusters: ClusterOptions
  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Trained model") var model: ModelOptions
  @OptionGroup(title: "Output") var output: RunOptions<LandscapeExperiment>

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick { shorten() }
    let path = model.trained.path
    var record = RunRecord(of: self, title: "Energy landscapes", seed: output.seed)
    let images = try PreparedImages(data, seed: output.seed)
    record.data = try images.fingerprints()
    record.data.append(try DataFingerprint(name: "trained model", path: path, count: 1))
    try record.prepareFolder(output.output, output.writing)
    let trained = try TrainedImageModel(contentsOf: path, grid: images.grid)
    let random = RandomStream(seed: output.seed)
    let network = TwoClusters(clusters, random: random.child(0))
    let sweep = record.timed("clusters") { clusters.betas.map { network.measured($0) } }
    let landscape = try record.timed("images") {
      try ImageLandscape(trained, images: images, options: model, random: random.child(1))
    }
    record.headline = ["two_cluster_minima", "digits_share_minima", "largest_barrier"]
    let report = ClusterReport(network: network, measurements: sweep)
    try RunReport(
      record, introduction: [Self.introduction],
      sections: [
        report.section,
        try ImageReport(landscape: landscape, images: images).section,
        .making(of: record, ending: ". Everything is in run.json."),
      ], viewers: [try ClusterViewer(network: network, betas: report.drawn.map(\.beta)).viewer()]
    ).publish(in: output.output)
  }

  private mutating func shorten() {
    let betas = clusters.betas
    clusters.betas = betas.filter { $0 == betas.first || $0 == betas.last || $0 == clusters.mainBeta }
    clusters.starts = 60
    (model.images, model.pairs, model.barrierSteps) = (4, 1, 10)
    model.inputStrengths = Array(model.inputStrengths.suffix(1))
  }

  /// Nothing is trained, so what only training images are made with has no effect.
  var recordedOtherwise: [String: String?] { ["kept": nil, "augment": nil] }

  private static let introduction =
    "A descent ends where its energy F rests: where the gradient along what the activations can do, r, is 0. Such a point is a "
    + "minimum where F bends upwards in every direction and a saddle where it bends downwards in some; the eigenvalues of the "
    + "Hessian along the activations tell, of which Lanczos iterations with full reorthogonalisation find the smallest and the "
    + "largest. A barrier is the height of the highest point on a path between two minima over the lower one of them. The path "
    + "is found by a nudged elastic band whose highest point climbs to a saddle; a path with a lower pass may exist, so that "
    + "barriers are upper bounds. Descents and curvatures are computed in double precision."
}
