#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From radial k-space to maps with BART: a slice of the digital brain is measured with the train of brain_v2, reconstructed by pics -B, mapped, and
# compared with the truth, in two minutes. Installs what is missing and builds first. docs/bart.md explains every step.
#   scripts/bart.sh       everything lands in build/bart: truth, kspace, coefficients (.cfl), maps/
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 0 "$@"
crbrt_clean_environment
cd "$crbrt_root"
crbrt_stage "packages" crbrt_install_packages build demo bart
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_stage "build" crbrt_build release crbrt-phantom crbrt-model crbrt-map
crbrt_stage "k-space, reconstruction, maps" docs/examples/bart_subspace/run.sh build/release/bin build/bart
