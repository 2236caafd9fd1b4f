#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# op_gate.sh OPS_INC KERNEL_TEST KERNEL_BENCH: every operation of the list has a test that compares it with its reference, and
# a benchmark. KERNEL_BENCH may be empty where benchmarks are not built.
ops=$1 test_program=$2 bench_program=$3
names=$(sed -nE 's/^CRBRT_OP\(([a-z0-9_]+),.*/\1/p' "$ops")
[ -n "$names" ] || { echo "no operation in $ops"; exit 2; }
tests=$("$test_program" --gtest_list_tests) || { echo "cannot list the tests of $test_program"; exit 2; }
grep -q '^Ops/EveryOp\.$' <<< "$tests" || { echo "$test_program has no Ops/EveryOp"; exit 2; }
[ -z "$bench_program" ] || benchmarks=$("$bench_program" --benchmark_list_tests) || { echo "cannot list $bench_program"; exit 2; }
status=0 n=0
for name in $names; do
  n=$((n + 1))
  grep -qE "^  EqualsItsReferenceOnEveryIsa/$name( |$)" <<< "$tests" || { echo "$name has no test"; status=1; }
  [ -z "$bench_program" ] || grep -qE "^${name}_[0-9_]+/scalar" <<< "$benchmarks" || { echo "$name has no benchmark"; status=1; }
done
[ $status -eq 0 ] && echo "$n operations, each with a test${bench_program:+ and a benchmark}"
exit $status
