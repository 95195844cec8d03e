import Energies
import Tensors
import TestSupport
import Testing
import Transformers

struct GraphEnergyTransformerDerivativeTests {
  @Test(
    "derivatives of all parameters are those of finite differences, in training and without",
    arguments: [(false, false), (false, true), (true, false), (true, true)])
  func derivatives(learnsAdjacency: Bool, isTraining: Bool) {
    let model = SmallGraphs.model(
      SmallGraphs.configuration(learnsAdjacency: learnsAdjacency, learnsBeta: true))
    let input = SmallGraphs.input(SmallGraphs.all)
    let names = model.parameters.names
    #expect(names.contains("blocks.1.attention.beta"))
    #expect(names.contains("blocks.1.adjacency.kernels") == learnsAdjacency)
    expectGradientMatchesFiniteDifferences(
      at: model.parameters.values, step: 1e-5, relative: 1e-6, absolute: 1e-7, "\(names)"
    ) { values in
      model.with(ParameterValues(names: names, values: values))
        .logits(input, training: isTraining ? RandomStream(seed: 6) : nil)
    }
  }

  @Test("the parameter count follows its formula, and that of the published sizes")
  func counts() {
    for learnsAdjacency in [false, true] {
      for learnsBeta in [false, true] {
        let configuration = SmallGraphs.configuration(
          learnsAdjacency: learnsAdjacency, learnsBeta: learnsBeta)
        let model = SmallGraphs.model(configuration)
        #expect(model.parameterCount == configuration.parameterCount)
        // Input (3 + 2 + 2) 5, two blocks of 2 · 2 · 3 · 5 + 5 · 7 + 6, norm 6, read-out 5 · 4 + 4.
        #expect(
          model.parameterCount
            == 35 + 2 * (60 + 35 + 6 + (learnsAdjacency ? 20 : 0) + (learnsBeta ? 2 : 0)) + 6 + 24)
      }
    }
    // 4 (2 · 12 · 64 · 128 + 128 · 512 + 129) = 1,049,092 in the blocks.
    let published = GraphEnergyTransformerConfiguration.publishedTU(featureCount: 7, classCount: 2)
    #expect(published.parameterCount == 1_049_092 + (7 + 15 + 2) * 128 + 129 + 129 * 2)
    #expect(published.descent == DescentSettings(steps: 1, stepSize: 0.1))
    var random = RandomStream(seed: 1)
    let small = GraphEnergyTransformerConfiguration.small(featureCount: 7, classCount: 2)
    let model = GraphEnergyTransformer<Float>(small, using: &random)
    #expect(model.parameterCount == small.parameterCount)
  }

  @Test("single precision by fused kernels agrees with double precision")
  func precision() {
    let model = SmallGraphs.model(SmallGraphs.configuration(noise: 0))
    let input = SmallGraphs.input(SmallGraphs.all)
    var random = RandomStream(seed: 1)
    let single = GraphEnergyTransformer<Float>(model.configuration, using: &random).with(
      ParameterValues(
        names: model.parameters.names, values: model.parameters.values.map { $0.converted(to: Float.self) }))
    let converted = GraphEnergyTransformerInput<Float>(
      features: input.features.converted(to: Float.self),
      positions: input.positions.converted(to: Float.self), neighbours: input.neighbourhoods.graph,
      nodeRanges: input.nodeRanges)
    expectClose(
      actual: single.logits(converted), expected: model.logits(input), relative: 1e-4, absolute: 1e-4)
    func gradients<Scalar>(
      _ model: GraphEnergyTransformer<Scalar>, _ input: GraphEnergyTransformerInput<Scalar>
    ) -> [Tensor<Scalar>] {
      valueWithGradient(at: model) { $0.logits(input).squared().sum() }.gradient.values
    }
    for (a, b) in zip(gradients(single, converted), gradients(model, input)) {
      expectClose(actual: a, expected: b, relative: 1e-3, absolute: 1e-3)
    }
  }
}
