#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# include_gate.sh ROOT RULES WITNESS: every #include of the tree is one that the rules of its folder allow. The longest folder
# (or file) that matches wins; a source file in a folder without a rule is refused. WITNESS is a file that must have been seen.
root=$1 rules=$2 witness=$3
cd "$root" || exit 2
includes=$(find . \( -path ./build -o -path ./.git -o -path ./tests/gates/fixtures \) -prune -o -type f \
  \( -name '*.h' -o -name '*.hpp' -o -name '*.cpp' -o -name '*.c' -o -name '*.inc' \) -print | sed 's|^\./||' | sort |
  xargs grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]')
grep -q "^$witness:" <<< "$includes" || { echo "$witness was not seen: nothing was checked"; exit 2; }

awk -v rules="$rules" '
  BEGIN {
    while ((getline line < rules) > 0) {
      if (line ~ /^[[:space:]]*(#|$)/) continue
      split(line, part, /[[:space:]]+/)
      if (part[1] == "let") { named[part[2]] = part[3]; continue }
      pattern = ""
      n = split(line, part, /[[:space:]]+/)
      for (i = 2; i <= n; i++) {
        piece = part[i]
        if (substr(piece, 1, 1) == "@") piece = named[substr(piece, 2)]
        if (piece == "") { print "unknown name in rule: " line; bad = 1 }
        pattern = pattern (pattern == "" ? "" : "|") piece
      }
      allowed[part[1]] = "^(" pattern ")$"
    }
  }
  {
    split($0, field, ":")
    file = field[1]
    match($0, /[<"][^>"]+[>"]/)
    include = substr($0, RSTART, RLENGTH)
    folder = file
    if (file ~ /^trainer\/.*\.h$/) folder = "trainer/*.h/x"  # LibTorch only in .cpp files
    if (file ~ /^runtime\/src\/kernels\/.*_test\.cpp$/) folder = "tests/x"  # the test of one operation lies in its folder
    if (file ~ /^runtime\/src\/kernels\/.*_trainer_test\.cpp$/) folder = "tests/trainer"
    if (file in allowed) folder = file  # a rule of its own
    while (folder != "" && !(folder in allowed)) sub(/\/?[^\/]*$/, "", folder)
    if (folder == "") { print file ":" field[2] ": no rule for its folder"; bad = 1; next }
    if (include !~ allowed[folder]) { print file ":" field[2] ": " folder " may not include " include; bad = 1 }
    ++n_include
  }
  END { if (!bad) print n_include " includes, all allowed"; exit bad ? 1 : 0 }
' <<< "$includes"
