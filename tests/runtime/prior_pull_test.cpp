// SPDX-License-Identifier: Apache-2.0
// What the prior adds to standard deviations, through both interfaces: they are the numbers that crbrt-map writes.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"
#include "tests/support/two_outputs.h"

namespace crbrt::tests {
namespace {

/// A plane of each output.
struct Fixture : TwoOutputs {
  std::vector<float> estimates, std;

  Fixture(std::vector<float> estimates_, std::vector<float> std_) : estimates(std::move(estimates_)), std(std::move(std_)) {}

  Status add() {
    const std::size_t n = estimates.size() / 2;
    return add_prior_pull(program, View2<const float>::planes(estimates.data(), n, 2), View2<float>::planes(std.data(), n, 2));
  }
};

// (s / W)^2 (estimate - mean) beside s, with s, W and the distance from the mean in numbers that floats hold exactly.
TEST(PriorPull, OfAGaussianPriorIsAdded) {
  Fixture f({2, 3, 1.5f, 5, 11, 8}, {0.25f, 0.25f, 0.5f, 1.5f, 1.5f, 3});
  ASSERT_EQ(f.add(), Status::ok);
  EXPECT_FLOAT_EQ(f.std[0], 0.25f) << "at the mean there is none";
  EXPECT_FLOAT_EQ(f.std[1], std::hypot(0.25f, 0.25f * 1));
  EXPECT_FLOAT_EQ(f.std[2], std::hypot(0.5f, 1 * -0.5f));
  EXPECT_FLOAT_EQ(f.std[3], 1.5f);
  EXPECT_FLOAT_EQ(f.std[4], std::hypot(1.5f, 0.25f * 6));
  EXPECT_FLOAT_EQ(f.std[5], std::hypot(3.0f, 1.0f * 3));
}

TEST(PriorPull, DoesNotPassTheLimitAndBlankVoxelsStayBlank) {
  Fixture f({200, 0, 5, 0}, {1, 0, 1, 0});
  ASSERT_EQ(f.add(), Status::ok);
  EXPECT_EQ(f.std, (std::vector<float>{1.5f, 0, 1, 0}));
}

TEST(PriorPull, IsTheSameThroughTheCInterfaceInRows) {
  Fixture planes({2, 3, 11, 8}, {0.25f, 0.5f, 1.5f, 3});
  ASSERT_EQ(planes.add(), Status::ok);
  Fixture rows({2, 11, 3, 8}, {0.25f, 1.5f, 0.5f, 3});
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 2;
  args.estimates = rows.estimates.data();
  args.standard_deviations = rows.std.data();
  ASSERT_EQ(crbrt_add_prior_pull(reinterpret_cast<const crbrt_program*>(&rows.program), &args), CRBRT_OK);
  EXPECT_EQ(rows.std, (std::vector<float>{planes.std[0], planes.std[2], planes.std[1], planes.std[3]}));
}

TEST(PriorPull, RefusesWhatIsNoResultOfARunAndWritesNothing) {
  Fixture f({2, 3, 11, 8}, {0.25f, 0.5f, 1.5f, 3});
  const std::vector<float> before = f.std;
  const View2<const float> estimates{f.estimates.data(), 2, 2};
  EXPECT_EQ(add_prior_pull(f.program, estimates, {f.std.data(), 1, 2}), Status::bad_shape);
  EXPECT_EQ(add_prior_pull(f.program, estimates, {f.std.data(), 2, 2, 1, 1}), Status::bad_shape) << "elements share memory";
  EXPECT_EQ(add_prior_pull(f.program, {nullptr, 2, 2}, {f.std.data(), 2, 2}), Status::bad_shape);
  const auto* const program = reinterpret_cast<const crbrt_program*>(&f.program);
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 2;
  args.estimates = f.estimates.data();
  EXPECT_EQ(crbrt_add_prior_pull(program, &args), CRBRT_BAD_SHAPE) << "no standard deviations";
  EXPECT_EQ(crbrt_add_prior_pull(program, nullptr), CRBRT_BAD_SHAPE);
  EXPECT_EQ(crbrt_add_prior_pull(nullptr, &args), CRBRT_BAD_PROGRAM);
  EXPECT_EQ(f.std, before);
}

}  // namespace
}  // namespace crbrt::tests
