public import ArgumentParser
public import EnergyTransformer
import Foundation
import Kit

/// A generated task whose answers are known.
enum GeneratedTask: String, ExpressibleByArgument, CaseIterable {
  /// Nested calculations with their steps.
  case listOps = "listops"
  /// Brackets between words that agree.
  case brackets
}

extension CharacterUnit: ExpressibleByArgument {}
extension LearnedStepKind: ExpressibleByArgument {}

/// What is predicted.
struct DataOptions: ParsableArguments, RecordedOptions {
  @Option(
    help: "A text file: the first nine tenths are learned from, the rest is predicted. When left out: --task."
  )
  var data: String?
  @Option(help: "What a character of the text is: scalars or bytes.") var unit = CharacterUnit.scalars
  @Option(help: "Without --data, a generated task: listops or brackets.") var task = GeneratedTask.listOps
  @Option(help: "ListOps: the most operations inside one another.") var depth = 2
  @Option(help: "Generated tasks: sequences that models are judged on.") var sequences = 200
  @Option(help: "ListOps: calculations that models are asked for.") var questions = 500

  func validate() throws {
    try checkNames([("data", data)])
    try checkRanges([
      ("depth", depth, 1...6), ("sequences", sequences, 1...100_000), ("questions", questions, 1...100_000),
    ])
  }

  var recordedOtherwise: [String: String?] { ["data": String(lastPartOf: data) ?? "none"] }
}

/// The sizes of the energy model; those of the others follow from its number of parameters.
struct ModelOptions: ParsableArguments {
  @Option(help: "Size of a token.") var dimension = 128
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Size of a head's queries and keys.") var keySize = 32
  @Option(help: "Memories of a block.") var memories = 512
  @Option(help: "Blocks with weights of their own.") var blocks = 1
  @Option(help: "Steps of a block's descent.") var steps = 6
  @Option(help: "Step size alpha.") var stepSize = 1.0
  @Option(help: "What is learned of the steps: constant, per-step, diagonal, positive-definite or free.")
  var learnedSteps = LearnedStepKind.constant
  @Flag(help: "A token sees itself too, which takes away that no step of any size raises its own energy.")
  var seesItself = false
  @Flag(help: "Heads of the full form g · J g in place of queries and keys.") var bilinear = false
  @Flag(help: "The head's matrix is the embedding, in all models.") var tiedHead = false
  @Option(help: "Most characters that a prediction looks back.") var context = 128
  @Option(help: "Share that training leaves out, in all models.") var dropout = 0.0

  func validate() throws {
    try checkRanges([
      ("dimension", dimension, 2...65_536), ("heads", heads, 1...1_024), ("key-size", keySize, 1...4_096),
      ("memories", memories, 1...1_000_000), ("blocks", blocks, 1...100), ("steps", steps, 1...1_000),
      ("context", context, 2...65_536),
    ])
    try checkRanges([("step-size", stepSize, .above(0, upTo: 1_000)), ("dropout", dropout, .share)])
  }

  /// The energy model over some symbols.
  func energy(symbolCount: Int, isCausal: Bool) -> TextEnergyTransformerConfiguration {
    var block = EnergyTransformerConfiguration.learning(
      dimension: dimension, headCount: heads, keySize: keySize, memoryCount: memories)
    (block.includesSelf, block.usesBilinearAttention) = (seesItself, bilinear)
    (block.learnedSteps, block.learnedStepCount) = (learnedSteps, steps)
    var result = TextEnergyTransformerConfiguration(
      vocabularySize: symbolCount, contextLength: context, block: block)
    (result.blockCount, result.isCausal, result.tiesHead) = (blocks, isCausal, tiedHead)
    result.dropout = dropout
    return result
  }

  var descent: DescentSettings { DescentSettings(steps: steps, stepSize: stepSize) }
}

/// How all models learn.
struct TrainingOptions: ParsableArguments {
  @Option(help: "The models: energy, conventional, conventional-shared, recurrent, ngram.")
  var methods = LanguageMethod.allCases
  @Option(help: "Minutes that each model may train; its number of updates follows from the first ones.")
  var minutes = 5.0
  @Option(help: "Updates of each model, in place of --minutes.") var updates: Int?
  @Option(help: "Sequences an update.") var batch = 32
  @Option(help: "Muon's rate for matrices.") var muonRate = 0.03
  @Option(help: "AdamW's rate for all else.") var rate = 0.01
  @Option(help: "Weight decay of matrices.") var weightDecay = 0.05
  @Option(help: "Rates that each model tries, of a list of four; 0 takes --muon-rate and --rate for all.")
  var trials = 0
  @Option(help: "Share of the training that a trial takes.") var trialShare = 0.15
  @Flag(help: "Also train to fill in masked characters: the energy model and the conventional one.")
  var masked = false

  func validate() throws {
    try checkRanges([
      ("updates", updates ?? 1, 1...100_000_000), ("batch", batch, 1...1_000_000),
      ("trials", trials, 0...LanguageTuning.candidates.count),
    ])
    try checkRanges([("minutes", minutes, .above(0, upTo: 100_000)), ("trial-share", trialShare, .part)])
    try checkRates([("muon-rate", muonRate), ("rate", rate), ("weight-decay", weightDecay)])
    if methods.isEmpty { throw ValidationError("--methods must name a model") }
  }
}

/// What the models write.
struct SampleOptions: ParsableArguments {
  @Option(help: "Characters that each model writes.") var characters = 400
  @Option(help: "Temperature at which characters are drawn.") var temperature = 0.8
  @Option(help: "Most probable characters that are drawn from; 0 for all.") var topK = 0

  func validate() throws {
    try checkRanges([("characters", characters, 1...1_000_000), ("top-k", topK, 0...100_000)])
    try checkRanges([("temperature", temperature, .range(0...100))])
  }

  var sampling: SymbolSampling { SymbolSampling(temperature: temperature, topK: topK == 0 ? nil : topK) }
}
