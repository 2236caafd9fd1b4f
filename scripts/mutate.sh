#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Breaks one line of the runtime at a time, in a copy of the tree, and demands that the named tests see it. A mutant that goes
# unnoticed is named and the script exits 1; the same for one that no longer fits the code.
#   scripts/mutate.sh           every mutant of tests/gates/mutations.txt
#   scripts/mutate.sh WORD...   only those whose name holds one of the words
#   exits 77, skipped, on a machine without AVX2: some mutants are in code that only runs there
set -u

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 100 "$@"
crbrt_clean_environment
cd "$crbrt_root" || exit 1
list=tests/gates/mutations.txt
work=$crbrt_root/build/mutants
tree=$work/tree build=$work/build
grep -qw avx2 /proc/cpuinfo 2>/dev/null || { echo "skipped: this CPU has no AVX2"; exit 77; }

fail() { echo "mutate.sh: $*" >&2; exit 2; }

# The list as arrays, one element a mutant: name, file, from, to, test ("PROGRAM REGEX") or refused (words of the compiler).
names=() files=() froms=() tos=() tests=() refusals=()
read_list() {
  local line key value at=-1
  while IFS= read -r line; do
    case "$line" in "#"* | "") continue ;; esac
    key=${line%%:*} value=${line#*:}
    value=${value# }
    [ "$key" != name ] || { at=$((at + 1)); tests[at]="" refusals[at]=""; }
    case "$key" in
      name) names[at]=$value ;;
      file) files[at]=$value ;;
      from) froms[at]=$value ;;
      to) tos[at]=$value ;;
      test) tests[at]=$value ;;
      refused) refusals[at]=$value ;;
      *) fail "$list: expected name, file, from, to, test or refused, found '$key'" ;;
    esac
  done <"$list"
}

# is_wanted NAME WORD...: without words everything is.
is_wanted() {
  local name=$1 word
  shift
  [ $# -gt 0 ] || return 0
  for word in "$@"; do case "$name" in *"$word"*) return 0 ;; esac; done
  return 1
}

# What changed since the last run, and only that, so that little is built again. What an interrupted run left broken goes.
copy_tree() {
  local file
  while IFS= read -r file; do
    cmp -s "$file" "$tree/$file" && continue
    mkdir -p "$tree/${file%/*}" && cp "$file" "$tree/$file" || return 1
  done < <(find ./CMakeLists.txt ./cmake ./runtime ./tests -type f)
  while IFS= read -r file; do
    [ -e "$file" ] || rm "$tree/$file" || return 1
  done < <(cd "$tree" && find . -type f)
}

# Little optimisation, to compile fast: no flag changes a bit of a result (docs/numerics.md).
configure() {
  local cached=()
  ! command -v ccache >/dev/null || cached=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake -G Ninja -S "$tree" -B "$build" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DCMAKE_C_FLAGS_DEBUG=-O1 -DCRBRT_PROGRAMS=OFF -DCRBRT_TEST_FOLDERS=runtime \
    ${cached[@]+"${cached[@]}"} >"$work/configure.log" 2>&1 </dev/null || { tail -n 40 "$work/configure.log" >&2; return 1; }
}

build() { cmake --build "$build" -j "$(crbrt_jobs)" --target "$@" >"$work/build.log" 2>&1 </dev/null; }

# run_tests REGEX: sets n_test and n_failed.
run_tests() {
  local log=$work/tests.log
  ctest --test-dir "$build" -R "$1" --no-tests=error --timeout 120 -j "$(crbrt_jobs)" >"$log" 2>&1 </dev/null
  read -r n_failed n_test < <(sed -n 's/.* \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log") || n_failed=0 n_test=0
}

# mutate INDEX: changes the one place in the copy; what the file held before is left in `original`.
mutate() {
  local file=$tree/${files[$1]} from=${froms[$1]} to=${tos[$1]} rest
  [ -f "$file" ] || { outcome="no such file"; return 1; }
  original=$(cat "$file" && echo .)
  original=${original%.}
  rest=${original#*"$from"}
  [ "$rest" != "$original" ] || { outcome="'$from' is not in ${files[$1]}"; return 1; }
  [ "${rest#*"$from"}" = "$rest" ] || { outcome="'$from' is more than once in ${files[$1]}"; return 1; }
  printf '%s' "${original%"$from$rest"}$to$rest" >"$file"
}

# A mutant that the compiler must refuse: sets outcome, true when it did.
compile_refused() {
  outcome="SURVIVED: it compiles"
  ! build crbrt_runtime || return 1
  outcome="LIST: the compiler does not say '$1'"
  grep -qF -e "$1" "$work/build.log" || return 1
  outcome="the compiler: $1"
}

# A mutant that every named test must notice: sets outcome, true when they did.
tests_fail() {
  outcome="LIST: does not compile, see build/mutants/does_not_compile.log"
  # shellcheck disable=SC2046  # a list of programs
  build $(tr ',' ' ' <<<"${1%% *}") || { cp "$work/build.log" "$work/does_not_compile.log"; return 1; }
  run_tests "${1#* }"
  outcome="LIST: no test is called ${1#* }"
  [ "$n_test" -gt 0 ] || return 1
  outcome="SURVIVED: $((n_test - n_failed)) of $n_test tests pass"
  [ "$n_failed" -eq "$n_test" ] || return 1
  outcome=$(sed -n '/^The following tests FAILED/,$s/^\t *[0-9]* - \([^ ]*\) .*(\([^()]*\))$/\1 (\2)/p' "$work/tests.log" |
    paste -sd ' ')
}

# try INDEX: one row of the table; true when the mutant was caught.
try() {
  local start=$SECONDS caught=1 file=$tree/${files[$1]}
  touch -r "$file" "$work/time_of_file" 2>/dev/null
  if mutate "$1"; then
    if [ -n "${refusals[$1]}" ]; then compile_refused "${refusals[$1]}"; else tests_fail "${tests[$1]}"; fi && caught=0
    printf '%s' "$original" >"$file"
    [ -z "${refusals[$1]}" ] || touch -r "$work/time_of_file" "$file"  # nothing was built from it
  else
    outcome="LIST: $outcome"
  fi
  printf '| %s | %s | %s |\n' "${names[$1]}" "$outcome" $((SECONDS - start))
  return "$caught"
}

read_list
chosen=()
for i in "${!names[@]}"; do
  is_wanted "${names[i]}" "$@" || continue
  [ -n "${tests[i]}${refusals[i]}" ] || fail "$list: '${names[i]}' names neither test nor refused"
  chosen+=("$i")
done
[ ${#chosen[@]} -gt 0 ] || fail "no mutant of $list has one of: $*"

mkdir -p "$tree"
# A run that was cut off may have left objects of a mutant that look newer than the sources.
[ ! -e "$work/running" ] || rm -rf "$build"
: >"$work/running"
start=$SECONDS
copy_tree || fail "cannot copy the tree to $tree"
configure || fail "cmake failed"
build tests/all || { tail -n 40 "$work/build.log" >&2; fail "the tree does not build as it is"; }
run_tests .
if [ "$n_test" -eq 0 ] || [ "$n_failed" -gt 0 ]; then
  tail -n 40 "$work/tests.log" >&2
  fail "tests fail without any mutation"
fi
printf '| mutant | caught by | s |\n| --- | --- | --- |\n| none | %s tests pass | %s |\n' "$n_test" $((SECONDS - start))

caught=0 others=""
for i in "${chosen[@]}"; do
  if try "$i"; then caught=$((caught + 1)); else others+="  ${names[i]}"$'\n'; fi
done
rm "$work/running"
[ -z "$others" ] || printf '\nNot caught\n%s' "$others"
printf '\n%d mutants, %d caught\n' "${#chosen[@]}" "$caught"
[ "$caught" -eq "${#chosen[@]}" ]
