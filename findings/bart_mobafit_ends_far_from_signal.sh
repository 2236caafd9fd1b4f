#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: `bart mobafit -L` of BART 0.9.00, given exact Look-Locker signals of amplitude 1 without noise, ends with exit code 0 at rates
#   R1* that are 0, negative or too low by 1 to 30 %, for all of six T1 between 0.3 and 2 s; with --init 0.3:1:2 all six are right to
#   0.1 %. Its fits start from 1 (both amplitudes and the rate), and nothing holds the rate above 0.
# Wrong guess: three parameters and 400 exact samples are no task that a fit can miss without a word.
# Who is hurt: whoever makes T1 maps with it, or compares an estimator against it: it looks bad where only its start was. BART 0.8.00 of
#   Debian 12 has no -L at all: scripts for the one end with an error on the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 13, with all that it depends on, libc and its loader included, from the archive that this machine uses.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive trixie main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
for package in bart=0.9.00-3 libblas3 libc6 libfftw3-single3 libgcc-s1 libgfortran5 libgomp1 liblapack3 liblapacke libpng16-16t64 libtmglib3 \
  zlib1g; do
  apt-get "${options[@]}" download "$package" >/dev/null
done
for package in *.deb; do dpkg-deb -x "$package" root; done
lib=$folder/root/usr/lib/x86_64-linux-gnu
export OMP_NUM_THREADS=1
bart() { "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$lib/blas:$lib/lapack" "$folder/root/usr/bin/bart" "$@"; }

t1_s=(0.3 0.5 0.8 1.1 1.5 2.0)
for t1 in "${t1_s[@]}"; do bart signal -F -I -r 0.01 -f 6 -n 400 -1 "$t1:$t1:1" "voxel_$t1" >/dev/null; done
bart join 0 "${t1_s[@]/#/voxel_}" image
bart index 5 400 steps
bart scale 0.01 steps times

# rates INPUT OPTIONS...: R1* (1/s) of its voxels.
rates() {
  local input=$1
  shift
  bart mobafit -L "$@" times "$input" fit >log 2>&1 || { echo "exit code $?"; return; }
  bart extract 6 2 3 fit rate
  bart show rate 2>/dev/null | tr -s '\t ' '\n' | sed 's/[+-][0-9.]*e[+-][0-9]*i$//; s/[+-]nani$//; s/^+//; /^$/d'
}
# right: of lines R1*, how many are those of t1_s, R1* = 1 / T1 - ln(cos(flip angle)) / TR, to 0.1 %.
right() {
  paste <(printf '%s\n' "${t1_s[@]}") - |
    awk '{ expected = 1 / $1 - log(cos(6 * atan2(0, -1) / 180)) / 0.01; if ($2 / expected > 0.999 && $2 / expected < 1.001) ++n } END { print n + 0 }'
}
each() { for t1 in "${t1_s[@]}"; do rates "voxel_$t1" "$@"; done; }

echo "BART $(dpkg-deb -f bart_*.deb Version)"
echo "R1* of one voxel at a time: $(each | paste -s -d ' ')"
echo "R1* of one voxel at a time, --init 0.3:1:2: $(each --init 0.3:1:2 | paste -s -d ' ')"
seen="right of 6, one voxel at a time: $(each | right)
right of 6, an image of all: $(rates image | right)
right of 6, one voxel at a time, --init 0.3:1:2: $(each --init 0.3:1:2 | right)
right of 6, an image of all, --init 0.3:1:2: $(rates image --init 0.3:1:2 | right)"
echo "$seen"
diff <(echo "$seen") - <<'END'
right of 6, one voxel at a time: 0
right of 6, an image of all: 0
right of 6, one voxel at a time, --init 0.3:1:2: 6
right of 6, an image of all, --init 0.3:1:2: 6
END
echo "as described"
