#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the page that maps coefficients in a browser: build/web/crbrt.html, one file that opens from anywhere and asks nothing of
# anywhere. npm fetches NiiVue and the readers of files, in the versions of tools/web/package-lock.json. Exits 77 where npm, or its
# registry, is not there. Debian 12's Node 18 builds the page; its test needs Node 20 or newer, as playwright-core does, and says so.
#   scripts/web.sh               the page
#   scripts/web.sh BIN           also tests it in Chromium against the programs in the folder BIN
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 1 "$@"
crbrt_clean_environment
cd "$crbrt_root"
bin=${1:+$(realpath -- "$1")}
page=build/web/crbrt.html

crbrt_install_packages build web
crbrt_npm tools/web build/web || { echo "skipped: the page of tools/web is not built without these packages"; exit 77; }
crbrt_build web crbrt_web
node tools/web/make_page.mjs . build/web/bin/crbrt_web.js build/web/node_modules models/brain_v2/brain_v2.crbm "$page"
echo "$page: $(stat -c %s "$page") bytes"
[ -z "$bin" ] || tests/tools/web/page_test.sh "$bin" .
