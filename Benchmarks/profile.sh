#!/usr/bin/env bash
# Where the time of a run goes, by part, for the paper and small workloads and for the training of masked-images:
# samples of Linux's perf on one thread, into Results/performance/profile.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-10}
output=Results/performance/profile.md
samples=$(mktemp)
run=$(mktemp -d)
trap 'rm -rf "$samples" "$run"' EXIT
command -v perf > /dev/null || { echo "profile.sh: perf is missing (Debian: linux-perf)" >&2; exit 1; }
swift build -c release --product performance
swift build -c release --product masked-images
programs=$(swift build -c release --show-bin-path)
program=$programs/performance

# Shares of samples by what a function is for.
parts() {
  perf report -i "$samples" --stdio --no-children -g none -F overhead,symbol 2> /dev/null | awk '
    /^ *[0-9.]+%/ {
      share = $1 + 0; name = $0
      if (name ~ /et_tile_.*_0_/) part = "products of rows: projections, Wᵀ, scores, mixtures"
      else if (name ~ /et_tile_.*_1_/ || name ~ /et_product/) part = "products of columns: gradients of weights, mixtures of queries"
      else if (name ~ /et_attend|et_softmax|_log_/) part = "attention outside its products: softmax, keys as panels"
      else if (name ~ /et_recall/) part = "memories outside their products"
      else if (name ~ /et_normalize/) part = "layer norm"
      else if (name ~ /et_pack/) part = "packing weights"
      else if (name ~ /\[k\]/) part = "operating system"
      else part = "all else: copies, sums, the loss, the Swift runtime"
      sum[part] += share
    }
    END { for (part in sum) printf "| %s | %.1f %% |\n", part, sum[part] }' | sort -t'|' -k3 -rn
}

{
  echo "# Where the time goes"
  echo
  echo "One thread, samples by perf over $seconds s each, commit $(git rev-parse --short HEAD), made by"
  echo "\`Benchmarks/profile.sh\`. The first two rows are matrix products, which no other form of the work avoids."
  for configuration in paper small; do
    for work in forward training; do
      # Weights and tokens are made in the first two seconds.
      perf record -D 2000 -o "$samples" -q -- "$program" repeat --configuration "$configuration" --work "$work" --seconds "$((seconds + 2))" > /dev/null
      echo
      echo "## $configuration, $work"
      echo
      echo "| part | share |"
      echo "| --- | ---: |"
      parts
    done
  done
  # Two epochs at 12 steps; the share of training outside the energy block is what the fused kernels do not have.
  perf record -D 2000 -o "$samples" -q -- "$programs/masked-images" --epochs 2 --threads 1 --output "$run" > /dev/null
  echo
  echo "## masked-images, training and judging of two epochs on the embedded digits"
  echo
  echo "The last parts are what is outside the energy block: encoder, decoder, losses, optimisers, data."
  echo
  echo "| part | share |"
  echo "| --- | ---: |"
  parts
  cat << 'NEXT'

## What the next step would be

Products of matrices are most of the time and run near the rate of multiply-adds in registers, so what is left in this
form of the work is small: packing keys by vector shuffles and a softmax over several heads at once for few tokens, and
for one large example fewer meetings of the threads, which wait for each other five times a step. More than that takes
fewer operations: fewer steps for the same energy (`descent-methods`), or products in bfloat16 with sums in single
precision on processors that have them, which doubles the rate and costs three digits of the weights.
NEXT
} > "$output.new"
mv "$output.new" "$output"
echo "$output"
