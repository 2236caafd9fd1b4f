// SPDX-License-Identifier: Apache-2.0
// Which standard deviations are at their limit, through both interfaces.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"
#include "tests/support/two_outputs.h"

namespace crbrt::tests {
namespace {

/// Standard deviations as planes, and estimates at the priors' means, where nothing pulls.
struct Fixture : TwoOutputs {
  std::vector<float> std, estimates;
  std::vector<std::uint32_t> at_limit;

  explicit Fixture(std::vector<float> std_) : std(std::move(std_)), estimates(std.size(), 5), at_limit(std.size() / 2, 77) {
    std::fill_n(estimates.begin(), std.size() / 2, 2.0f);
  }
  View2<const float> planes(const std::vector<float>& values) const {
    return View2<const float>::planes(values.data(), values.size() / program.n_output, program.n_output);
  }
  Status find() { return find_std_limits(program, planes(estimates), planes(std), {at_limit.data(), at_limit.size()}); }
  const crbrt_program* c_program() const { return reinterpret_cast<const crbrt_program*>(&program); }
};

TEST(StdLimits, AreNamedByOutputAndVoxelsWithoutAnEstimateHaveNone) {
  Fixture f({0.01f, 0.02f, 1.5f, 0.5f, 0, 1e-9f, 1e9f, 1, 1, 0});
  ASSERT_EQ(f.find(), Status::ok);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{1, 0, 1, 0, 0}));
}

TEST(StdLimits, OfTheSecondOutputAreTheSecondBit) {
  Fixture f({0.5f, 1.5f, 3, 3});
  f.outputs[1].std_maximum = 3;
  ASSERT_EQ(f.find(), Status::ok);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{2, 3}));
}

// 1.2 s sqrt(1 + (1.2 / 0.5)^2 (0.5 / 0.5)^2) = 3.1 is more than 1.5; of an estimate at the mean it stays 1.2.
TEST(StdLimits, AreReachedWhereThePullOfThePriorIsCut) {
  Fixture f({1.2f, 1.2f, 1, 1});
  f.estimates[0] = 2.5f;
  ASSERT_EQ(f.find(), Status::ok);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{1, 0}));
  ASSERT_EQ(add_prior_pull(f.program, f.planes(f.estimates), View2<float>::planes(f.std.data(), 2, 2)), Status::ok);
  EXPECT_EQ(f.std[0], f.outputs[0].std_maximum);
  EXPECT_LT(f.std[1], f.outputs[0].std_maximum);
}

TEST(StdLimits, OfMoreOutputsThanBitsShareTheLast) {
  Fixture f(std::vector<float>(40, 1));
  f.outputs.assign(40, {"a", "s", 0, 1, 0, 9, 0, 2});
  f.outputs[39].std_maximum = 1;
  f.estimates.assign(40, 0);
  f.program.n_output = 40;
  f.program.outputs = f.outputs.data();
  f.at_limit.resize(1);
  ASSERT_EQ(f.find(), Status::ok);
  EXPECT_EQ(f.at_limit[0], 1u << 31);
}

TEST(StdLimits, AreTheSameThroughTheCInterfaceInRows) {
  Fixture f({1.5f, 7, 0.02f, 7, 0.01f, 7});
  f.estimates = {2, 5, 2, 5, 2, 5};
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 3;
  args.estimates = f.estimates.data();
  args.standard_deviations = f.std.data();
  ASSERT_EQ(crbrt_find_std_limits(f.c_program(), &args, f.at_limit.data()), CRBRT_OK);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{1, 0, 1}));
}

TEST(StdLimits, RefuseWhatIsNoResultOfARunAndWriteNothing) {
  Fixture f({1.5f, 1.5f, 1, 1});
  const std::vector<std::uint32_t> before = f.at_limit;
  const View2<const float> std{f.std.data(), 2, 2}, estimates{f.estimates.data(), 2, 2};
  EXPECT_EQ(find_std_limits(f.program, estimates, std, {f.at_limit.data(), 1}), Status::bad_shape);
  EXPECT_EQ(find_std_limits(f.program, estimates, {nullptr, 2, 2}, {f.at_limit.data(), 2}), Status::bad_shape);
  EXPECT_EQ(find_std_limits(f.program, estimates, {f.std.data(), 2, 1}, {f.at_limit.data(), 2}), Status::bad_shape);
  EXPECT_EQ(find_std_limits(f.program, {f.estimates.data(), 1, 2}, std, {f.at_limit.data(), 2}), Status::bad_shape);
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 2;
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), &args, f.at_limit.data()), CRBRT_BAD_SHAPE) << "no standard deviations";
  args.standard_deviations = f.std.data();
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), &args, f.at_limit.data()), CRBRT_BAD_SHAPE) << "no estimates";
  args.estimates = f.estimates.data();
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), &args, nullptr), CRBRT_BAD_SHAPE);
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), nullptr, f.at_limit.data()), CRBRT_BAD_SHAPE);
  EXPECT_EQ(crbrt_find_std_limits(nullptr, &args, f.at_limit.data()), CRBRT_BAD_PROGRAM);
  EXPECT_EQ(f.at_limit, before);
}

}  // namespace
}  // namespace crbrt::tests
