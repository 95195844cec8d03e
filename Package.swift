// swift-tools-version: 6.2
// Targets stand in import order: a target imports only targets above it. Scripts/check-imports.sh holds
// the import lines of every file against the same table.
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func experiment(_ name: String, folder: String, files: [String] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "EnergyTransformer", "Baselines", "Reporting", "Kit", "ProgramMemory", argumentParser,
    ],
    path: "Experiments/\(folder)", exclude: ["README.md"] + files, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], resources: resources, swiftSettings: strict)
}

// In the checkout of a package that imports the library, the experiments and what only they need stay out: importing the
// library brings in no other Swift package. While it resolves versions, SwiftPM reads the manifest at "/"; checkouts lie in a
// folder beside that of the repositories they come from, wherever the build folder is. A package that names this one by a path
// leaves the experiments out with `traits: []`.
let folder = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent()
let repositories = folder.deletingLastPathComponent().appendingPathComponent("repositories").path
let isDependency =
  Context.packageDirectory == "/"
  || folder.lastPathComponent == "checkouts" && FileManager.default.fileExists(atPath: repositories)

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Experiments"]))

let package = Package(
  name: "energy-transformer",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "EnergyTransformer", targets: ["EnergyTransformer"]),
    .library(name: "EnergyTesting", targets: ["EnergyTesting"]),
    .library(name: "Baselines", targets: ["Baselines"]),
    .library(name: "Reporting", targets: ["Reporting"]),
  ],
  targets: [
    // MARK: Engine: system libraries and C kernels, the only place that names them
    .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CLAPACK", providers: [.apt(["liblapacke-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CZLib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CMarkGFM",
      providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"]), .brew(["cmark-gfm"])]),
    .target(name: "CKernels"),

    // MARK: Library
    library("Foundations", []),
    library("ImageFiles", ["CPNG", "CTurboJPEG", "CZLib", "Foundations"]),
    library(
      "Tensors",
      [
        .target(name: "CDNNL", condition: .when(platforms: [.linux])),
        .target(name: "CLAPACK", condition: .when(platforms: [.linux])), "CKernels", "Foundations",
      ]),
    library("ArrayFiles", ["CZLib", "Foundations", "Tensors"]),
    library("Layers", ["Foundations", "Tensors"]),
    library("Energies", ["Foundations", "Tensors", "Layers"]),
    library("Dynamics", ["Foundations", "Tensors", "Energies"]),
    library("Landscapes", ["Foundations", "Tensors", "Energies", "Dynamics"]),
    library("Transformers", ["Foundations", "Tensors", "ArrayFiles", "Layers", "Energies", "Dynamics"]),
    library("Memories", ["Foundations", "Tensors", "ArrayFiles", "Energies", "Dynamics"]),
    library("HopfieldLayers", ["Foundations", "Tensors", "ArrayFiles", "Layers", "Energies"]),
    library("Encoders", ["Foundations", "Tensors", "ArrayFiles", "Energies"]),
    library("Baselines", ["Foundations", "Tensors", "Layers"]),
    library(
      "Datasets", ["Foundations", "Tensors", "ArrayFiles", "ImageFiles"],
      resources: [.copy("Resources/digits")]),
    library("Training", ["Foundations", "Tensors", "ArrayFiles"]),
    library(
      "Reporting",
      [
        .target(name: "CCrypto", condition: .when(platforms: [.linux])), "CMarkGFM", "Foundations",
        "ImageFiles",
      ],
      resources: [.copy("Resources/web")]),
    library("EnergyTesting", ["Foundations", "Tensors", "ArrayFiles", "Energies", "Dynamics", "Landscapes"]),
    library(
      "EnergyTransformer",
      [
        "Foundations", "ImageFiles", "Tensors", "ArrayFiles", "Layers", "Energies", "Dynamics",
        "Landscapes", "Transformers",
        "Memories", "HopfieldLayers", "Encoders", "Datasets", "Training",
      ]),

    // MARK: Tests
    .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport", swiftSettings: strict),
    tests("FoundationsTests", ["Foundations"]),
    tests("ImageFilesTests", ["ImageFiles"]),
    tests("TensorsTests", ["Tensors"]),
    tests("ArrayFilesTests", ["ArrayFiles"], resources: [.copy("Fixtures")]),
    tests("LayersTests", ["Layers"]),
    tests("EnergiesTests", ["Energies", "ArrayFiles", "EnergyTesting"], resources: [.copy("Fixtures")]),
    tests("DynamicsTests", ["Dynamics", "ArrayFiles", "EnergyTesting"], resources: [.copy("Fixtures")]),
    tests("LandscapesTests", ["Landscapes", "Energies", "Dynamics"]),
    tests(
      "TransformersTests", ["Transformers", "Layers", "ArrayFiles", "Energies", "Dynamics"],
      resources: [.copy("Fixtures")]),
    tests("MemoriesTests", ["Memories", "ArrayFiles", "Energies"]),
    tests(
      "HopfieldLayersTests", ["HopfieldLayers", "ArrayFiles", "Energies"], resources: [.copy("Fixtures")]),
    tests("EncodersTests", ["Encoders", "Memories", "ArrayFiles"], resources: [.copy("Fixtures")]),
    tests("BaselinesTests", ["Baselines", "Layers", "HopfieldLayers"]),
    tests("DatasetsTests", ["Datasets", "ArrayFiles", "ImageFiles"], resources: [.copy("Fixtures")]),
    tests("TrainingTests", ["Training", "ArrayFiles"]),
    tests("ReportingTests", ["Reporting"]),
    tests("EnergyTestingTests", ["Tensors", "Energies", "Dynamics", "Landscapes", "EnergyTesting"]),
    tests("ExperimentTests", ["EnergyTransformer", "Baselines", "Reporting", "EnergyTesting"]),
  ]
)

if !isDependency {
  // MARK: Experiments
  package.traits = [.default(enabledTraits: ["Experiments"]), .trait(name: "Experiments")]
  package.dependencies.append(.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"))
  // How every experiment ends where there is no memory left; nothing of it is imported.
  package.targets.append(
    .target(name: "ProgramMemory", path: "Experiments/ProgramMemory", exclude: ["README.md"]))
  // What experiments share: not a product, nobody else's to import.
  package.targets.append(
    .target(
      name: "Kit",
      dependencies: ["EnergyTransformer", "Reporting", argumentParser], path: "Experiments/Kit",
      exclude: ["README.md"],
      swiftSettings: strict))
  for (name, folder) in [
    ("masked-images", "MaskedImages"), ("descent-methods", "DescentMethods"), ("descend", "Descend"),
    ("graph-classification", "GraphClassification"), ("graph-nodes", "GraphNodes"),
    ("memory-retrieval", "MemoryRetrieval"), ("multiple-instance", "MultipleInstance"),
    ("attention-regimes", "AttentionRegimes"), ("results-tables", "ResultsTables"),
    ("hierarchical-memory", "HierarchicalMemory"), ("implicit-gradients", "ImplicitGradients"),
    ("energy-landscape", "EnergyLandscape"), ("generation", "Generation"), ("language", "Language"),
  ] {
    let files = name == "attention-regimes" ? ["pairs.tsv"] : []
    package.targets.append(experiment(name, folder: folder, files: files))
    package.products.append(.executable(name: name, targets: [name]))
  }

  // What uses a trained model: a command for one picture, and a local page over a small HTTP server.
  package.dependencies.append(.package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"))
  package.targets.append(
    .executableTarget(
      name: "energy-transformer",
      dependencies: [
        "EnergyTransformer", "Reporting", "Kit", "ProgramMemory", argumentParser,
        .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["Experiments"])),
        .product(name: "FlyingSocks", package: "FlyingFox", condition: .when(traits: ["Experiments"])),
      ],
      path: "Experiments/EnergyTransformer", exclude: ["README.md"], resources: [.copy("Resources/page")],
      swiftSettings: strict))
  package.products.append(.executable(name: "energy-transformer", targets: ["energy-transformer"]))

  // What documentation quotes: an energy of one's own from its definition to its picture, without what experiments share.
  package.targets.append(
    .executableTarget(
      name: "own-energy", dependencies: ["EnergyTransformer", "EnergyTesting", "Reporting"],
      path: "Experiments/OwnEnergy", exclude: ["README.md"], swiftSettings: strict))
  package.products.append(.executable(name: "own-energy", targets: ["own-energy"]))

  // The documentation's pages, and the checker of links.
  package.targets += [
    .target(
      name: "DocumentationSite", dependencies: ["Reporting"], path: "Documentation/Site",
      resources: [.copy("Resources/pages")], swiftSettings: strict),
    .executableTarget(
      name: "documentation-site", dependencies: ["DocumentationSite", argumentParser],
      path: "Documentation/Command", swiftSettings: strict),
    tests("DocumentationSiteTests", ["DocumentationSite"]),
  ]
  package.products.append(.executable(name: "documentation-site", targets: ["documentation-site"]))

  // MARK: Benchmarks: the library beside other systems
  package.targets += [
    .target(name: "ProcessControl", path: "Benchmarks/ProcessControl"),
    .target(name: "Measurements", path: "Benchmarks/Measurements", swiftSettings: strict),
    .executableTarget(
      name: "performance",
      dependencies: [
        "Measurements", "ProcessControl", "EnergyTransformer", "Baselines", "Reporting", "Kit",
        argumentParser,
      ],
      path: "Benchmarks/Performance", swiftSettings: strict),
    tests("MeasurementsTests", ["Measurements"]),
  ]
  package.products.append(.executable(name: "performance", targets: ["performance"]))

  // Its package comes in only where ENERGY_TRANSFORMER_BENCHMARKS asks for it, and without what counts allocations.
  if Context.environment["ENERGY_TRANSFORMER_BENCHMARKS"] != nil {
    package.dependencies.append(
      .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []))
    package.targets.append(
      .executableTarget(
        name: "operations",
        dependencies: ["EnergyTransformer", .product(name: "Benchmark", package: "benchmark")],
        path: "Benchmarks/Operations", exclude: ["run.sh"], swiftSettings: strict,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
  }
}
