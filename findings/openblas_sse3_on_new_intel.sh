#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: OpenBLAS 0.3.21 (Debian 12) computes with its kernels for Prescott, SSE3 of 2004, on Intel's Raptor Lake (models 183, 186) and
#   Emerald Rapids (model 207), although these have AVX2 or AVX-512: it looks up model numbers, and asks what instructions there are only
#   for some. Two models of the same years, Alder Lake (154) and Granite Rapids (173), get AVX2 kernels.
# Wrong guess: a library that chooses its kernels when it starts asks the CPU for its instructions, so a younger CPU gets at least AVX2.
# Who is hurt: everything that multiplies matrices there, LibTorch's training and NumPy among it: on a Xeon of model 207 a training of
#   small networks took twice as long in all. Nothing says so; OPENBLAS_CORETYPE=Haswell or SkylakeX puts it right, if set before the start.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses. QEMU's user mode stands for the CPUs: the library reads nothing but CPUID.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
needed=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
  qemu-user libopenblas0-pthread | grep -E '^(lib|qemu)' | grep -v -e '^libc6' -e '^libgcc' -e '^qemu-user-static' | sort -u)
for package in $needed; do
  version=""
  [ "$package" != libopenblas0-pthread ] || version="=0.3.21+ds-4"
  apt-get "${options[@]}" download "$package$version" >/dev/null 2>&1 || continue  # a name that others provide
  dpkg-deb -x "$package"_*.deb root
done

cat >core.c <<'C'
#include <stdio.h>
const char* openblas_get_corename(void);
int main(void) {
  __builtin_cpu_init();
  printf("%s, AVX2 %s\n", openblas_get_corename(), __builtin_cpu_supports("avx2") ? "there" : "missing");
  return 0;
}
C
lib=$folder/root/usr/lib/x86_64-linux-gnu
gcc core.c -o core "$lib/openblas-pthread/libopenblas.so.0" -Wl,--unresolved-symbols=ignore-in-shared-libs
for model in 85 154 173 183 186 207; do
  echo "model $model: $(LD_LIBRARY_PATH=$lib root/usr/bin/qemu-x86_64 -E "LD_LIBRARY_PATH=$lib/openblas-pthread:$lib" \
    -cpu "Haswell,vendor=GenuineIntel,family=6,model=$model" ./core 2>/dev/null)"
done | tee said
echo "model 207, told: $(LD_LIBRARY_PATH=$lib root/usr/bin/qemu-x86_64 -E "LD_LIBRARY_PATH=$lib/openblas-pthread:$lib" \
  -E OPENBLAS_CORETYPE=Haswell -cpu Haswell,vendor=GenuineIntel,family=6,model=207 ./core 2>/dev/null)" | tee -a said
echo "OpenBLAS $(dpkg-deb -f libopenblas0-pthread_*.deb Version), QEMU $(dpkg-deb -f qemu-user_*.deb Version)"
diff said - <<'END'
model 85: Haswell, AVX2 there
model 154: Haswell, AVX2 there
model 173: Haswell, AVX2 there
model 183: Prescott, AVX2 there
model 186: Prescott, AVX2 there
model 207: Prescott, AVX2 there
model 207, told: Haswell, AVX2 there
END
echo "as described"
