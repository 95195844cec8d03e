#!/usr/bin/env bash
# Holds the import lines of every Swift file against the table below. SwiftPM itself lets an undeclared import
# of a module that happens to be built pass.
set -euo pipefail
cd "$(dirname "$0")/.."

# Folder: the modules its files may import. A folder's row also covers the folders in it; the longest row wins.
# Only engine folders name system libraries. "*" allows everything that is not forbidden below.
table='
Sources/Foundations: Foundation Synchronization
Sources/ImageFiles: CPNG CTurboJPEG CZLib Foundations Foundation
Sources/Tensors: CDNNL CLAPACK CKernels Foundations Accelerate Darwin Glibc Dispatch Synchronization Foundation
Sources/ArrayFiles: CZLib Foundations Tensors Foundation
Sources/Layers: Foundations Tensors Foundation
Sources/Energies: Foundations Tensors Layers
Sources/Dynamics: Foundations Tensors Energies
Sources/Landscapes: Foundations Tensors Energies Dynamics Foundation
Sources/Transformers: Foundations Tensors ArrayFiles Layers Energies Dynamics Foundation
Sources/Memories: Foundations Tensors ArrayFiles Energies Dynamics Synchronization Foundation
Sources/HopfieldLayers: Foundations Tensors ArrayFiles Layers Energies Synchronization Foundation
Sources/Encoders: Foundations Tensors ArrayFiles Energies Synchronization Foundation
Sources/Baselines: Foundations Tensors Layers Synchronization Foundation
Sources/Datasets: Foundations Tensors ArrayFiles ImageFiles Dispatch Synchronization Foundation
Sources/Training: Foundations Tensors ArrayFiles Foundation
Sources/Reporting: CCrypto CMarkGFM CommonCrypto Foundations ImageFiles Synchronization Foundation
Sources/EnergyTesting: Foundations Tensors ArrayFiles Energies Dynamics Landscapes Foundation
Sources/EnergyTransformer: Foundations ImageFiles Tensors ArrayFiles Layers Energies Dynamics Landscapes Transformers Memories HopfieldLayers Encoders Datasets Training
Experiments: EnergyTransformer Baselines Reporting Kit ArgumentParser Foundation
Experiments/EnergyTransformer: EnergyTransformer Reporting Kit ArgumentParser FlyingFox FlyingSocks Dispatch Foundation
Experiments/OwnEnergy: EnergyTransformer EnergyTesting Reporting Foundation
Experiments/Kit: EnergyTransformer Reporting ArgumentParser Synchronization Foundation
Documentation/Site: Reporting Foundation
Documentation/Command: DocumentationSite ArgumentParser Foundation
Benchmarks/Measurements: Foundation
Benchmarks/Performance: EnergyTransformer Baselines Reporting Kit Measurements ProcessControl ArgumentParser Foundation
Benchmarks/Operations: EnergyTransformer Benchmark
Tests/TestSupport: Tensors Testing Foundation
Tests: *
'
# Nothing imports an executable, and tests reach system libraries only through the modules that wrap them.
executables=$(
  sed -n '/isDependency {/,$p' Package.swift | grep -oE '\("[a-z-]+", "|name: "[a-z-]+"' | sed 's/^name: //' \
    | tr -d '(", ' | tr '-' '_' | tr '\n' ' '
)
forbidden="$executables CCrypto CDNNL CMarkGFM CLAPACK CPNG CTurboJPEG CZLib"

find Sources Experiments Benchmarks Documentation Tests -name '*.swift' -print0 | sort -z | xargs -0 awk -v table="$table" -v forbidden="$forbidden" '
  BEGIN {
    count = split(table, lines, "\n")
    for (i = 1; i <= count; i++) {
      colon = index(lines[i], ":")
      if (colon > 0) allowed[substr(lines[i], 1, colon - 1)] = substr(lines[i], colon + 2)
    }
  }
  FNR == 1 {
    row = ""
    for (folder in allowed)
      if (index(FILENAME, folder "/") == 1 && length(folder) > length(row)) row = folder
    if (row == "") { printf "%s:1: this folder has no row in Scripts/check-imports.sh\n", FILENAME; bad = 1 }
  }
  row != "" && /^[ \t]*(@[A-Za-z_]+(\([^)]*\))?[ \t]+)*((public|package|internal|fileprivate|private)[ \t]+)?import[ \t]/ {
    name = $0
    sub(/^.*import[ \t]+/, "", name)
    sub(/^(struct|class|enum|protocol|typealias|func|let|var)[ \t]+/, "", name)
    sub(/[^A-Za-z0-9_].*$/, "", name)
    if (allowed[row] == "*") {
      if (index(" " forbidden " ", " " name " ")) {
        printf "%s:%d: imports %s; %s may import everything but %s\n", FILENAME, FNR, name, row, forbidden
        bad = 1
      }
    } else if (!index(" " allowed[row] " ", " " name " ")) {
      printf "%s:%d: imports %s; %s may import %s\n", FILENAME, FNR, name, row, allowed[row]
      bad = 1
    }
  }
  END { exit bad }
'
