// SPDX-License-Identifier: Apache-2.0
// Standard deviations and atypicality of a session: the numbers of the formula and of the reference, estimates untouched,
// nothing where there is no signal, and refusals that change nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/runtime/bound_session.h"
#include "tests/runtime/exact_uncertainty.h"
#include "tests/runtime/reference_session.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t n_in = 16, n_out = 5;

/// Buffers that end at unmapped pages, and views of them.
struct Buffers {
  explicit Buffers(std::size_t n_voxel) : n(n_voxel), estimates(n * n_out), std(n * n_out), score(n), status(n) {}

  Results plain() { return {.estimates = {estimates.data(), n, n_out}, .status = {status.data(), n}}; }
  Results both(float sigma) {
    Results all = plain();
    all.standard_deviations = {std.data(), n, n_out};
    all.atypicality = {score.data(), n};
    all.sigma = sigma;
    return all;
  }

  std::size_t n;
  GuardedBuffer<float> estimates, std, score;
  GuardedBuffer<VoxelStatus> status;
};

class DetailsTest : public testing::Test {
 protected:
  DetailsTest() : network_(8) { build_uncertain_mixed_network(network_); }
  const Program& program() { return network_.program(); }

  SyntheticProgram network_;
};

TEST_F(DetailsTest, EqualReferenceBitForBitForEveryBatchSize) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : sizes_around({2, 4, 8, 16, layout::tile_voxels})) {
      auto coefficients = random_coefficients(n, 8);
      if (n > 2) coefficients[2 * n_in] = std::numeric_limits<float>::quiet_NaN();
      const ReferenceResult expected = run_reference(mul_add_of(isa), program(), coefficients, 0.5f);
      BoundSession session(program(), isa);
      const GuardedBuffer<float> in(coefficients);
      Buffers found(n);
      ASSERT_EQ(session->run(Coefficients::rows(in.data(), n, n_in / 2), found.both(0.5f)), Status::ok);
      ASSERT_EQ(bits_of(found.estimates), bits_of(expected.estimates)) << name(isa) << ' ' << n;
      ASSERT_EQ(bits_of(found.std), bits_of(expected.std)) << name(isa) << ' ' << n;
      ASSERT_EQ(bits_of(found.score), bits_of(expected.atypicality)) << name(isa) << ' ' << n;
      ASSERT_EQ(found.status.values(), expected.status);
      record.ran(session->isa());
    }
  record.expect_scalar_and_best();
}

/// The same weights, with every feature of the last layer as an output: estimates are the features themselves.
void build_feature_network(SyntheticProgram& twin) {
  build_uncertain_mixed_network(twin);
  twin.program().uncertainty = nullptr;
  twin.program().atypicality = nullptr;
  twin.outputs().assign(4 * n_out + 1, Output{"feature", "1", 0, 1, -FLT_MAX, FLT_MAX});
  twin.program().outputs = twin.outputs().data();
  twin.program().n_output = 4 * n_out + 1;
}

TEST_F(DetailsTest, FollowTheFormulaInDoublePrecision) {
  SyntheticProgram twin(8);
  build_feature_network(twin);
  const std::size_t n = 200, n_feature = 4 * n_out + 1;
  const auto coefficients = random_coefficients(n, 8);
  for (const Isa isa : runnable_isas())
    for (const float sigma : {0.01f, 0.3f, 2.0f, 50.0f}) {  // below, within and above the range of noise
      BoundSession session(program(), isa), features(twin.program(), isa);
      std::vector<float> feature(n * n_feature);
      Buffers found(n);
      ASSERT_EQ(
          features->run(Coefficients::rows(coefficients.data(), n, n_in / 2), {.estimates = {feature.data(), n, n_feature}}),
          Status::ok);
      ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), n, n_in / 2), found.both(sigma)), Status::ok);
      for (std::size_t v = 0; v < n; ++v) {
        double squares = 0;
        for (std::size_t i = 0; i < n_in; ++i) squares += double{coefficients[v * n_in + i]} * coefficients[v * n_in + i];
        const double norm_error = ((n_in + 1) / 2.0 + 1) * 0x1p-24;  // preprocess_test.cpp
        const float* f = &feature[v * n_feature];
        for (std::size_t j = 0; j < n_out; ++j) {
          const ExactStd exact = exact_std(*program().uncertainty, program().outputs[j].scale, f[n_out + j], f[2 * n_out + j],
                                           f[3 * n_out + j], sigma, std::sqrt(squares), norm_error);
          ASSERT_NEAR(found.std.data()[v * n_out + j] / exact.value, 1, exact.relative_bound) << name(isa) << ' ' << v;
        }
        ASSERT_EQ(found.score.data()[v], f[4 * n_out]) << name(isa) << ' ' << v;
      }
    }
}

TEST_F(DetailsTest, DoNotChangeABitOfTheEstimates) {
  const std::size_t n = 61;
  const auto coefficients = random_coefficients(n, 8);
  const Coefficients in = Coefficients::rows(coefficients.data(), n, n_in / 2);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    Buffers plain(n), both(n), std_only(n), score_only(n);
    ASSERT_EQ(session->run(in, plain.plain()), Status::ok);
    ASSERT_EQ(session->run(in, both.both(0.1f)), Status::ok);
    Results std_details = std_only.both(0.1f), score_details = score_only.both(0);
    std_details.atypicality = {};
    std_details.status = {};
    score_details.standard_deviations = {};
    ASSERT_EQ(session->run(in, std_details), Status::ok);
    ASSERT_EQ(session->run(in, score_details), Status::ok) << "the score needs no sigma";
    for (const Buffers* other : {&both, &std_only, &score_only})
      EXPECT_EQ(bits_of(other->estimates), bits_of(plain.estimates)) << name(isa);
    EXPECT_EQ(both.status.values(), plain.status.values());
    EXPECT_EQ(bits_of(std_only.std), bits_of(both.std)) << name(isa);
    EXPECT_EQ(bits_of(score_only.score), bits_of(both.score)) << name(isa);
  }
}

TEST_F(DetailsTest, AreZeroWhereThereIsNoSignal) {
  const std::size_t n = 30;
  auto coefficients = random_coefficients(n, 8);
  coefficients[4 * n_in + 7] = std::numeric_limits<float>::infinity();
  std::fill_n(&coefficients[26 * n_in], n_in, 0.0f);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    Buffers found(n);
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), n, n_in / 2), found.both(0.1f)), Status::ok);
    for (std::size_t v = 0; v < n; ++v) {
      const bool blank = v == 4 || v == 26;
      EXPECT_EQ(found.score.data()[v] == 0, blank) << name(isa) << ' ' << v;
      for (std::size_t j = 0; j < n_out; ++j) EXPECT_EQ(found.std.data()[v * n_out + j] > 0, !blank) << name(isa) << ' ' << v;
    }
  }
}

TEST_F(DetailsTest, ScaleOfCoefficientsAndNoiseTogetherChangesNothing) {
  // A power of two scales both without rounding, so not a bit may change.
  const std::size_t n = 40;
  const auto coefficients = random_coefficients(n, 8);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    Buffers expected(n);
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), n, n_in / 2), expected.both(0.25f)), Status::ok);
    for (const float factor : {0x1p-90f, 0x1p-20f, 0x1p100f}) {
      auto scaled = coefficients;
      for (float& x : scaled) x *= factor;
      Buffers found(n);
      ASSERT_EQ(session->run(Coefficients::rows(scaled.data(), n, n_in / 2), found.both(0.25f * factor)), Status::ok);
      EXPECT_EQ(bits_of(found.std), bits_of(expected.std)) << name(isa) << ' ' << factor;
    }
  }
}

TEST_F(DetailsTest, InterleavedInputAndLongerRowsGiveTheSame) {
  const std::size_t n = 50, stride = n_out + 2;
  const auto planar = random_coefficients(n, 8);
  std::vector<float> interleaved(planar.size()), long_rows(n * stride, -1.0f);
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t i = 0; i < n_in; ++i) interleaved[v * n_in + 2 * (i % 8) + i / 8] = planar[v * n_in + i];
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    Buffers a(n), b(n);
    ASSERT_EQ(session->run(Coefficients::rows(planar.data(), n, n_in / 2), a.both(0.1f)), Status::ok);
    Results details = b.both(0.1f);
    details.standard_deviations = {long_rows.data(), n, n_out, stride};
    ASSERT_EQ(session->run(Coefficients::interleaved_rows(interleaved.data(), n, n_in / 2), details), Status::ok);
    EXPECT_EQ(bits_of(a.score), bits_of(b.score)) << name(isa);
    for (std::size_t v = 0; v < n; ++v)
      for (std::size_t j = 0; j < stride; ++j)
        ASSERT_EQ(long_rows[v * stride + j], j < n_out ? a.std.data()[v * n_out + j] : -1.0f) << name(isa) << ' ' << v;
  }
}

TEST_F(DetailsTest, WhatCannotBeGivenIsRefusedAndChangesNothing) {
  const std::size_t n = 4;
  const auto coefficients = random_coefficients(n, 8);
  BoundSession session(program(), Isa::automatic);
  Buffers out(n);
  const std::vector<std::uint32_t> before = bits_of(out.std);
  const auto refused = [&](const char* what, const Results& results) {
    EXPECT_EQ(session->run(Coefficients::rows(coefficients.data(), n, n_in / 2), results), Status::bad_shape) << what;
    EXPECT_EQ(session->run(Coefficients::planes(coefficients.data(), n, n_in / 2), results), Status::bad_shape) << what;
  };
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const float sigma : {0.0f, -0.1f, inf, nan}) refused("a sigma that is none", out.both(sigma));
  const auto with_std = [&](const View2<float>& view) {
    Results results = out.plain();
    results.standard_deviations = view;
    results.sigma = 0.1f;
    return results;
  };
  const auto with_score = [&](const View1<float>& view) {
    Results results = out.plain();
    results.atypicality = view;
    return results;
  };
  refused("too few rows", with_std({out.std.data(), n - 1, n_out}));
  refused("too many columns", with_std({out.std.data(), n, n_out + 1}));
  refused("rows overlap", with_std({out.std.data(), n, n_out, n_out - 1}));
  refused("planes overlap", with_std(View2<float>::planes(out.std.data(), n, n_out, n - 1)));
  refused("one element for all", with_std({out.std.data(), n, n_out, 0, 0}));
  refused("std nowhere", with_std({nullptr, n, n_out}));
  refused("too few scores", with_score({out.score.data(), n - 1}));
  refused("scores nowhere", with_score({nullptr, n}));
  refused("one score for all", with_score({out.score.data(), n, 0}));
  EXPECT_EQ(bits_of(out.std), before);
  EXPECT_EQ(bits_of(out.estimates), before);
}

TEST_F(DetailsTest, AProgramWithoutThemGivesEstimatesOnly) {
  SyntheticProgram plain(8);
  build_mixed_network(plain);
  const std::size_t n = 4;
  const auto coefficients = random_coefficients(n, 8);
  BoundSession session(plain.program(), Isa::automatic);
  Buffers out(n);
  const Coefficients in = Coefficients::rows(coefficients.data(), n, n_in / 2);
  Results with_std = out.both(0.1f), with_score = out.both(0.1f);
  with_std.atypicality = {};
  with_score.standard_deviations = {};
  EXPECT_EQ(session->run(in, with_std), Status::bad_shape);
  EXPECT_EQ(session->run(in, with_score), Status::bad_shape);
  EXPECT_EQ(session->run(in, out.plain()), Status::ok);
}

}  // namespace
}  // namespace crbrt::tests
