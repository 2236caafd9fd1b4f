// SPDX-License-Identifier: Apache-2.0
// What a call takes of the stack: docs/real-time.md promises a bound to whoever gives the time-critical thread a small one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <vector>

#include "crbrt/session.h"
#include "tests/runtime/integer_program.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/stack_use.h"
#include "tests/support/synthetic_program.h"

namespace crbrt::tests {
namespace {

/// The promise: a run, and a bind, of any program.
constexpr std::size_t most_stack_bytes = 4096;

/// Bytes that bind and a run over n voxels take, everything asked for that the program has.
struct StackUse {
  std::size_t bind, run;
};

StackUse stack_use(const Program& program, Isa isa, std::size_t n) {
  const std::size_t bytes = Session::arena_bytes(program);
  const std::unique_ptr<void, decltype(&std::free)> arena(std::aligned_alloc(layout::arena_alignment, bytes), &std::free);
  const auto coefficients = random_coefficients(n, program.n_coeff);
  std::vector<float> estimates(n * program.n_output), std(n * program.n_output), atypicality(n);
  std::vector<VoxelStatus> status(n);
  Results out{.estimates = {estimates.data(), n, program.n_output}, .status = {status.data(), n}, .sigma = 0.1f};
  if (program.uncertainty != nullptr) out.standard_deviations = {std.data(), n, program.n_output};
  if (program.atypicality != nullptr) out.atypicality = {atypicality.data(), n};
  const Coefficients in = Coefficients::rows(coefficients.data(), n, program.n_coeff);

  Session session;
  Status bound = Status::not_bound, ran = Status::not_bound;
  const auto bind = [&] { bound = session.bind(program, arena.get(), bytes, isa); };
  const auto run = [&] { ran = session.run(in, out); };
  bind(), run();  // the dynamic linker has looked everything up
  const StackUse use{stack_use_of(bind), stack_use_of(run)};
  EXPECT_EQ(bound, Status::ok) << name(isa);
  EXPECT_EQ(ran, Status::ok) << name(isa);
  return use;
}

TEST(StackUse, SeesAnArrayOnTheStack) {
  if (!stack_use_is_measured) GTEST_SKIP() << "a sanitizer changes the stack";
  const auto write = [](volatile char* array, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) array[i] = 1;
  };
  const std::size_t small = stack_use_of([&] {
    volatile char array[256];
    write(array, sizeof array);
  });
  const std::size_t large = stack_use_of([&] {
    volatile char array[8192];
    write(array, sizeof array);
  });
  EXPECT_GE(small, 256u);
  EXPECT_LT(small, 1024u);
  EXPECT_GE(large, 8192u);
  EXPECT_LT(large, 9000u);
}

TEST(Session, TakesAtMostFourKibibytesOfStackOnEveryInstructionSet) {
  if (!stack_use_is_measured) GTEST_SKIP() << "a sanitizer changes the stack";
  SyntheticProgram lean(13), mixed(8);
  build_uncertain_lean_network(lean);
  build_uncertain_mixed_network(mixed);
  const IntegerProgram integer;
  for (const Isa isa : runnable_isas())
    for (const Program* program : std::initializer_list<const Program*>{&lean.program(), &mixed.program(), &integer.program})
      for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{layout::tile_voxels}, std::size_t{500}}) {
        const auto [bind, run] = stack_use(*program, isa, n);
        EXPECT_LE(bind, most_stack_bytes) << name(isa) << ", " << program->name;
        EXPECT_LE(run, most_stack_bytes) << name(isa) << ", " << program->name << ", " << n << " voxels";
      }
}

}  // namespace
}  // namespace crbrt::tests
