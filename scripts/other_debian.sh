#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and tests in another release of Debian, in a folder that debootstrap makes: runtime, loader, code generator, programs and
# trainer with warnings as errors, all their tests, and the demo's integer maps, which must have the bytes they have here.
#   scripts/other_debian.sh trixie          into build/debian/trixie; about 4 GB, most of an hour on two cores at the first time
#   scripts/other_debian.sh trixie TEST     only the tests whose names match this regular expression
# Exit 0: all passed. 1: something failed. 77: it cannot be done here, and the last line says why.
set -u

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
case "${1:-}" in
  "" | -*) echo "other_debian.sh: expected the name of a Debian release, found '${1:-nothing}'" >&2; exit 2 ;;
esac
[ $# -le 2 ] || { echo "other_debian.sh: expected a release and a regular expression, found '$3' as well" >&2; exit 2; }
suite=$1 pattern=${2:-.}
crbrt_clean_environment
cd "$crbrt_root" || exit 1
folder=$crbrt_root/build/debian/$suite
root=$folder/root
sources=$root/crbrt/source
model=models/brain_v1/brain_v1.crbm
brain=build/demo/phantom

cannot() {
  echo "skipped: $1"
  exit 77
}

# Under the other release's root, with the settings of a known environment.
inside() {
  chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin OPENBLAS_NUM_THREADS=1 \
    DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

mounted=""
unmount_all() {
  local place
  for place in $mounted; do umount "$root/$place"; done
}
trap unmount_all EXIT
mount_in() {
  mkdir -p "$root/$2" && mount --bind "$1" "$root/$2" && mounted="$2 $mounted"
}

# The archive that this machine's own packages come from, and how it is reached.
make_root() {
  local archive
  archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
  [ -n "$archive" ] || return 1
  mkdir -p "$folder"
  debootstrap --variant=minbase "$suite" "$root" "$archive" >"$folder/debootstrap.log" 2>&1 ||
    { tail -n 5 "$folder/debootstrap.log" >&2; rm -rf "$root"; return 1; }
  apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90here"
}

# The packages of our lists, less those that carry a version of clang in their name: another release has another one.
install_packages() {
  local packages
  packages=$(crbrt_list_packages build trainer python mrd test | grep -v clang)
  # shellcheck disable=SC2086  # a list of packages
  { inside apt-get update -q && inside apt-get install -q -y --no-install-recommends $packages; } >"$folder/packages.log" 2>&1 ||
    { tail -n 20 "$folder/packages.log" >&2; return 1; }
}

# The files that git knows, as they are in the working tree. A file that has not changed keeps its time: a second run compiles what
# changed since the first.
copy_sources() {
  local file
  mkdir -p "$sources" || return 1
  while IFS= read -r -d '' file; do
    [ -e "$file" ] || rm "$sources/$file" || return 1
  done < <(cd "$sources" && find . -type f -printf '%P\0')
  while IFS= read -r -d '' file; do
    cmp -s "$file" "$sources/$file" || { mkdir -p "$sources/$(dirname "$file")" && cp "$file" "$sources/$file"; } || return 1
  done < <(git ls-files -z)
}

build() {
  inside sh -c "cd /crbrt/source && cmake --preset trainer -B /crbrt/build -DCRBRT_WARNINGS_AS_ERRORS=ON &&
    cmake --build /crbrt/build -j $(crbrt_jobs)" >"$folder/build.log" 2>&1 ||
    { grep -A 30 -m 1 -e '^FAILED' "$folder/build.log" >&2 || tail -n 20 "$folder/build.log" >&2; return 1; }
  ! grep -E 'warning:' "$folder/build.log" >&2
}

run_tests() {
  inside ctest --test-dir /crbrt/build -j "$(crbrt_jobs)" -R "$pattern" >"$folder/tests.log" 2>&1
  local outcome=$?
  grep -v -e '^ *Start ' -e ' Passed  *[0-9.]* sec$' "$folder/tests.log"
  return "$outcome"
}

# The demo's brain in integers, by this machine's program and by the other release's.
same_bits() {
  local arguments here there
  arguments="--precision integer --threads $(nproc)"
  rm -rf "$folder/maps" "$root/crbrt/maps"
  # shellcheck disable=SC2086  # a list of arguments
  build/release/bin/crbrt-map --model $model --input $brain/coefficients.nii --mask $brain/mask.nii.gz --out "$folder/maps" \
    $arguments >/dev/null || return 1
  mount_in "$crbrt_root/$brain" crbrt/brain || return 1
  # shellcheck disable=SC2086
  inside /crbrt/build/bin/crbrt-map --model /crbrt/source/$model --input /crbrt/brain/coefficients.nii \
    --mask /crbrt/brain/mask.nii.gz --out /crbrt/maps $arguments >/dev/null || return 1
  here=$(cd "$folder/maps" && sha256sum -- *.nii)
  there=$(cd "$root/crbrt/maps" && sha256sum -- *.nii)
  echo "$there"
  [ "$here" = "$there" ] || { printf 'here they are\n%s\n' "$here" >&2; return 1; }
}

[ "$(id -u)" -eq 0 ] || cannot "chroot needs root"
crbrt_install_packages debian || cannot "debootstrap cannot be installed"
[ -e "/usr/share/debootstrap/scripts/$suite" ] || cannot "this machine's debootstrap does not know '$suite'"
[ -d "$root" ] || crbrt_stage "$suite: debootstrap" make_root || cannot "debootstrap failed"
mount_in /proc proc && mount_in /dev dev || cannot "nothing can be mounted here"
crbrt_stage "$suite: packages" install_packages || exit 1
copy_sources || exit 1
crbrt_stage "$suite: build, warnings are errors" build || exit 1
crbrt_stage "$suite: tests" run_tests
if [ -s "$brain/coefficients.nii" ] && [ -x build/release/bin/crbrt-map ]; then
  crbrt_stage "$suite: the demo's integer maps have the bytes they have here" same_bits
else
  echo "skipped: the demo's integer maps (scripts/demo.sh makes the brain)"
fi
printf '\n%s' "$crbrt_stage_report"
[ "$crbrt_stage_failures" -eq 0 ]
