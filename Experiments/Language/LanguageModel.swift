import Baselines
import EnergyTransformer

/// One of the models that learn.
struct LanguageModel: Parameterized, Sendable {
  typealias Scalar = Float

  var energy: TextEnergyTransformer<Float>?
  var conventional: ConventionalTextTransformer<Float>?
  var recurrent: RecurrentTextModel<Float>?
  let descent: DescentSettings

  /// A model with random weights whose number of parameters comes closest to the energy model's.
  init?(
    _ method: LanguageMethod, _ options: ModelOptions, symbolCount: Int, isCausal: Bool = true,
    random: RandomStream
  ) {
    descent = options.descent
    let configuration = options.energy(symbolCount: symbolCount, isCausal: isCausal)
    let count = configuration.parameterCount
    switch method {
    case .energy:
      var stream = random
      energy = TextEnergyTransformer(configuration, using: &stream)
    case .conventional, .conventionalShared:
      var sizes = ConventionalTextConfiguration(
        symbolCount: symbolCount, contextLength: options.context, dimension: options.dimension,
        headCount: options.heads, keySize: options.keySize, hiddenSize: options.memories,
        depth: options.steps * options.blocks)
      sizes.sharesBlock = method == .conventionalShared
      (sizes.isCausal, sizes.tiesHead, sizes.dropout) = (isCausal, options.tiedHead, options.dropout)
      sizes =
        sizes.sharesBlock ? sizes.withHiddenSize(closestTo: count) : sizes.withDimension(closestTo: count)
      conventional = ConventionalTextTransformer(sizes, random: random)
    case .recurrent:
      let sizes = RecurrentTextConfiguration(
        symbolCount: symbolCount, embeddingSize: min(64, options.dimension), size: 1,
        dropout: options.dropout)
      recurrent = RecurrentTextModel(sizes.withSize(closestTo: count), random: random)
    case .ngram: return nil
    }
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("energy", &energy)
    visit("conventional", &conventional)
    visit("recurrent", &recurrent)
  }

  /// The logits of every position, [sequences, length, symbols].
  func logits(_ symbols: [[Int]], dropout random: RandomStream? = nil) -> Tensor<Float> {
    if let energy { return energy(symbols, settings: descent, dropout: random) }
    if let conventional { return conventional(symbols, dropout: random) }
    guard let recurrent else { return .zeros([0]) }
    return recurrent(symbols, dropout: random)
  }

  /// The optimisers of all models: Muon for the matrices inside, AdamW for embeddings, positions, norms and heads.
  func optimizer(_ rates: LanguageTuning.Rates, weightDecay: Double) throws -> GroupedOptimizer<Float> {
    let matrices = ParameterSelection { name in
      let isEnergy = name.hasSuffix("Weights") || name.hasSuffix("memories")
      let isBlock =
        name.contains(".blocks.")
        && ["query", "key", "value", "output", "weight"].contains { name.hasSuffix("." + $0) }
      return isEnergy || isBlock || name.hasPrefix("recurrent.network.input.weight")
        || name.hasSuffix("network.recurrent")
    }
    let heads = ParameterSelection { $0.hasSuffix("head.weight") }
    return try GroupedOptimizer.matricesByMuon(
      matrices, for: self, decayingOthers: heads, matrixRate: rates.muon, rate: rates.others,
      weightDecay: weightDecay
    ) { name, shape in
      name.hasSuffix("memories")
        ? .transposed : shape.count == 3 ? MatrixView(rowAxisCount: 2) : shape.count == 2 ? .plain : nil
    }
  }
}

/// A sequence that a model continues; where its context is full it begins anew with the last half of it.
struct LanguageGeneration {
  private enum State {
    case energy(TextGeneration<Float>)
    case conventional(ConventionalTextTransformer<Float>.Generation)
    case recurrent(RecurrentTextModel<Float>.Generation)
  }

  private let model: LanguageModel
  private var state: State
  private var symbols: [Int] = []

  init?(_ model: LanguageModel) {
    self.model = model
    guard let state = Self.start(model) else { return nil }
    self.state = state
  }

  private static func start(_ model: LanguageModel) -> State? {
    if let energy = model.energy { return .energy(energy.generation(settings: model.descent)) }
    if let conventional = model.conventional { return .conventional(conventional.generation()) }
    return model.recurrent.map { .recurrent($0.generation()) }
  }

  /// The logits of the symbol after another one.
  mutating func next(after symbol: Int) -> Tensor<Float> {
    if isFull, let fresh = Self.start(model) {
      state = fresh
      let last = symbols.suffix(symbols.count / 2)
      symbols = []
      for symbol in last { _ = append(symbol) }
    }
    return append(symbol)
  }

  private var isFull: Bool {
    switch state {
    case .energy(let state): state.isFull
    case .conventional(let state): state.isFull
    case .recurrent: false
    }
  }

  private mutating func append(_ symbol: Int) -> Tensor<Float> {
    symbols.append(symbol)
    switch state {
    case .energy(var next):
      defer { state = .energy(next) }
      return next.next(after: symbol)
    case .conventional(var next):
      defer { state = .conventional(next) }
      return next.next(after: symbol)
    case .recurrent(var next):
      defer { state = .recurrent(next) }
      return next.next(after: symbol)
    }
  }

  /// Symbols that continue a prompt, until `isLast` says so or there are so many.
  mutating func continued(
    _ prompt: [Int], count: Int, _ sampling: SymbolSampling, using random: inout RandomStream,
    until isLast: (Int) -> Bool = { _ in false }
  ) -> [Int] {
    var logits: Tensor<Float>?
    for symbol in prompt { logits = next(after: symbol) }
    var found: [Int] = []
    while found.count < count, let current = logits {
      let symbol = sampling.sample(current, using: &random)
      found.append(symbol)
      if isLast(symbol) { break }
      logits = next(after: symbol)
    }
    return found
  }
}
