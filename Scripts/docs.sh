#!/usr/bin/env bash
# Builds the documentation into .build/docs: articles, modules and results as plain pages that open from disk, at index.html.
# The toolchain's docc reads the doc comments of all public declarations and the articles; a warning of it is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

# docc's own pages are a program that fetches its text and so needs a server, also with
# --experimental-transform-for-static-hosting-with-content. What it writes under data/ is all of the text, which
# `documentation-site` turns into pages.
swift build -c release
products=$(swift build -c release --show-bin-path)
target=$(swift -print-target-info | sed -nE 's/.*"unversionedTriple": "([^"]+)".*/\1/p' | head -n 1)
graphs=.build/docs-symbols archive=.build/docs-archive
rm -rf "$graphs" "$archive"
mkdir -p "$graphs"

headers=(-Xcc "-fmodule-map-file=$products/CKernels.build/module.modulemap")
for map in Sources/C*/module.modulemap; do headers+=(-I "$(dirname "$map")"); done
extract() {
  swift symbolgraph-extract -module-name "$1" -target "$target" -minimum-access-level public \
    -skip-inherited-docs -skip-synthesized-members -output-dir "$graphs" -I "$products/Modules" "${headers[@]}"
}
# Every folder of Swift sources is a module.
for folder in Sources/*/; do
  module=$(basename "$folder")
  [[ $module == C[A-Z]* ]] || extract "$module"
done

# Without docc's own pages: their copying fails where the toolchain belongs to another user, such as root.
docc convert Sources/EnergyTransformer/Documentation.docc --additional-symbol-graph-dir "$graphs" \
  --no-transform-for-static-hosting --output-dir "$archive" --fallback-display-name EnergyTransformer \
  --fallback-bundle-identifier energy-transformer --warnings-as-errors
"$products/documentation-site" build --archive "$archive" --results Results --output .build/docs
