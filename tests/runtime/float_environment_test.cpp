// SPDX-License-Identifier: Apache-2.0
// The floating-point environment belongs to the caller: docs/real-time.md says what a run needs of it and what it leaves.
#include <gtest/gtest.h>

#include <cfenv>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "crbrt/session.h"
#include "tests/runtime/integer_program.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/synthetic_program.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace crbrt::tests {
namespace {

/// Rounding, masks of exceptions and flushing of denormals, without the flags that operations raise.
std::uint64_t control_word() {
#if defined(__SSE__)
  return _mm_getcsr() & ~0x3fu;
#elif defined(__aarch64__)
  std::uint64_t word;
  asm volatile("mrs %0, fpcr" : "=r"(word));
  return word;
#else
  return static_cast<std::uint64_t>(std::fegetround());
#endif
}

/// All coefficients of a voxel times a factor: an ordinary one, one that is flagged as not finite, as without signal, and one
/// whose numbers are next to denormal.
constexpr float factors[] = {1, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 0, 1e-37f};

class FloatEnvironment : public testing::Test {
 protected:
  /// A bind and a run of n voxels; the status of the run.
  static Status run(const Program& program, Isa isa, std::size_t n) {
    const std::size_t bytes = Session::arena_bytes(program);
    const std::unique_ptr<void, decltype(&std::free)> arena(std::aligned_alloc(layout::arena_alignment, bytes), &std::free);
    std::vector<float> coefficients = random_coefficients(n, program.n_coeff), estimates(n * program.n_output);
    const std::size_t width = 2 * std::size_t{program.n_coeff};
    for (std::size_t i = 0; i < coefficients.size(); ++i) coefficients[i] *= factors[i / width % std::size(factors)];
    Session session;
    if (const Status s = session.bind(program, arena.get(), bytes, isa); s != Status::ok) return s;
    return session.run(Coefficients::rows(coefficients.data(), n, program.n_coeff),
                       {.estimates = {estimates.data(), n, program.n_output}});
  }
};

TEST_F(FloatEnvironment, ItsControlsAreSeenToChange) {
  // WebAssembly rounds to nearest only; its fenv.h names the other directions all the same, and setting one says success.
#if defined(FE_UPWARD) && !defined(__wasm__)
  const std::uint64_t before = control_word();
  ASSERT_EQ(std::fesetround(FE_UPWARD), 0);
  EXPECT_NE(control_word(), before);
  ASSERT_EQ(std::fesetround(FE_TONEAREST), 0);
  EXPECT_EQ(control_word(), before);
#else
  GTEST_SKIP() << "this machine rounds to nearest and knows nothing else";
#endif
}

TEST_F(FloatEnvironment, RunsLeaveRoundingMasksAndFlushingAsTheyWere) {
  SyntheticProgram mixed(8);
  build_mixed_network(mixed);
  const IntegerProgram integer;
  for (const Isa isa : runnable_isas())
    for (const Program* program : {const_cast<const Program*>(&mixed.program()), &integer.program})
      for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
        const std::uint64_t before = control_word();
        EXPECT_EQ(run(*program, isa, n), Status::ok) << name(isa);
        EXPECT_EQ(control_word(), before) << name(isa) << ", " << n << " voxels";
      }
}

}  // namespace
}  // namespace crbrt::tests
