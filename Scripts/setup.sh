#!/usr/bin/env bash
# Installs what building needs and is missing; on a machine that has everything it does nothing and needs no root.
# With the argument `browser`: what the tests in a browser need instead.
# Debian and Ubuntu: through apt. macOS: says what to install.
set -euo pipefail

fail() {
  echo "setup: $*" >&2
  exit 1
}

# What Swift says of its version, or of what keeps it from starting. This program of it loads more libraries than
# `swift --version` does.
ask_swift() {
  text=$(swift package --version 2>&1 || true)
}

swift_loads() {
  [[ $text != *"error while loading shared libraries"* ]]
}

check_version() {
  local version major minor
  version=$(sed -nE 's/.*Swift ([0-9]+)\.([0-9]+).*/\1 \2/p' <<<"$text" | head -n 1)
  read -r major minor <<<"$version" || true
  [[ -n ${major:-} ]] || fail "swift does not start: $(head -n 1 <<<"$text")"
  if ((major < 6 || (major == 6 && minor < 2))); then
    fail "Swift 6.2 or later is needed, this is: $(head -n 1 <<<"$text")"
  fi
}

has_header() {
  local folder
  for folder in /usr/include /usr/local/include "/usr/include/$(uname -m)-linux-gnu"; do
    [[ -e $folder/$1 ]] && return 0
  done
  return 1
}

# Prints the Debian packages whose header, command or file is not there: what Swift needs to start and to link, and
# what the package is built with.
missing_packages() {
  swift_loads || printf '%s\n' libcurl4-openssl-dev libncurses-dev libsqlite3-dev libxml2-dev
  # Elsewhere than on Debian and Ubuntu Swift may link by another linker.
  [[ ! -e /etc/debian_version ]] || command -v ld.gold >/dev/null || echo binutils-gold
  compgen -G '/usr/lib/gcc/*/*/libgcc.a' >/dev/null || echo gcc
  has_header cmark-gfm.h || echo libcmark-gfm-dev
  has_header cmark-gfm-core-extensions.h || echo libcmark-gfm-extensions-dev
  has_header oneapi/dnnl/dnnl.h || echo libdnnl-dev
  has_header lapacke.h || echo liblapacke-dev
  has_header openssl/evp.h || echo libssl-dev
  has_header png.h || echo libpng-dev
  has_header turbojpeg.h || echo libturbojpeg0-dev
  has_header zlib.h || echo zlib1g-dev
  command -v git >/dev/null || echo git
  command -v make >/dev/null || echo make
  [[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt ]] || echo ca-certificates
}

install_packages() {
  command -v apt-get >/dev/null \
    || fail "missing, by their Debian names: $*; install what your system calls them"
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null \
      || fail "some packages are missing; run as root: apt-get update && apt-get install --no-install-recommends $*"
    as_root=(sudo)
  fi
  echo "setup: installing $*"
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Debian's packages for Python belong to its own interpreter, not to another that may stand first in the path.
python=/usr/bin/python3

missing_for_browser() {
  command -v chromium >/dev/null || echo chromium
  command -v chromedriver >/dev/null || echo chromium-driver
  "$python" -c 'import selenium' 2>/dev/null || echo python3-selenium
}

# The accessibility checker, one file of JavaScript, is in no package of Debian's.
install_axe() {
  local folder=.build/browser
  [[ -e $folder/axe_core_python/axe.min.js ]] && return
  "$python" -m pip --version >/dev/null 2>&1 || install_packages python3-pip
  echo "setup: installing axe"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target "$folder" \
    -r Tests/Browser/requirements.txt \
    || fail "axe is missing, and pip could not load axe-core-python into $folder"
}

if [[ ${1:-} == browser ]]; then
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  missing=$(missing_for_browser)
  # shellcheck disable=SC2086
  [[ -z $missing ]] || install_packages $missing || fail "could not install" $missing
  install_axe
  exit
fi

command -v swift >/dev/null || fail "swift is missing: install Swift 6.2 or later from https://swift.org/install"
ask_swift
if swift_loads; then check_version; fi
case $(uname -s) in
Linux)
  missing=$(missing_packages)
  # One package a line, none with spaces.
  if [[ -n $missing ]]; then
    # shellcheck disable=SC2086
    install_packages $missing
    ask_swift
    check_version
  fi
  ;;
Darwin)
  echo "setup: macOS is written for but untested. Needed once:"
  echo "  brew install libpng jpeg-turbo cmark-gfm"
  echo "  export CPATH=\"\$(brew --prefix)/include\" LIBRARY_PATH=\"\$(brew --prefix)/lib\""
  ;;
*) fail "only Linux and macOS are supported, not $(uname -s)" ;;
esac
