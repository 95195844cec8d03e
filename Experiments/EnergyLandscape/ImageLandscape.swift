import EnergyTransformer
import Kit

/// The landscapes of a trained model's block in double precision, walked from the tokens of masked test images.
struct ImageLandscape {
  let trained: TrainedImageModel
  let options: ModelOptions
  /// The energy as it was trained, and then those with the first tokens as a force.
  let walks: [LandscapeWalk]
  /// The error of each image at every trained step, [step][image].
  let trainedErrors: [[Double]]
  /// The curvature at the end points of some images.
  let densities: [SpectralDensity]
  /// Between minima of the energy as it was trained, with their places among its end points.
  let barriers: [(from: Int, to: Int, barrier: FoundBarrier)]
  /// How many minima of the energy as it was trained the images reach.
  let minimumCount: Int
  /// The descents of one image, by the trained steps and to rest, on a plane; nil where none came to rest.
  let plane: ImagePlane?

  init(
    _ trained: TrainedImageModel, images: PreparedImages, options: ModelOptions, random: RandomStream
  ) throws {
    (self.trained, self.options) = (trained, options)
    let count = min(options.images, images.test.count)
    let batch = MaskedBatch(
      images, indices: (0..<images.test.count).evenlySpaced(count), trained.model)
    let block = trained.model.blocks[0].inDoublePrecision
    let steps = block.descent(
      DescentSettings(steps: trained.steps, stepSize: trained.stepSize, gradientPath: .detached)
    ).run(from: batch.tokens, recording: [.states(every: 1)])
    guard steps.stopReason.isFinite else {
      throw ExperimentError("\(trained.path): the trained steps end early: \(steps.stopReason)")
    }
    trainedErrors = steps.trajectory.states.map { state in
      batch.errors(block.norm.activations(at: Tokens(state.tokens)).values, trained.model)
    }
    walks = ([0] + options.inputStrengths).map { strength in
      LandscapeWalk(block, batch, trained.model, strength: strength, options, random: random.child(0))
    }
    let own = walks[0]
    let settled = Array(own.points.indices.filter { own.basins.minimumOfStart[$0] != nil }.prefix(4))
    densities =
      settled.isEmpty
      ? []
      : own.landscape.hessian(at: own.tokens(settled))
        .spectralDensity(vectors: 2, steps: 60, random: random.child(1))
    let minima = own.basins.minima.indices.filter {
      own.points[own.basins.minima[$0].starts[0]].kind == .minimum
    }
    minimumCount = minima.count
    let band = Self.band(options, gain: block.norm.gamma.scalar)
    barriers = Self.others(minima, options.pairs).map { other in
      let path = own.landscape.barrier(
        from: own.basins.minima[minima[0]].tokens, to: own.basins.minima[other].tokens, by: band)
      let found = FoundBarrier(
        path, on: own.landscape, residual: 1e-3, flatness: LandscapeWalk.flatness, random: random.child(2))
      return (from: minima[0], to: other, barrier: found)
    }
    plane = settled.first.map { image in
      ImagePlane(
        own.descent, start: batch.tokens(image), trained: steps.trajectory, image: image,
        rest: own.tokens([image]))
    }
  }

  /// Steps in the tokens that move activations half as far as those of the descents to rest.
  private static func band(_ options: ModelOptions, gain: Double) -> ElasticBand {
    let size = options.stepSize / (2 * max(abs(gain), 1e-6))
    return ElasticBand(stepSize: size, pivotCount: 7, steps: options.barrierSteps)
  }

  /// Some of the minima above the lowest, spread over them, the highest among them.
  private static func others(_ minima: [Int], _ count: Int) -> [Int] {
    let above = Array(minima.dropFirst())
    let taken = min(count, above.count)
    return (0..<taken).map { above[($0 + 1) * above.count / taken - 1] }
  }
}

/// Masked test images as tokens.
struct MaskedBatch {
  private let images: PreparedImages
  private let indices: [Int]
  /// x before the first step, in double precision.
  let tokens: Tokens<Double>

  init(_ images: PreparedImages, indices: [Int], _ model: ImageEnergyTransformer<Float>) {
    (self.images, self.indices) = (images, indices)
    let masked = Tensor.concatenated(indices.map { images.replaced($0..<$0 + 1) }, axis: 0)
    let patches = images.patches(images.test.batch(at: indices))
    tokens = Tokens(model.tokens(patches: patches, masked: masked).values.converted(to: Double.self))
  }

  /// x of one image.
  func tokens(_ image: Int) -> Tokens<Double> {
    Tokens(tokens.values.sliced(axis: 0, image..<image + 1))
  }

  /// The mean squared error over the hidden pixels of each image, decoded from activations.
  func errors(_ activations: Tensor<Double>, _ model: ImageEnergyTransformer<Float>) -> [Double] {
    let patches = model.decode(Activations(activations.converted(to: Float.self)))
    return indices.enumerated().map { place, index in
      images.errors(of: patches.sliced(axis: 0, place..<place + 1), index..<index + 1)[0]
    }
  }
}

extension EnergyTransformerBlock<Float> {
  /// The same block in double precision, in which the kinds of points can be told.
  var inDoublePrecision: EnergyTransformerBlock<Double> {
    func wide(_ tensor: Tensor<Float>) -> Tensor<Double> { tensor.converted(to: Double.self) }
    return EnergyTransformerBlock<Double>(
      norm: LayerNormLagrangian(
        gamma: wide(norm.gamma), delta: wide(norm.delta), epsilon: Double(norm.epsilon)),
      attention: AttentionEnergy(
        queryWeights: wide(attention.queryWeights), keyWeights: wide(attention.keyWeights),
        beta: wide(attention.beta), includesSelf: includesSelf),
      memory: HopfieldEnergy(memories: wide(memory.memories)))
  }
}
