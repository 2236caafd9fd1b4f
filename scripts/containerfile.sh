#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the Containerfile from the package lists, so that the container holds what the scripts would install.
#   scripts/containerfile.sh            writes it anew
#   scripts/containerfile.sh --check [FILE]    exits 1 when it, or FILE, is not as the lists say
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
file=$crbrt_root/Containerfile
case "$#:${1:-}" in
  0: | 1:--check) ;;
  2:--check) file=$(realpath -- "$2") ;;
  *) echo "containerfile.sh: expected nothing or --check [FILE], found '$*'" >&2; exit 2 ;;
esac
cd "$crbrt_root"

# install LIST...: one layer.
install() {
  echo "RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\"
  crbrt_list_packages "$@" | sort -u | sed 's/.*/      & \\/'
  echo "    && rm -rf /var/lib/apt/lists/*"
}

text() {
  cat <<'END'
# Made by scripts/containerfile.sh from scripts/packages-*.txt.
#   podman build --target programs -t crbrt .        what scripts/demo.sh needs
#   podman build --target tests -t crbrt-tests .     what .ci/run needs, 3 GB more
#   podman run --rm -v "$PWD":/crbrt crbrt scripts/demo.sh
FROM debian:12 AS programs
END
  install build demo
  cat <<'END'
WORKDIR /crbrt
CMD ["scripts/demo.sh"]

FROM programs AS tests
END
  install trainer python mrd test viewer cross web lint
  echo 'CMD [".ci/run"]'
}

if [ "${1:-}" = --check ]; then
  text | diff -u "$file" - || { echo "$file: expected what scripts/containerfile.sh writes, found other lines" >&2; exit 1; }
else
  text >"$file"
fi
