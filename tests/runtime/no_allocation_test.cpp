// SPDX-License-Identifier: Apache-2.0
// No heap from bind on, on any instruction set; and the detector that says so sees every kind of allocation.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"
#include "tests/runtime/forward_network.h"
#include "tests/support/allocation_detector.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/synthetic_program.h"

namespace crbrt::tests {
namespace {

/// The compiler must not remove an allocation that nobody uses.
void* volatile sink = nullptr;

template <class Allocate>
std::size_t allocations_of(Allocate&& allocate) {
  const AllocationDetector detector;
  allocate();
  return detector.count();
}

TEST(AllocationDetector, SeesEveryKindOfAllocation) {
  if (!AllocationDetector::is_available()) GTEST_SKIP() << "malloc belongs to a sanitizer, or is not glibc's";
  const auto keep = [](void* p) { sink = p; };
  EXPECT_EQ(allocations_of([&] { keep(nullptr); }), 0u);
  EXPECT_EQ(allocations_of([&] { keep(std::malloc(8)), std::free(sink); }), 1u);
  EXPECT_EQ(allocations_of([&] { keep(std::calloc(2, 8)), std::free(sink); }), 1u);
  EXPECT_EQ(allocations_of([&] { keep(std::realloc(nullptr, 8)), std::free(sink); }), 1u);
  EXPECT_EQ(allocations_of([&] { keep(std::aligned_alloc(64, 64)), std::free(sink); }), 1u);
  EXPECT_EQ(allocations_of([&] { keep(::operator new(8)), ::operator delete(sink); }), 1u);
  EXPECT_EQ(allocations_of([&] {
              std::vector<int> v(3), w(v), u(std::move(w));
              keep(v.data()), keep(u.data());
            }),
            2u);
}

TEST(Session, NeverTouchesTheHeapAfterTheArenaWasAllocated) {
  if (!AllocationDetector::is_available()) GTEST_SKIP() << "malloc belongs to a sanitizer, or is not glibc's";
  SyntheticProgram mixed(8);
  build_uncertain_mixed_network(mixed);
  const Program& program = mixed.program();
  const std::size_t bytes = Session::arena_bytes(program), n = 50;
  const std::unique_ptr<void, decltype(&std::free)> arena(std::aligned_alloc(layout::arena_alignment, bytes), &std::free);
  const auto coefficients = random_coefficients(n, 8);
  std::vector<float> estimates(n * program.n_output);
  std::vector<VoxelStatus> status(n);
  std::vector<float> std(n * program.n_output), atypicality(n);
  const View2<float> rows{estimates.data(), n, program.n_output};
  const Results all{.estimates = rows,
                    .standard_deviations = {std.data(), n, program.n_output},
                    .atypicality = {atypicality.data(), n},
                    .status = {status.data(), n},
                    .sigma = 0.1f};
  for (const Isa isa : runnable_isas()) {
    Status results[5] = {Status::not_bound, Status::not_bound, Status::not_bound, Status::not_bound, Status::not_bound};
    const std::size_t count = allocations_of([&] {
      Session session;
      results[0] = session.bind(program, arena.get(), Session::arena_bytes(program), isa);
      results[1] =
          session.run(Coefficients::rows(coefficients.data(), n, 8), {.estimates = rows, .status = {status.data(), n}});
      results[2] = session.run(Coefficients::interleaved_rows(coefficients.data(), n, 8), {.estimates = rows});
      results[3] = session.run(Coefficients::rows(coefficients.data(), n, 7), {.estimates = rows});
      results[4] = session.run(Coefficients::rows(coefficients.data(), n, 8), all);
    });
    EXPECT_EQ(count, 0u) << name(isa);
    EXPECT_EQ(results[0], Status::ok);
    EXPECT_EQ(results[1], Status::ok);
    EXPECT_EQ(results[2], Status::ok);
    EXPECT_EQ(results[3], Status::bad_shape);
    EXPECT_EQ(results[4], Status::ok);
  }
}

TEST(ForwardSession, NeverTouchesTheHeapAfterTheArenaWasAllocated) {
  if (!AllocationDetector::is_available()) GTEST_SKIP() << "malloc belongs to a sanitizer, or is not glibc's";
  const ForwardNetwork network(PhaseKind::table, 1);
  const ForwardProgram& program = network.program();
  const std::size_t bytes = ForwardSession::arena_bytes(program), n = 50, n_part = 2 * std::size_t{program.n_coeff};
  const std::unique_ptr<void, decltype(&std::free)> arena(std::aligned_alloc(layout::arena_alignment, bytes), &std::free);
  const std::vector<double> tissues = network.tissues(n, 2);
  std::vector<float> coefficients(n * n_part), jacobian(n * program.n_input * n_part);
  std::vector<VoxelStatus> status(n);
  for (const Isa isa : runnable_isas()) {
    Status bound = Status::not_bound, evaluated = Status::not_bound;
    const std::size_t count = allocations_of([&] {
      ForwardSession session;
      bound = session.bind(program, arena.get(), bytes, isa);
      evaluated =
          session.evaluate({tissues.data(), n, program.n_input}, {.coefficients = {coefficients.data(), n, n_part},
                                                                  .jacobian = {jacobian.data(), n, program.n_input * n_part},
                                                                  .status = {status.data(), n}});
    });
    EXPECT_EQ(count, 0u) << name(isa);
    EXPECT_EQ(bound, Status::ok);
    EXPECT_EQ(evaluated, Status::ok);
  }
}

}  // namespace
}  // namespace crbrt::tests
