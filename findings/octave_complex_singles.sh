#!/usr/bin/env bash
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
apt-get install -q -y --no-install-recommends octave-dev=7.3.0-2 >/dev/null

cat >numbers.c <<'C'
#include "mex.h"
void mexFunction(int n_left, mxArray* left[], int n_right, const mxArray* right[]) {
  const int typed = (int)mxGetScalar(right[1]);
  const void* data = !typed ? mxGetData(right[0]) : mxIsSingle(right[0]) ? (void*)mxGetComplexSingles(right[0]) : (void*)mxGetComplexDoubles(right[0]);
  (void)n_left, (void)left, (void)n_right;
  if (mxIsSingle(right[0])) mexPrintf("%g %g\n", ((float*)data)[0], ((float*)data)[1]);
  else mexPrintf("%g %g\n", ((double*)data)[0], ((double*)data)[1]);
}
C
mkoctfile --mex -R2018a -o numbers.mex numbers.c
octave-cli --version | head -n 1
# call CLASS TYPED: the first number of 3 + 4i.
call() { octave-cli --quiet --no-init-file --eval "try, numbers(complex($1([3 5]), $1([4 6])), $2), catch e, disp(e.message), end"; }
double_typed=$(call double 1) single_typed=$(call single 1) single_untyped=$(call single 0)
echo "mxGetComplexDoubles of double complex: $double_typed"
echo "mxGetComplexSingles of single complex: $single_typed"
echo "mxGetData of single complex:           $single_untyped"
[ "$double_typed" = "3 4" ] && [ "$single_typed" = "mex_get_data: type mismatch" ] && [ "$single_untyped" = "3 4" ]
