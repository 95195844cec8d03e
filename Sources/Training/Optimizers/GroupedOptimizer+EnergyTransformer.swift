public import Tensors

extension GroupedOptimizer {
  /// The optimisers with which Energy Transformers learn: Muon for the matrices of the energies (queries, keys and memories,
  /// by their names `…Weights` and `…memories`), AdamW for everything else.
  ///
  /// AdamW scales every number of a matrix by itself; Muon takes steps of equal size in all directions of the matrix, by
  /// which the energies' matrices, used at every step of a descent, learn sooner: a digit classifier around a block reaches
  /// an accuracy of 0.89 on test digits after 600 updates, with AdamW alone 0.68 to 0.85, depending on its rate. Begin with
  /// matrices of a deviation of 0.03, at which the first steps move the tokens (`EnergyTransformerConfiguration.learning`),
  /// and let the rate rise over the first twentieth of the updates.
  ///
  /// ```swift
  /// var loop = TrainingLoop(
  ///   model: model, optimizer: try GroupedOptimizer.energyTransformer(for: model),
  ///   schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: 30, updateCount: 600), random: RandomStream(seed: 0))
  /// ```
  ///
  /// - Parameters:
  ///   - model: The model, at least one of whose parts is a block.
  ///   - matrixRate: Muon's rate where the schedule is 1.
  ///   - rate: AdamW's rate where the schedule is 1.
  ///   - weightDecay: The decay of the energies' matrices and of the weights of linear layers.
  /// - Throws: ``ParameterGroupError`` for a model without matrices of energies.
  public static func energyTransformer(
    for model: some Parameterized<Scalar>, matrixRate: Double = 0.03, rate: Double = 0.01,
    weightDecay: Double = 0
  ) throws -> GroupedOptimizer {
    let linear = ParameterSelection { $0.hasSuffix(".weights") || $0.hasSuffix(".weight") }
    return try matricesByMuon(
      ParameterSelection { $0.hasSuffix("Weights") || $0.hasSuffix("memories") }, for: model,
      decayingOthers: linear, matrixRate: matrixRate, rate: rate, weightDecay: weightDecay
    ) { name, _ in
      name.hasSuffix("memories") ? .transposed : MatrixView(rowAxisCount: 2)
    }
  }

  /// Muon for some matrices of any model, AdamW for everything else, at the rates and decays of
  /// ``energyTransformer(for:matrixRate:rate:weightDecay:)``: how a model is trained that is compared with one.
  ///
  /// - Parameters:
  ///   - matrices: The parameters that Muon learns.
  ///   - model: The model.
  ///   - others: The parameters learned by AdamW that decay.
  ///   - matrixRate: Muon's rate where the schedule is 1.
  ///   - rate: AdamW's rate where the schedule is 1.
  ///   - weightDecay: The decay of `matrices` and of `others`.
  ///   - view: The matrix that a parameter of Muon's stands for, as in `Muon`.
  /// - Throws: ``ParameterGroupError`` for a model without such matrices.
  public static func matricesByMuon(
    _ matrices: ParameterSelection, for model: some Parameterized<Scalar>,
    decayingOthers others: ParameterSelection, matrixRate: Double = 0.03, rate: Double = 0.01,
    weightDecay: Double = 0,
    view: @escaping @Sendable (_ name: String, _ shape: [Int]) -> MatrixView? = { _, shape in
      shape.count == 2 ? .plain : nil
    }
  ) throws -> GroupedOptimizer {
    let muon = Muon<Scalar>(weightDecay: WeightDecay(weightDecay), view: view)
    let adam = AdamW<Scalar>(secondDecay: 0.99, weightDecay: WeightDecay(weightDecay, on: others))
    return try GroupedOptimizer(
      [
        ParameterGroup("matrices", matrices, muon, learningRateFactor: matrixRate),
        ParameterGroup("others", ParameterSelection.all.excluding(matrices), adam, learningRateFactor: rate),
      ], for: model.parameters)
  }
}
