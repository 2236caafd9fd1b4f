#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches NiiVue, which --report of crbrt-map and crbrt-fit puts into its page, with npm into build/viewer. What is built and installed
# from then on holds it; a build folder that exists is configured again by its next build.
#   scripts/viewer.sh               versions are those of tools/viewer/package-lock.json
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 0 "$@"
crbrt_clean_environment
cd "$crbrt_root"
crbrt_npm tools/viewer build/viewer
touch tools/viewer/CMakeLists.txt
