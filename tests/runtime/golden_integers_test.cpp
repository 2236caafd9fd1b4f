// SPDX-License-Identifier: Apache-2.0
// The integers of a generated model on whatever machine runs this test (x86, AArch64, WebAssembly), by every instruction set it
// has: inputs, sums, status and bits of estimates are the ones that stand in tests/golden, which freestanding code is compared
// to as well.
#include <gtest/gtest.h>

#include "crbrt/crbrt.hpp"
#include "tests/freestanding/session_sums.h"
#include "tests/golden/freestanding/tiny_integer_vectors.h"
#include "tests/golden/tiny_integer.hpp"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

TEST(GoldenIntegers, AreTheSameOnEveryMachine) {
  const std::size_t n_in = 2 * std::size_t{models::tiny_integer.n_coeff}, n_out = models::tiny_integer.n_output;
  const std::int16_t* const first = vector_coefficients[0];
  const std::vector<std::int16_t> coefficients(first, first + N_VECTOR * n_in);
  IsaRecord record;
  for (const Isa isa : runnable_isas()) {
    const IntegerResult found = run_integers(models::tiny_integer, coefficients, isa);
    ASSERT_EQ(found.sums.size(), N_VECTOR * n_out) << name(isa);
    const std::vector<std::uint32_t> bits = bits_of(found.estimates);
    for (std::size_t v = 0; v < N_VECTOR; ++v) {
      EXPECT_EQ(static_cast<int>(found.status[v]), vector_status[v]) << name(isa) << ' ' << v;
      for (std::size_t f = 0; f < n_in; ++f)
        EXPECT_EQ(found.inputs[v * n_in + f], vector_inputs[v][f]) << name(isa) << ' ' << v;
      for (std::size_t j = 0; j < n_out; ++j) {
        EXPECT_EQ(found.sums[v * n_out + j], vector_sums[v][j]) << name(isa) << ' ' << v;
        EXPECT_EQ(bits[v * n_out + j], vector_estimate_bits[v][j]) << name(isa) << ' ' << v;
      }
    }
    record.ran(isa);
  }
  record.expect_scalar_and_best();
}

}  // namespace
}  // namespace crbrt::tests
