#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the container of crbrt-mrd and packs it as open reconstruction wants it: an image called openrecon_VENDOR_NAME:vVERSION,
# saved as OpenRecon_VENDOR_NAME_VVERSION.tar, which goes into a .zip with a PDF of the same name. Needs podman or docker.
#   build.sh OUT         writes OUT/OpenRecon_crbrt_crbrt_V0.2.0.tar
#   build.sh --print     prints the commands
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
[ $# -eq 1 ] || { echo "build.sh: expected OUT or --print, found '$*'" >&2; exit 2; }
field() { sed -n "/\"general\"/,/\"regulatory/s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$here/label.json"; }
version=$(field version) vendor=$(field vendor) name=$(field id)
image=$(echo "openrecon_${vendor}_${name}:v$version" | tr '[:upper:]' '[:lower:]')
file=OpenRecon_${vendor}_${name}_V$version
label=$(base64 -w 0 "$here/label.json")
tool=$(command -v podman || command -v docker || echo podman)

build=("$tool" build --build-arg "OPENRECON_LABEL=$label" -f "$here/Containerfile" -t "$image" "$root")
save=("$tool" save -o "$1/$file.tar" "$image")
if [ "$1" = --print ]; then
  printf '%q ' "${build[@]}"; echo
  printf '%q ' "$(basename "$tool")" save -o "$file.tar" "$image"; echo
  exit 0
fi
command -v "$tool" >/dev/null || { echo "build.sh: expected podman or docker, found neither" >&2; exit 77; }
mkdir -p "$1"
"${build[@]}"
"${save[@]}"
echo "$1/$file.tar"
