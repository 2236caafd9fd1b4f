#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that this commit can be released, and tags it: a clean tree, one version everywhere, a dated section in the changelog that
# is the newest, goldens that are what the generator writes, tests that pass.
#   scripts/release.sh --dry-run    all checks but the tests, and no tag
#   scripts/release.sh              checks, runs .ci/run, and makes the annotated tag vVERSION (pushing it is left to you)
# Every failed check is named; the exit code is 1 then, and nothing is tagged.
set -uo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
case "$*" in
  "" | --dry-run) ;;
  *) echo "release.sh: expected nothing or --dry-run, found '$*'" >&2; exit 2 ;;
esac
crbrt_clean_environment
cd "$crbrt_root" || exit 1
version=$(sed -nE 's/^#define CRBRT_VERSION_(MAJOR|MINOR|PATCH) //p' runtime/include/crbrt/version.h | paste -sd.)
failures=0

check() {
  local name=$1
  shift
  if "$@"; then echo "ok      $name"; else echo "FAILED  $name" && failures=$((failures + 1)); fi
}

tree_is_clean() { [ -z "$(git status --porcelain)" ] || { git status --short; return 1; }; }

tag_is_new() { ! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || { echo "expected no tag v$version, found one"; return 1; }; }

# "## 0.2.0 (2026-12-01)" is the first section.
changelog_is_dated() {
  local newest
  newest=$(grep -m 1 '^## ' CHANGELOG.md)
  [[ $newest =~ ^"## $version ("[0-9]{4}-[0-9]{2}-[0-9]{2}")"$ ]] || { echo "CHANGELOG.md: expected '## $version (YYYY-MM-DD)' first, found '$newest'"; return 1; }
}

# The find_package of the page on embedding must find this version: the package is compatible within one minor version.
page_names_version() {
  grep -q "find_package(crbrt ${version%.*} " docs/embedding.md ||
    { echo "docs/embedding.md: expected find_package(crbrt ${version%.*} ...), found another"; return 1; }
}

# Regenerated in place: git sees every byte that differs.
goldens_are_fresh() {
  crbrt_install_packages build test && crbrt_build release crbrt_regenerate_goldens crbrt_regenerate_freestanding_golden &&
    git diff --exit-code --stat -- tests/golden
}

check "clean tree" tree_is_clean
check "tag v$version is new" tag_is_new
check "changelog has $version with a date" changelog_is_dated
check "docs/embedding.md asks for $version" page_names_version
check "Containerfile, CITATION.cff and changelog agree" bash tests/gates/habits_gate.sh .
check "goldens are fresh" goldens_are_fresh
[ "$failures" -eq 0 ] && [ $# -eq 0 ] && check "tests" .ci/run
[ "$failures" -eq 0 ] || { echo "$failures checks failed: no tag"; exit 1; }
[ $# -eq 0 ] || exit 0
git tag -a "v$version" -m "crbrt $version" && echo "tagged v$version"
