#!/usr/bin/env bash
# Makes a virtual environment with the systems that the benchmarks compare with: Benchmarks/Peers/setup.sh [folder].
# The folder is .build/peers unless given. Does nothing where it is complete.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../.build/peers}
wanted=$here/requirements.txt

if [[ -x $folder/bin/python ]] && cmp -s "$wanted" "$folder/installed.txt"; then exit 0; fi
command -v python3 >/dev/null || { echo "setup: python3 is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
python3 -m venv "$folder" \
  || { echo "setup: python3 cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2; exit 1; }

# From the index that pip is set up with. Where that has builds of torch for processors alone, they leave out gigabytes of
# libraries for graphics cards; the general build computes the same.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" "$folder/installed.txt"
command -v c++ >/dev/null || echo "setup: no C++ compiler: torch.compile cannot be measured" >&2
echo "peers: $folder"
