#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs of scripts/benchmark.sh, beyond noise.

    bench/compare.py A.json B.json

Compares every number that both documents measured with a spread:
  KEY beside KEY_quartiles         times and ratios: changed where the middle halves of the repeats do not meet, and the medians
                                   differ by more than 5 %, because a machine is never twice the same
  total beside total_standard_error  errors: changed where they differ by more than twice the two standard errors together, unless both
                                   runs had the same settings: then the same voxels, and 1 % counts
Prints a line for each change. Exit codes: 0 nothing changed, 1 something did, 2 wrong command line, 3 a file that is no such
document.
"""
import json
import math
import sys

LEAST_CHANGE_OF_TIMES = 0.05
LEAST_CHANGE_OF_SAME_VOXELS = 0.01


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        raise SystemExit(refuse(path, str(error)))
    if not isinstance(document, dict) or document.get("program") != "crbrt-benchmark":
        raise SystemExit(refuse(path, "another document"))
    return document


def refuse(path, found):
    print(f"{path}: expected JSON of crbrt-benchmark measure, found {found}", file=sys.stderr)
    return 3


def measured(value, place=""):
    """Yields (key, value, quartiles or None, standard error or None) of every number that has a spread."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from measured(item, f"{place}[{i}]")
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        key = f"{place}.{name}" if place else name
        quartiles, error = value.get(f"{name}_quartiles"), value.get(f"{name}_standard_error")
        if isinstance(item, (int, float)) and quartiles is not None:
            yield key, item, quartiles, None
        elif isinstance(item, (int, float)) and error is not None:
            yield key, item, None, error
        else:
            yield from measured(item, key)


def has_changed(a, b, same_voxels):
    (value_a, quartiles_a, error_a), (value_b, quartiles_b, error_b) = a, b
    if quartiles_a is not None and quartiles_b is not None:
        apart = quartiles_a[1] < quartiles_b[0] or quartiles_b[1] < quartiles_a[0]
        return apart and abs(value_b - value_a) > LEAST_CHANGE_OF_TIMES * abs(value_a)
    if error_a is None or error_b is None:
        return False
    if same_voxels:
        return abs(value_b - value_a) > LEAST_CHANGE_OF_SAME_VOXELS * abs(value_a)
    return abs(value_b - value_a) > 2 * math.hypot(error_a, error_b)


def main(arguments):
    if len(arguments) != 2 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stdout if arguments in (["--help"], ["-h"]) else sys.stderr)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    documents = [read(path) for path in arguments]
    a, b = [{key: rest for key, *rest in measured(document)} for document in documents]
    for document, other in ((a, b), (b, a)):
        for key in sorted(set(document) - set(other)):
            print(f"{key}: in {'A' if document is a else 'B'} alone")
    same_voxels = documents[0].get("settings") == documents[1].get("settings")
    changed = [key for key in a if key in b and has_changed(a[key], b[key], same_voxels)]
    for key in changed:
        before, after = a[key][0], b[key][0]
        ratio = f"{after / before:.3f} times" if before else "from zero"
        print(f"{key}: {before:.4g} -> {after:.4g}, {ratio}")
    print(f"{len(set(a) & set(b))} numbers compared, {len(changed)} changed beyond noise")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
