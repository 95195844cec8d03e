#!/usr/bin/env bash
# Checks what holds for files as a whole: their length, no paths of one machine, and pages that name only
# files that exist. Scripts/check-links.sh follows their links.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

report() {
  echo "$1"
  failed=1
}

check_lengths() {
  local lines file
  while read -r lines file; do
    if ((lines > 500)); then
      report "$file:1: $lines lines; a file has at most 500, better 300"
    elif ((lines > 300)); then
      echo "$file:1: warning: $lines lines; better at most 300"
    fi
  done < <(
    find Sources Experiments Benchmarks Documentation Tests Scripts -type f \
      \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.inc' -o -name '*.sh' -o -name '*.py' \) \
      -exec awk 'FNR == 1 && NR > 1 { print lines, file } { lines = FNR; file = FILENAME } END { print lines, file }' {} +
  )
}

# A path below a home or mount folder means something on one machine only.
check_machine_paths() {
  local found
  found=$(git grep -nIE '(^|[^A-Za-z0-9_.})-])/(home|Users|root|work|mnt|scratch)/' || true)
  [[ -z $found ]] || report "$found"$'\n'"paths of one machine; write them relative to the package"
}

# Paths in backticks on the pages of the root.
check_pages() {
  local page target
  while IFS= read -r page; do
    while IFS= read -r target; do
      [[ -e $target ]] || report "$page: names $target, which does not exist"
    done < <(
      { grep -oE '`(Sources|Tests|Experiments|Benchmarks|Scripts)/[A-Za-z0-9_+./-]*`' "$page" || true; } | tr -d '`' | sort -u
    )
  done < <(git ls-files ':(glob)*.md')
}

check_lengths
check_machine_paths
check_pages
exit $failed
