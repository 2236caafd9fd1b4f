#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Times the runtime and its peers on the same networks, on one core, and prints the tables in Markdown; everything as JSON lands
# in build/bench.json. Installs what is missing and builds first.
#   scripts/bench.sh                      all networks (that of [paper] in 8 bits, too) and four shipped models in float and integers,
#                                         beside all peers: some minutes, on a machine with nothing else to do
#   scripts/bench.sh --instructions       instructions per voxel by callgrind instead of time (one batch each of 1 and 1024)
#   scripts/bench.sh ARGUMENTS...         anything else goes to crbrt-bench (--help lists it)
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_clean_environment
cd "$crbrt_root"

# A peer that cannot be had is a line of "skipped" in the table: only what crbrt-bench itself needs must be there.
install_peers() {
  crbrt_install_packages trainer bench || echo "bench.sh: some peers cannot be installed" >&2
  command -v npm >/dev/null || crbrt_install_packages npm || return 0
  mkdir -p build/onnx-peer
  cp bench/peers/onnx/*.mjs bench/peers/onnx/package*.json bench/peers/onnx/.npmrc build/onnx-peer/
  # No scripts: ONNX Runtime's would fetch its parts for graphics cards, which no processor needs.
  (cd build/onnx-peer && ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm ci --ignore-scripts --no-audit --no-fund) \
    >build/onnx-peer.log 2>&1 </dev/null || echo "bench.sh: ONNX Runtime cannot be installed (build/onnx-peer.log)" >&2
}

crbrt_install_packages build
install_peers
crbrt_build bench crbrt-bench-all
bench=build/bench/bin/crbrt-bench
arguments=("$@")
if [ $# -eq 0 ]; then
  # Random weights have no budget: the network of [paper] is there for its speed, shipped models for speed within theirs.
  paper=build/bench-models/paper
  if [ ! -s "${paper}_i8.crbm" ]; then
    crbrt_build bench crbrt-codegen
    "$bench" --networks paper --write-models build/bench-models
    build/bench/bin/crbrt-codegen --model "$paper.crbm" --precision i8 --out build/bench-models --save-model "${paper}_i8.crbm" \
      >/dev/null
  fi
  # shellcheck disable=SC2054  # numbers of one option
  arguments=(--integer "paper=${paper}_i8.crbm" --batches 1,64,1024,4096,65536 --goals docs/experiments/goals.json)
  for name in v3p2_tiny brain_v1 v3p2_full_unbiased invivo6; do arguments+=(--model "models/$name/$name.crbm"); done
fi
# shellcheck disable=SC2054  # numbers of one option
case " $* " in
  *" --instructions "*) [[ " $* " == *" --batches "* ]] || arguments+=(--batches 1,1024) ;;
esac
# The last core: interrupts prefer the first.
taskset -c "$(($(nproc) - 1))" "$bench" --json build/bench.json "${arguments[@]}"
