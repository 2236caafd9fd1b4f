#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# expect_refusal.sh "WORD ..." COMMAND...: succeeds when COMMAND refuses (exit 1) and its output holds every word.
# An underscore between two words stands for a space ("operator_new"), except in names that begin with one or hold "::".
words=$1
shift
output=$("$@" 2>&1)
code=$?
echo "$output"
[ $code -eq 77 ] && exit 77
if [ $code -ne 1 ]; then
  echo "expected a refusal (exit 1), found exit $code"
  exit 1
fi
for word in $words; do
  if ! grep -qF -e "$word" -e "${word//_/ }" <<< "$output"; then
    echo "the refusal does not name $word"
    exit 1
  fi
done
echo "refused as it should be"
