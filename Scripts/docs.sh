#!/usr/bin/env bash
# Builds the reference pages of all public declarations from the doc comments, with the toolchain's own docc,
# into .build/docs. To read them: python3 -m http.server -d .build/docs, then open /documentation.
set -euo pipefail
cd "$(dirname "$0")/.."

modules="Foundations ImageFiles Tensors ArrayFiles Layers Energies Dynamics Landscapes Transformers Memories HopfieldLayers Encoders Baselines Datasets Training Reporting EnergyTesting"
swift build -c release --target EnergyTransformer
swift build -c release --target EnergyTesting
products=$(swift build -c release --show-bin-path)
target=$(swift -print-target-info | sed -nE 's/.*"unversionedTriple": "([^"]+)".*/\1/p' | head -n 1)
graphs=.build/docs-symbols
rm -rf "$graphs" .build/docs
mkdir -p "$graphs"
for module in $modules; do
  swift symbolgraph-extract -module-name "$module" -target "$target" -minimum-access-level public \
    -skip-inherited-docs -output-dir "$graphs" -I "$products/Modules" \
    -Xcc "-fmodule-map-file=$products/CKernels.build/module.modulemap" \
    -I Sources/CCrypto -I Sources/CDNNL -I Sources/CLAPACK -I Sources/CMarkGFM -I Sources/CPNG -I Sources/CTurboJPEG -I Sources/CZLib
done
docc convert --additional-symbol-graph-dir "$graphs" --output-dir .build/docs \
  --fallback-display-name "Energy Transformer" --fallback-bundle-identifier energy-transformer
echo "reference pages: .build/docs"
