extension HopfieldConfiguration {
  /// The defaults of the published package: layer norm of all inputs, projections with bias, one association.
  ///
  /// - Source: Ramsauer et al. 2021 and their package.
  public static func association(
    size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldConfiguration {
    HopfieldConfiguration(size: size, headCount: headCount, headSize: headSize)
  }

  /// Multi-head attention: no norms, projections with bias, one association at beta 1 / sqrt(head size).
  ///
  /// - Source: Vaswani et al. 2017.
  public static func attention(
    size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldConfiguration {
    HopfieldConfiguration(size: size, headCount: headCount, headSize: headSize).withoutNorms
  }

  /// The modern Hopfield network itself: nothing is learned, patterns are recalled as they were stored.
  ///
  /// The output is Xᵀ softmax(beta X ξ) for the state ξ after its updates. With values of their own, given by
  /// `valueSize`, it recalls those instead.
  ///
  /// - Parameters:
  ///   - size: The size of a pattern.
  ///   - beta: The inverse temperature: high values select one pattern, low ones average.
  ///   - updates: How often states are updated before the association that gives the output.
  ///   - valueSize: The size of a value; `size` when nil.
  /// - Source: Ramsauer et al. 2021, equation 3.
  public static func retrieval(
    size: Int, beta: Double, updates: HopfieldUpdates = .untilSettled(), valueSize: Int? = nil
  ) -> HopfieldConfiguration {
    var configuration = HopfieldConfiguration(size: size).withoutNorms
    configuration.valueSize = valueSize ?? size
    configuration.headValueSize = valueSize ?? size
    configuration.outputSize = nil
    configuration.beta = .value(beta)
    configuration.updates = updates
    configuration.projectsStates = false
    configuration.projectsStored = false
    configuration.values = .none
    configuration.hasBias = false
    return configuration
  }

  private var withoutNorms: HopfieldConfiguration {
    var copy = self
    (copy.stateNorm, copy.storedNorm, copy.valueNorm) = (.none, .none, .none)
    return copy
  }
}
