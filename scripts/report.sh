#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Draws the report over everything that scripts/retrain.sh, scripts/invivo.sh and scripts/phantom.sh left in build/.
#   scripts/report.sh [OUT.html]      OUT.html: build/report.html
# Models whose evaluation is missing are left out and named; docs/experiments/ holds the tables of what was tried.
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 1 "$@"
crbrt_clean_environment
cd "$crbrt_root"

out=${1:-build/report.html} models=${CRBRT_MODELS:-build/models}
crbrt_install_packages build
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_build release crbrt-report
arguments=(--goals docs/experiments/goals.json)
for name in v3p2_tiny v3p2_tiny_unbiased v3p2_tiny_mse v3p2_lean v3p2_lean_unbiased v3p2_lean_mse v3p2_full v3p2_full_unbiased \
    v3p2_full_mse brain_v1 brain_v2 brain_v2_unbiased brain_v2_full brain_v2_full_unbiased brain_v2_all; do
  if [ -s "$models/$name/evaluation.json" ]; then
    arguments+=(--evaluation "$models/$name/evaluation.json")
    [ ! -s "$models/$name/loss.csv" ] || arguments+=(--history "$name=$models/$name/loss.csv")
  else
    echo "report.sh: $models/$name/evaluation.json is missing: scripts/retrain.sh $name makes it" >&2
  fi
done
for name in paper_crb paper_mse; do
  [ ! -s "$models/$name/evaluation.json" ] || arguments+=(--paper "$models/$name/evaluation.json")
done
for table in docs/experiments/*.csv; do
  arguments+=(--table "$(basename "$table" .csv | tr '_' ' ')=$table")
done
for picture in build/phantom/boxes.png build/invivo/maps.png; do
  [ ! -s "$picture" ] || arguments+=(--picture "$(basename "$(dirname "$picture")")=$picture")
done
build/release/bin/crbrt-report "${arguments[@]}" --out "$out"
echo "$out"
