#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# quantity_gate.sh ROOT: names of maps and symbols of axes stand in physics/quantity.cpp and nowhere else in what is compiled,
# drawn or run: whoever needs one reads the table. Comments, tests, docs and examples may name them.
cd "$1" || exit 2
table=physics/quantity.cpp
[ -s "$table" ] || { echo "$table was not found: nothing was checked"; exit 2; }
files=$(find base codegen physics runtime scripts tools trainer bench -type f \
  \( -name '*.h' -o -name '*.hpp' -o -name '*.cpp' -o -name '*.in' -o -name '*.gp' -o -name '*.sh' \) 2> /dev/null | sort)
awk -v table="$table" '
  # "T1map" of .map = {"T1map", ...}: a name that is no key. Symbols for gnuplot: all that hold a subscript.
  function between(line, start) { sub(".*" start, "", line); sub("\".*", "", line); return line }
  BEGIN {
    while ((getline line < table) > 0) {
      if (line ~ /\.map = \{"[A-Z]/) name = between(line, "\\.map = \\{\"")
      else if (line ~ /\.plot_symbol = "[^"]*_/) name = between(line, "\\.plot_symbol = \"")
      else continue
      if (!(name in known)) n_known++
      known[name] = 1
    }
    if (n_known < 15) { print table ": expected at least 15 names, found " n_known + 0; bad = 2; exit }
  }
  FILENAME == table { next }
  {
    line = $0
    sub(/\/\/.*/, "", line)
    sub(/^[[:space:]]*#.*/, "", line)
    for (name in known) {
      at = index(line, name)
      if (!at) continue
      before = substr(line, at - 1, at > 1)
      after = substr(line, at + length(name))
      sub(/^_std/, "", after)
      if (before ~ /[A-Za-z0-9_]/ || after ~ /^[A-Za-z0-9_]/) continue
      print FILENAME ":" FNR ": \"" name "\" belongs to " table
      bad = 1
    }
    seen++
  }
  END { if (!bad) print n_known " names, " seen " lines without them"; exit bad }
' $files
