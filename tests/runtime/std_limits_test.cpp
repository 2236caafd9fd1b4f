// SPDX-License-Identifier: Apache-2.0
// Which standard deviations are at their limit, through both interfaces.
#include <gtest/gtest.h>

#include <vector>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"

namespace crbrt::tests {
namespace {

/// Two outputs, of which the first is bounded by 0.01 and 1.5; standard deviations as planes.
struct Fixture {
  std::vector<Output> outputs{{"a", "s", 2, 0.5f, 0, 9, 0.01f, 1.5f}, {"b", "1", 5, -3, 0, 9}};
  Program program{};
  std::vector<float> std;
  std::vector<std::uint32_t> at_limit;

  explicit Fixture(std::vector<float> std_) : std(std::move(std_)), at_limit(std.size() / 2, 77) {
    program.n_output = static_cast<std::uint32_t>(outputs.size());
    program.outputs = outputs.data();
  }
  const crbrt_program* c_program() const { return reinterpret_cast<const crbrt_program*>(&program); }
};

TEST(StdLimits, AreNamedByOutputAndVoxelsWithoutAnEstimateHaveNone) {
  Fixture f({0.01f, 0.02f, 1.5f, 0.5f, 0, 1e-9f, 1e9f, 1, 1, 0});
  ASSERT_EQ(find_std_limits(f.program, View2<const float>::planes(f.std.data(), 5, 2), {f.at_limit.data(), 5}), Status::ok);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{1, 0, 1, 0, 0}));
}

TEST(StdLimits, OfTheSecondOutputAreTheSecondBit) {
  Fixture f({0.5f, 1.5f, 3, 3});
  f.outputs[1].std_maximum = 3;
  ASSERT_EQ(find_std_limits(f.program, View2<const float>::planes(f.std.data(), 2, 2), {f.at_limit.data(), 2}), Status::ok);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{2, 3}));
}

TEST(StdLimits, OfMoreOutputsThanBitsShareTheLast) {
  Fixture f(std::vector<float>(40, 1));
  f.outputs.assign(40, {"a", "s", 0, 1, 0, 9, 0, 2});
  f.outputs[39].std_maximum = 1;
  f.program.n_output = 40;
  f.program.outputs = f.outputs.data();
  ASSERT_EQ(find_std_limits(f.program, View2<const float>::planes(f.std.data(), 1, 40), {f.at_limit.data(), 1}), Status::ok);
  EXPECT_EQ(f.at_limit[0], 1u << 31);
}

TEST(StdLimits, AreTheSameThroughTheCInterfaceInRows) {
  Fixture f({1.5f, 7, 0.02f, 7, 0.01f, 7});
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 3;
  args.standard_deviations = f.std.data();
  ASSERT_EQ(crbrt_find_std_limits(f.c_program(), &args, f.at_limit.data()), CRBRT_OK);
  EXPECT_EQ(f.at_limit, (std::vector<std::uint32_t>{1, 0, 1}));
}

TEST(StdLimits, RefuseWhatIsNoResultOfARunAndWriteNothing) {
  Fixture f({1.5f, 1.5f, 1, 1});
  const std::vector<std::uint32_t> before = f.at_limit;
  const View2<const float> std{f.std.data(), 2, 2};
  EXPECT_EQ(find_std_limits(f.program, std, {f.at_limit.data(), 1}), Status::bad_shape);
  EXPECT_EQ(find_std_limits(f.program, {nullptr, 2, 2}, {f.at_limit.data(), 2}), Status::bad_shape);
  EXPECT_EQ(find_std_limits(f.program, {f.std.data(), 2, 1}, {f.at_limit.data(), 2}), Status::bad_shape);
  crbrt_run_args args{};
  args.struct_size = sizeof args;
  args.n_voxel = 2;
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), &args, f.at_limit.data()), CRBRT_BAD_SHAPE) << "no standard deviations";
  args.standard_deviations = f.std.data();
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), &args, nullptr), CRBRT_BAD_SHAPE);
  EXPECT_EQ(crbrt_find_std_limits(f.c_program(), nullptr, f.at_limit.data()), CRBRT_BAD_SHAPE);
  EXPECT_EQ(crbrt_find_std_limits(nullptr, &args, f.at_limit.data()), CRBRT_BAD_PROGRAM);
  EXPECT_EQ(f.at_limit, before);
}

}  // namespace
}  // namespace crbrt::tests
