#!/usr/bin/env bash
# What is written twice on purpose agrees: the Containerfile with the package lists, the version of CITATION.cff with the library's.
#   habits_gate.sh REPOSITORY
set -u
containerfile=$(realpath "$(dirname "$0")/../../scripts/containerfile.sh")
cd "$1" || exit 1
failures=0
bash "$containerfile" --check Containerfile || failures=1
version=$(sed -nE 's/^#define CRBRT_VERSION_(MAJOR|MINOR|PATCH) //p' runtime/include/crbrt/version.h | paste -sd.)
[ -n "$version" ] || { echo "version.h: expected CRBRT_VERSION_MAJOR, _MINOR and _PATCH, found none" >&2; failures=1; }
cited=$(sed -n 's/^version: //p' CITATION.cff)
[ "$cited" = "$version" ] || { echo "CITATION.cff: expected version $version, found '$cited'" >&2; failures=1; }
grep -q "^## $version" CHANGELOG.md || grep -q "^## Unreleased: " CHANGELOG.md ||
  { echo "CHANGELOG.md: expected a section for $version, found none" >&2; failures=1; }
exit "$failures"
