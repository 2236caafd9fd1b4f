#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run_on_node.sh FOLDER NAME: builds FOLDER/NAME.c for WebAssembly, runs it under Node on FOLDER/vectors.h and compares every sum,
# status and bit of every estimate. Exits 77 where a tool is missing.
set -u
folder=$1 name=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in emcc node; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (scripts/packages-cross.txt)"; exit 77; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
NODE_PATH=/usr/share/nodejs emcc -std=c99 -O2 -Wall -Wextra -Werror -I "$folder" "$folder/$name.c" "$here/node_main.c" \
  -sSINGLE_FILE=1 -sENVIRONMENT=node -sEXIT_RUNTIME=1 -o "$work/program.js" || exit 1
node "$work/program.js"
