import EnergyTransformer

/// An associative memory of pictures: pixels, features of them, and hidden neurons, coupled by a convolution and by weights
/// between all features and all hidden neurons.
struct PictureMemory: Parameterized {
  var network: LayeredNetwork<Float>

  /// A memory of pictures [height, width, channels] with small random weights.
  init(_ options: MemoryOptions, grid: PatchGrid, using random: inout RandomStream) {
    let picture = [grid.height, grid.width, grid.channels]
    let window = options.kernel * options.kernel * grid.channels
    let convolution = ConvolutionSynapse<Float>(
      weight: .normal(
        [options.features, options.kernel, options.kernel, grid.channels],
        standardDeviation: 1 / Double(window).squareRoot(), using: &random),
      stride: options.stride, padding: .same)
    let features = convolution.outputShape(of: picture)
    let count = features.reduce(1, *)
    network = LayeredNetwork([
      NeuronLayer("pixels", shape: picture, lagrangian: IdentityLagrangian()),
      NeuronLayer("features", shape: features, lagrangian: TanhLagrangian()),
      NeuronLayer("hidden", shape: [options.hidden], lagrangian: TanhLagrangian()),
    ])
    network.connect("pixels", "features", by: convolution)
    network.connect(
      "features", "hidden",
      by: DenseSynapse(
        from: count, to: options.hidden, hasBias: true, standardDeviation: 1 / Double(count).squareRoot(),
        using: &random))
    network.connect("pixels", by: BiasSynapse(.zeros(picture)))
    network.connect("features", by: BiasSynapse(.zeros(features)))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) { visit("network", &network) }

  /// The descent from pictures whose hidden pixels stand at the mean, the others held.
  ///
  /// - Parameters:
  ///   - pictures: Normalised pixels, [batch, height, width, channels].
  ///   - hidden: 1 where a pixel is hidden, of the same shape.
  func descended(
    _ pictures: Tensor<Float>, hidden: Tensor<Float>, _ options: MemoryOptions,
    recording: [Recording<Float>] = []
  ) -> DescentResult<Float> {
    EnergyDescent(
      of: network, held: ["pixels": 1 - hidden], stepSize: .constant(options.stepSize),
      stop: .after(steps: options.steps)
    ).run(from: network.tokens(["pixels": pictures * (1 - hidden)]), recording: recording)
  }

  /// The pixels of a state, [batch, height, width, channels].
  func pixels(_ state: Tokens<Float>) -> Tensor<Float> { network.layers(of: state)["pixels"] }
}
