#!/usr/bin/env bash
# Follows every relative link and anchor of the repository's Markdown pages, of the pages of results, and of the documentation
# where it was built. Addresses on the web are counted, and listed with --external, but not fetched.
#
# linkchecker, which Debian has, takes a minute for the pages of results alone: it takes the pictures in them for links, and it
# reads no Markdown, whose headings need the names that they have where repositories are shown.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product documentation-site
check=$(swift build -c release --show-bin-path)/documentation-site
failed=0

mapfile -t pages < <(git ls-files --cached --others --exclude-standard '*.md' 'Results/*.html')
"$check" check-links "$@" "${pages[@]}" || failed=1
if [[ -d .build/docs ]]; then
  mapfile -t pages < <(cd .build/docs && find . -name '*.html' -printf '%P\n' | sort)
  "$check" check-links "$@" --folder .build/docs "${pages[@]}" || failed=1
fi
exit $failed
