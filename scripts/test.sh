#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds and tests; prints the time of every stage, the names of what was skipped, and ends with
# "N passed, N failed, N skipped". Exits 1 when anything failed.
#   scripts/test.sh             everything once: the release build with the trainer, and all its tests but the long ones
#   scripts/test.sh --further   also the further compilers, sanitizers and machines: sanitizers where bytes are parsed or memory is
#                               walked, clang, the runtime for AArch64, for WebAssembly and on its own (.ci/run does this)
#   scripts/test.sh --full      also more under sanitizers and clang, long tests, mutants, a cohort under Slurm, the whole demo, Debian 13, two minutes
#                               of fuzzing, clang-tidy, clang-format, shellcheck
set -u

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
further=0 full=0
case "$*" in
  "") ;;
  --further) further=1 ;;
  --full) further=1 full=1 ;;
  *) echo "test.sh: expected nothing, --further or --full, found '$*'" >&2; exit 2 ;;
esac
crbrt_clean_environment
cd "$crbrt_root" || exit 1

passed=0 failed=0 skipped=0
skipped_names=""

# Adds up one ctest run. Skipped means the test said so itself; one that could not be started has failed.
count_junit() {
  local file=$1 label=$2 outcome name
  while read -r outcome name; do
    case "$outcome" in
      run) passed=$((passed + 1)) ;;
      skipped) skipped=$((skipped + 1)) skipped_names+="  $label: $name"$'\n' ;;
      *) failed=$((failed + 1)) ;;
    esac
  done < <(awk '
    /<testcase / { match($0, /name="[^"]*"/); name = substr($0, RSTART + 6, RLENGTH - 7)
                   match($0, /status="[^"]*"/); outcome = substr($0, RSTART + 8, RLENGTH - 9) }
    /<skipped message="SKIP_/ { outcome = "skipped" }
    /<\/testcase>/ { if (outcome == "disabled") outcome = "skipped"; print outcome, name }' "$file")
}

# run_tests PRESET [ctest arguments]: shows what did not pass.
run_tests() {
  local preset=$1 junit="$crbrt_root/build/$1.xml" log="$crbrt_root/build/$1-tests.log" outcome
  shift
  rm -f "$junit"
  ctest --preset "$preset" --output-junit "$junit" "$@" >"$log" 2>&1 </dev/null
  outcome=$?
  grep -v -e '^ *Start ' -e ' Passed  *[0-9.]* sec$' "$log"
  if [ -s "$junit" ]; then count_junit "$junit" "$preset"; else failed=$((failed + 1)); fi
  return "$outcome"
}

# A stage that is one test by itself.
check() {
  if crbrt_stage "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# The same for a script that says with exit 77, and in its last line, that this machine cannot do it.
check_or_skip() {
  local name=$1 log outcome
  log=build/${name// /_}.txt
  shift
  crbrt_stage "$name" run_or_skip "$log" "$@"
  outcome=$(tail -n 1 "$log.outcome")
  case "$outcome" in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) skipped_names+="  $name: $(tail -n 1 "$log")"$'\n' ;;
    *) failed=$((failed + 1)) ;;
  esac
}

run_or_skip() {
  local log=$1
  shift
  "$@" 2>&1 | tee "$log"
  echo "${PIPESTATUS[0]}" >"$log.outcome"
  grep -qx -e 0 -e 77 "$log.outcome"
}

# build_and_test PRESET [FOLDER...]: only these folders of tests/ and what they need. A build that fails counts as one
# failed test.
build_and_test() {
  local preset=$1 target=all folders=all args
  shift
  if [ $# -gt 0 ]; then
    target=tests/all
    folders=$(IFS=';' && echo "$*")
  fi
  # Sanitizers make gcc see warnings that are none: there the preset leaves them as they are.
  args="-DCRBRT_TEST_FOLDERS=$folders"
  [ "$preset" = asan ] || args+=" -DCRBRT_WARNINGS_AS_ERRORS=ON"
  if CRBRT_CONFIGURE_ARGS="$args" crbrt_stage "$preset: build" crbrt_build "$preset" "$target"; then
    crbrt_stage "$preset: tests" run_tests "$preset"
  else
    failed=$((failed + 1))
  fi
}

# NiiVue and a browser's remote control for the test of the page of maps; the validator of BIDS, whose 916 packages are too many for
# every day. Without a registry their tests say that they are skipped.
packages_of_npm() {
  crbrt_npm tools/viewer build/viewer || echo "npm did not fetch what tools/viewer names: viewer.page will be skipped"
  [ "$full" -eq 0 ] || crbrt_npm tests/bids_validator build/bids_validator ||
    echo "npm did not fetch the validator of BIDS: its test will be skipped"
}

# What an embedder needs: a compiler and xsimd's headers.
runtime_alone() {
  { cmake --preset release -B build/runtime -DCRBRT_PROGRAMS=OFF -DCRBRT_TESTS=OFF -DCRBRT_WARNINGS_AS_ERRORS=ON &&
    cmake --build build/runtime; } >build/runtime.log 2>&1 </dev/null || { tail -n 40 build/runtime.log; return 1; }
}

# fuzz TARGET [FOLDER...]: for 60 s.
fuzz() {
  local target=$1
  shift
  crbrt_build fuzz "$target" && mkdir -p "build/fuzz/$target" &&
    "build/fuzz/bin/$target" -max_total_time=60 -rss_limit_mb=2048 -print_final_stats=1 "build/fuzz/$target" "$@" \
      >"build/$target.txt" 2>&1
  local outcome=$?
  tail -n 12 "build/$target.txt"
  return "$outcome"
}

format_check() {
  find base runtime codegen physics trainer tools bench tests models \( -name '*.h' -o -name '*.hpp' -o -name '*.cpp' -o -name '*.c' \) \
    -not -path '*/golden/*' -print0 | xargs -0 clang-format-14 --dry-run -Werror
}

# What shellcheck calls errors and warnings; its hints are for the editor.
shell_check() {
  shellcheck -x -S warning scripts/*.sh .ci/run tests/gates/*.sh tests/freestanding/*.sh
}

lists="build demo trainer python mrd test viewer"
time_needed="20 minutes"
[ "$further" -eq 0 ] || lists+=" cross web" time_needed="45 minutes"
[ "$full" -eq 0 ] || lists+=" lint" time_needed="two hours"
echo "On two idle cores the first run takes about $time_needed; later ones build only what changed."
# shellcheck disable=SC2086  # a list of names
crbrt_stage "packages" crbrt_install_packages $lists || exit 1
crbrt_stage "packages of npm" packages_of_npm

# Everything once.
build_and_test trainer

# What reads files and walks arrays under sanitizers; what a second compiler could see otherwise; the runtime on machines that are
# not this one.
if [ "$further" -eq 1 ]; then
  asan_folders="base runtime codegen physics/io tools/cli tools/mrd tools/volume e2e/map e2e/mrd"
  clang_folders="runtime gates codegen"
  [ "$full" -eq 0 ] || asan_folders="base runtime codegen physics tools e2e" clang_folders+=" consumer physics"
  # shellcheck disable=SC2086  # a list of names
  build_and_test asan $asan_folders
  # shellcheck disable=SC2086  # a list of names
  build_and_test clang $clang_folders
  build_and_test aarch64 runtime gates
  build_and_test wasm runtime
  check_or_skip "page that maps in a browser" scripts/web.sh build/trainer/bin
  check "runtime alone: build" runtime_alone
  # For function alone: nobody looks at its times.
  check "benchmark" scripts/benchmark.sh --quick --bin build/trainer/bin
fi
if [ "$full" -eq 1 ]; then
  crbrt_stage "long tests" run_tests full -L '^full$'
  check "400 killed runs" env CRBRT_KILLS=200 build/trainer/bin/killed_runs_test
  check_or_skip "mutants" scripts/mutate.sh
  check_or_skip "Slurm" scripts/slurm.sh build/trainer/bin
  check "demo" scripts/demo.sh
  check_or_skip "Debian 13" scripts/other_debian.sh trixie
  check "fuzz models: 60 s" fuzz crbrt_model_fuzz tests/fuzz/corpus/models
  check "fuzz instruction sets: 60 s" fuzz crbrt_isa_fuzz
  check "fuzz images: 60 s" fuzz crbrt_image_fuzz tests/fuzz/corpus/images
  check "fuzz texts: 60 s" fuzz crbrt_text_fuzz tests/fuzz/corpus/texts
  check "fuzz crbrt-mrd: 60 s" fuzz crbrt_mrd_fuzz tests/fuzz/corpus/mrd
  check "clang-format" format_check
  check "clang-tidy" crbrt_build tidy
  check "shellcheck" shell_check
fi

printf '\nTime per stage\n%s%6d s  in all\n' "$crbrt_stage_report" "$SECONDS"
[ "$skipped" -eq 0 ] || printf '\nSkipped\n%s' "$skipped_names"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$crbrt_stage_failures" -eq 0 ]
