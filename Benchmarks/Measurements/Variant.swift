/// One way to compute the work: a system and how it is used.
package struct Variant: Hashable, Sendable {
  /// Whose it is.
  package enum System: Sendable { case own, jax, torch }

  /// What workers are called by.
  package let name: String
  /// What tables call it.
  package let label: String
  package let system: System
  /// Whether the weights are constants that are prepared outside the timed region.
  package var freezesWeights = false

  package init(name: String, label: String, system: System, freezesWeights: Bool = false) {
    (self.name, self.label, self.system, self.freezesWeights) = (name, label, system, freezesWeights)
  }

  /// The library as a user calls it.
  package static let own = Variant(name: "own", label: "this library", system: .own)
  /// The library with its closed forms put aside: what a user's own energy gets.
  package static let ownGeneric = Variant(
    name: "own-generic", label: "this library, by differentiation", system: .own)
  /// The library with an elementwise term of a user's beside attention and memories. It computes other numbers.
  package static let ownTerm = Variant(
    name: "own-term", label: "this library, with a user's term", system: .own)
  /// JAX by automatic differentiation: what the others' numbers are held against.
  package static let jaxAutomatic = Variant(
    name: "jax-automatic", label: "JAX, automatic", system: .jax)

  /// The whole model of nodes, from features to classes, around the block on a graph; forward only.
  package static let ownModel = Variant(
    name: "own-model", label: "this library, whole model", system: .own, freezesWeights: true)
  /// PyTorch's automatic differentiation of the energy on a graph: what the numbers of blocks on graphs are held against.
  package static let graphAutomatic = Variant(
    name: "torch-graph-automatic", label: "PyTorch Geometric, autograd", system: .torch)

  /// Blocks on graphs: the library, and PyTorch with the operations of PyTorch Geometric.
  package static let onGraphs = [
    own, graphAutomatic,
    Variant(name: "torch-graph-closed", label: "PyTorch Geometric, closed form", system: .torch),
    Variant(
      name: "torch-graph-sorted", label: "PyTorch Geometric, closed form, sorted edges", system: .torch),
    Variant(name: "torch-graph-compiled", label: "PyTorch Geometric, a step compiled", system: .torch),
  ]

  /// JAX as HAMUX writes a layered network: what the numbers of layered networks are held against.
  package static let layeredAutomatic = Variant(
    name: "jax-layered-automatic", label: "JAX, in HAMUX's way", system: .jax)

  /// Layered networks: the library, and JAX.
  package static let onLayers = [
    own, layeredAutomatic, Variant(name: "jax-layered-closed", label: "JAX, closed form", system: .jax),
  ]

  /// PyTorch with a cache of keys: what the logits of generation are held against.
  package static let cached = Variant(
    name: "torch-cached", label: "PyTorch, cache of keys", system: .torch, freezesWeights: true)

  /// The continuation of a sequence: the library, and PyTorch.
  package static let ofGeneration = [
    own, cached,
    Variant(
      name: "torch-cached-compiled", label: "PyTorch, cache of keys, a symbol compiled", system: .torch,
      freezesWeights: true),
  ]

  /// Everything that is measured of images and token sets, the library first.
  package static let all = [
    own, ownGeneric, jaxAutomatic,
    Variant(name: "jax-closed", label: "JAX, closed form", system: .jax),
    Variant(name: "torch-automatic", label: "PyTorch, autograd", system: .torch),
    Variant(name: "torch-closed", label: "PyTorch, closed form", system: .torch),
    Variant(name: "torch-compiled-step", label: "PyTorch, a step compiled", system: .torch),
    Variant(name: "torch-compiled", label: "PyTorch, all steps compiled", system: .torch),
    Variant(
      name: "torch-frozen-step", label: "PyTorch, a step compiled, frozen weights", system: .torch,
      freezesWeights: true),
    Variant(
      name: "torch-frozen", label: "PyTorch, all steps compiled, frozen weights", system: .torch,
      freezesWeights: true),
  ]

  /// Whether it can do the work: frozen weights have no gradients.
  package func does(_ work: Work) -> Bool { work == .forward || !freezesWeights }

  /// The name as a part of a summary's names.
  package var summaryName: String { name.split(separator: "-").joined(separator: "_") }
}
