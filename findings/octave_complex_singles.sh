#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: in a MEX function that GNU Octave 7.3 builds with interleaved complex numbers (mkoctfile --mex -R2018a), mxGetComplexSingles of
#   a single complex array ends the function with "mex_get_data: type mismatch". mxGetComplexDoubles of a double one and mxGetSingles of a
#   real one work, and mxGetData gives the single complex numbers, re, im, re, im, as MATLAB lays them out.
# Wrong guess: what works for doubles works for singles, and typed access is the safe one of the two, as MATLAB's manual has it.
# Who is hurt: MEX functions for images and k-space, which are single complex: written for MATLAB R2018a, they compile in Octave and end
#   with an error about a type that is right.
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
apt-get "${options[@]}" install --download-only --no-install-recommends octave=7.3.0-2 octave-dev=7.3.0-2 >/dev/null
for package in apt/cache/archives/*.deb; do
  case $package in */libc6_* | */gcc-* | */g++-* | */cpp-*) continue ;; esac
  dpkg-deb -x "$package" root
done
usr=$folder/root/usr lib=$folder/root/usr/lib/x86_64-linux-gnu

cat >numbers.c <<'C'
#include "mex.h"
const int __mx_has_interleaved_complex__ = 1; // as mkoctfile --mex -R2018a adds it
void mexFunction(int n_left, mxArray* left[], int n_right, const mxArray* right[]) {
  const int typed = (int)mxGetScalar(right[1]);
  const void* data = !typed ? mxGetData(right[0]) : mxIsSingle(right[0]) ? (void*)mxGetComplexSingles(right[0]) : (void*)mxGetComplexDoubles(right[0]);
  (void)n_left, (void)left, (void)n_right;
  if (mxIsSingle(right[0])) mexPrintf("%g %g\n", ((float*)data)[0], ((float*)data)[1]);
  else mexPrintf("%g %g\n", ((double*)data)[0], ((double*)data)[1]);
}
C
gcc -shared -fPIC -DMX_HAS_INTERLEAVED_COMPLEX=1 -I "$usr/include/octave-7.3.0/octave" numbers.c -o numbers.mex
export LD_LIBRARY_PATH=$lib:$lib/blas:$lib/lapack:$lib/octave/7.3.0:$folder/root/lib/x86_64-linux-gnu OCTAVE_HOME=$usr OPENBLAS_NUM_THREADS=1
"$usr/bin/octave-cli" --version | head -n 1
# call CLASS TYPED: the first number of 3 + 4i.
call() { "$usr/bin/octave-cli" --quiet --no-init-file --eval "try, numbers(complex($1([3 5]), $1([4 6])), $2), catch e, disp(e.message), end"; }
double_typed=$(call double 1) single_typed=$(call single 1) single_untyped=$(call single 0)
echo "mxGetComplexDoubles of double complex: $double_typed"
echo "mxGetComplexSingles of single complex: $single_typed"
echo "mxGetData of single complex:           $single_untyped"
[ "$double_typed" = "3 4" ] && [ "$single_typed" = "mex_get_data: type mismatch" ] && [ "$single_untyped" = "3 4" ]
