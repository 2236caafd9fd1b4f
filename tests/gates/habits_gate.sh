#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is written twice on purpose agrees: the Containerfile with the package lists, the version of CITATION.cff with the library's.
# Texts reach a terminal through base/escaped.h: print_lines(), or printf of what for_terminal() made; what a program says of itself
# is no stranger's text. Every source names its licence for programs that look for it (SPDX), also where it was copied out of the
# tree; what generated code is joined from (*.c.in) gets it from the part that opens the file.
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
raw=$(find base codegen tools trainer \( -name '*.cpp' -o -name '*.h' \) -exec \
  grep -PzoH '\bf?(?:printf|puts)\([^;]*\.c_str\(\)[^;]*;' {} + 2>/dev/null | tr '\n\0' ' \n' |
  grep -v -e for_terminal -e 'help_text(' -e 'version_text(' -e 'man_page(')
[ -z "$raw" ] || { echo "expected print_lines() or for_terminal() of base/escaped.h around a text, found" >&2
                   echo "$raw" >&2; failures=1; }
unnamed=$(find . -name build -prune -o -name node_modules -prune -o -name fixtures -prune -o -name golden -prune -o -name corpus -prune -o \
  -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.inc' -o -name '*.fbs' -o -name '*.js' -o -name '*.mjs' \
  -o -name '*.css' -o -name '*.html' -o -name '*.m' -o -name '*.py' -o -name '*.pl' -o -name '*.sh' -o -name '*.gp' -o -name '*.cmake' \
  -o -name CMakeLists.txt -o -name '*.cpp.in' -o -name '*.h.in' -o -name '*.hpp.in' \) \
  -exec grep -L 'SPDX-License-Identifier: Apache-2\.0' {} +)
[ -z "$unnamed" ] || { echo "expected a line SPDX-License-Identifier: Apache-2.0, found none in" >&2; echo "$unnamed" >&2; failures=1; }
exit "$failures"
