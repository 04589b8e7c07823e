# Sourced by the other scripts: what they need of Debian, and how it is installed when it is missing.
# shellcheck shell=bash

# The tools and libraries that a build needs.
build_commands=(g++ cmake:cmake ninja:ninja-build ccache:ccache pkg-config:pkg-config)
build_libraries=(
  libboost1.81-dev libpugixml-dev nlohmann-json3-dev libhowardhinnant-date-dev libsqlite3-dev libpq-dev
  libcmark-gfm-dev libcmark-gfm-extensions-dev libgumbo-dev libyaml-cpp-dev libicu-dev libexpat1-dev
  libdeflate-dev libbrotli-dev libzstd-dev libtomlplusplus-dev libcli11-dev libspdlog-dev libssl-dev
  libxxhash-dev catch2 tzdata)

# And one of fuzz targets (scripts/fuzz).
fuzz_commands=("${build_commands[@]}" clang++:clang)
fuzz_libraries=("${build_libraries[@]}" libclang-rt-14-dev)

# need [COMMAND | COMMAND:PACKAGE]... [-- PACKAGE...]: installs the packages whose command, or which themselves, are
# missing. Quick when nothing is.
need() {
  local missing=() word
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    word=$1
    command -v "${word%%:*}" >/dev/null || missing+=("${word#*:}")
    shift
  done
  if [ "${1:-}" = -- ]; then
    shift
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
      sed -n 's/^installed //p') || true # dpkg-query fails when it does not know one
    for word in "$@"; do
      grep -qx "$word" <<<"$installed" || missing+=("$word")
    done
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "these packages are missing, and neither root nor sudo is here to install them: ${missing[*]}" >&2
      return 1
    }
    root=(sudo)
  fi
  echo "installing ${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! { "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "${missing[@]}"; } >"$log" 2>&1; then
    echo "apt-get could not install ${missing[*]}:" >&2
    tail -5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
