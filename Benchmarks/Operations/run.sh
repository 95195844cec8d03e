#!/usr/bin/env bash
# Times single operations and writes their page: Benchmarks/Operations/run.sh [page].
# The page is Results/performance/operations.md unless given. Builds into a folder of its own, since the manifest has
# one package more.
set -euo pipefail
cd "$(dirname "$0")/../.."
page=${1:-Results/performance/operations.md}
export ENERGY_TRANSFORMER_BENCHMARKS=1

found=$(mktemp)
trap 'rm -f "$found"' EXIT
swift package --scratch-path .build/operations benchmark --target operations --no-progress --format markdown \
  --path stdout >"$found"
grep -q '^### ' "$found" || { tail -n 3 "$found" >&2; exit 1; }

changed=$(git status --porcelain 2>/dev/null | head -n 1)
mkdir -p "$(dirname "$page")"
{
  echo "# Operations"
  echo
  echo "Wall-clock times of single operations with 2 threads. \`Benchmarks/Operations/run.sh\`, seed 7, commit" \
    "$(git rev-parse --short=10 HEAD)${changed:++}, random numbers," \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)."
  echo
  # What stands before the first operation names the host.
  sed -n '/^### /,$p' "$found" | sed -e 's/^### /## /' | cat -s
} >"$page.partial"
mv "$page.partial" "$page"
echo "page: $page"
