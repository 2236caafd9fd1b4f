#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: `bart signal -1 1:2:2` of BART 0.8.00 simulates T1 of 1 and 1.5 s: the step of MIN:MAX:N is (MAX - MIN) / N, and MAX is left out.
#   So do -2 and -3, and BART 0.9.00. No file and no message says which values were simulated.
# Wrong guess: a range of N values from MIN to MAX holds both, as in linspace of NumPy, MATLAB and Julia.
# Who is hurt: whoever matches signals against such a dictionary and takes linspace for its T1: every estimate is too high, by 3 % at the
#   upper end of 0.1:3:30, and nothing looks wrong, because the matches are perfect.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses, with all that it depends on.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
for package in bart=0.8.00-3 libblas3 liblapack3 liblapacke libfftw3-single3 libgfortran5 libquadmath0 libgomp1 libpng16-16 libtmglib3; do
  apt-get "${options[@]}" download "$package" >/dev/null
done
for package in *.deb; do dpkg-deb -x "$package" root; done
lib=$folder/root/usr/lib/x86_64-linux-gnu
bart() { LD_LIBRARY_PATH=$lib/blas:$lib/lapack:$lib "$folder/root/usr/bin/bart" "$@"; }

# signals NAME RANGE: Look-Locker signals of the T1 in RANGE, s.
signals() { bart signal -F -I -r 0.01 -f 6 -n 100 -1 "$2" "$1" >/dev/null; }
signals range 1:2:2
for t1 in 1 1.5 2; do signals "one_$t1" "$t1:$t1:1"; done
seen=$(
  for k in 0 1; do
    bart slice 6 $k range value
    for t1 in 1 1.5 2; do ! bart nrmse -t 1e-6 "one_$t1" value >/dev/null 2>&1 || echo "value $((k + 1)) of 1:2:2 is the signal of T1 = $t1 s"; done
  done
)
echo "BART $(dpkg-deb -f bart_*.deb Version)"
echo "$seen"
diff <(echo "$seen") - <<'END'
value 1 of 1:2:2 is the signal of T1 = 1 s
value 2 of 1:2:2 is the signal of T1 = 1.5 s
END
echo "as described"
