#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: xsimd 13.2.0 stops with #error where the compiler has AVX-512 F, BW, DQ and VL, but not CD, even if no conflict
#   detection is used; xsimd 8.1.0 compiles the same source with the same flags.
# Wrong guess: F, BW, DQ and VL are what batch<float, avx512bw> needs, because those are the features its instructions come from.
# Who is hurt: whoever lists per-file flags for run-time dispatch. The file builds on Debian 12 and not on Debian 13; and a
#   detection that asks the CPU for four features must now ask for five, because the compiler may use the fifth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# fetch RELEASE VERSION: headers of that release's package into folder RELEASE, from the archive that this machine uses.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
fetch() {
  local release=$1 version=$2
  mkdir -p "apt-$release/lists/partial" "apt-$release/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $release main" >"apt-$release/sources.list"
  local options=(-q -o "Dir::Etc::sourcelist=$folder/apt-$release/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$folder/apt-$release/lists" -o "Dir::Cache=$folder/apt-$release/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update >/dev/null
  apt-get "${options[@]}" download "libxsimd-dev=$version" >/dev/null
  dpkg-deb -x libxsimd-dev_"$version"_*.deb "$release"
  rm libxsimd-dev_*.deb
}
fetch bookworm 8.1.0-7
fetch trixie 13.2.0-1

cat >four.cpp <<'C'
#include <xsimd/xsimd.hpp>
using Vec = xsimd::batch<float, xsimd::avx512bw>;
Vec twice(Vec x) { return x + x; }
C
four=(-std=c++17 -mavx512f -mavx512bw -mavx512dq -mavx512vl)

# outcome NAME RELEASE FLAGS...: compiles, and prints what came of it.
outcome() {
  local name=$1 release=$2
  shift 2
  if g++ -c four.cpp -o four.o -I "$release/usr/include" "${four[@]}" "$@" 2>errors.txt; then
    echo "$name: compiles"
  else
    echo "$name: $(grep -m 1 -o '#error .*' errors.txt || echo 'another error')"
  fi
}
seen=$(outcome "xsimd 8.1.0, F BW DQ VL" bookworm
  outcome "xsimd 13.2.0, F BW DQ VL" trixie
  outcome "xsimd 13.2.0, F BW DQ VL CD" trixie -mavx512cd)
g++ --version | head -n 1
echo "$seen"
expected='xsimd 8.1.0, F BW DQ VL: compiles
xsimd 13.2.0, F BW DQ VL: #error "architecture inconsistency: avx512dq requires avx512cd"
xsimd 13.2.0, F BW DQ VL CD: compiles'
[ "$seen" = "$expected" ] || { echo "this has changed"; exit 1; }
