// SPDX-License-Identifier: Apache-2.0
// Standard deviations of one tile: equal to the reference bit for bit, our logarithm and exponential within their stated bounds
// of the exact ones, and the whole formula within what follows from those.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

#include "runtime/src/isa/scalar.h"
#include "runtime/src/kernels/reference.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"
#include "tests/runtime/exact_uncertainty.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr double u = 0x1p-24;
constexpr Uncertainty range{-2.5f, -1.25f, 0.75f};
const std::vector<float> sigmas{0.08f, 1.0f, 0.004f, 3e7f, FLT_TRUE_MIN, 3e-41f, FLT_MIN, FLT_MAX, 1e-30f, 0.75f, 0x1p127f};

std::vector<Output> outputs(std::size_t n) {
  std::vector<Output> list(n);
  for (std::size_t j = 0; j < n; ++j) list[j] = {"x", "1", 7.0f, (j % 2 == 0 ? 1.0f : -0.3f) * static_cast<float>(j + 1), 0, 1};
  return list;
}

/// Of the same, the last bounded to what about half of the voxels of a normal tile leave.
std::vector<Output> bounded_outputs(std::size_t n) {
  std::vector<Output> list = outputs(n);
  list.back().std_minimum = 0.5f * std::abs(list.back().scale);
  list.back().std_maximum = 1.5f * std::abs(list.back().scale);
  return list;
}

/// Norms of every magnitude in the halves that preprocess gives.
NormTile norms() {
  NormTile norm;
  for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
    norm.size[v] = 1 + 0.37f * static_cast<float>(v);
    norm.scale[v] = v % 3 == 0 ? 1 : std::ldexp(1.0f, (static_cast<int>(v % 24) - 12) * 10);
  }
  return norm;
}

template <class Ops>
double worst_log2_error() {
  double worst = 0;
  for (std::uint32_t i = 0; i < 1u << 23; ++i) {
    const float x = bit_cast<float>(0x3f800000u | i);
    worst = std::max(worst, std::abs(log2_of_mantissa<Ops>(x) - std::log2(double{x})));
  }
  return worst;
}

TEST(Log2, IsWithinItsBoundForEveryMantissa) { EXPECT_LE(worst_log2_error<scalar::Ops>(), 4 * u); }

template <class Ops>
double worst_exp2_error() {
  double worst = 0;
  for (std::int32_t i = -(1 << 23); i <= 1 << 23; i += 3) {
    const float r = static_cast<float>(i) * 0x1p-24f;  // every float of [1/4, 1/2] has this spacing or more
    worst = std::max(worst, std::abs(polynomial<Ops>(exp2_series, r) / std::exp2(double{r}) - 1));
  }
  return worst;
}

TEST(Exp, SeriesIsWithinItsBound) { EXPECT_LE(worst_exp2_error<scalar::Ops>(), 2 * u); }

TEST(Exp, IsWithinRoundingOfTheArgumentOverTheWholeRange) {
  // e * log2(e): the constant and the product each off by u relative, so the result by 2 u |e|; the series by 2 u.
  for (float e = -87; e < 88; e += 0.00123f) {
    const double bound = 1.01 * (2 * std::abs(e) + 2) * u;
    ASSERT_NEAR(exp<scalar::Ops>(e) / std::exp(double{e}), 1, bound) << e;
  }
}

TEST(Exp, SaturatesAndKeepsNan) {
  EXPECT_EQ(exp<scalar::Ops>(-1000.0f), FLT_MIN);
  EXPECT_EQ(exp<scalar::Ops>(1000.0f), 0x1p127f);
  EXPECT_EQ(exp<scalar::Ops>(-std::numeric_limits<float>::infinity()), FLT_MIN);
  EXPECT_EQ(exp<scalar::Ops>(0.0f), 1.0f);
  EXPECT_TRUE(std::isnan(exp<scalar::Ops>(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Uncertainty, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  const NormTile norm = norms();
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_output : {1u, 3u, 6u})
      for (const std::size_t n_voxel : {1u, 8u, 47u, 48u})
        for (const std::size_t gap : {0u, 2u})
          for (const float sigma : sigmas) {
            const std::size_t stride = n_output + gap, used = (n_voxel - 1) * stride + n_output;
            const auto list = bounded_outputs(n_output);
            const auto tile = normal_tile(3 * n_output, 41, true);
            GuardedBuffer<float> in(tile), in_ref(tile), found(used), expected(used);
            uncertainty_ref({in_ref.data(), list.data(), range, sigma, &norm, 5, {expected.data(), n_voxel, n_output, stride}});
            kernel_table(isa)->uncertainty(
                {in.data(), list.data(), range, sigma, &norm, 5, {found.data(), n_voxel, n_output, stride}});
            ASSERT_EQ(bits_of(found), bits_of(expected)) << name(isa) << ' ' << n_output << " x " << n_voxel << " at " << sigma;
            record.ran(isa);
          }
  record.expect_scalar_and_best();
}

/// The kernel on a full tile: std[v * n_output + j].
std::vector<float> run(Isa isa, const std::vector<float>& tile, const std::vector<Output>& list, float sigma,
                       const NormTile& norm) {
  GuardedBuffer<float> in(tile), rows(layout::tile_voxels * list.size());
  kernel_table(isa)->uncertainty(
      {in.data(), list.data(), range, sigma, &norm, 0, {rows.data(), layout::tile_voxels, list.size()}});
  return rows.values();
}

TEST(Uncertainty, IsWithinRoundingOfTheFormulaAtEveryMagnitude) {
  const std::size_t n_output = 3, step = n_output * layout::tile_voxels;
  const auto list = outputs(n_output);
  const NormTile norm = norms();
  const auto q = normal_tile(3 * n_output, 43);
  for (const Isa isa : runnable_isas())
    for (const float sigma : sigmas) {
      const auto found = run(isa, q, list, sigma, norm);
      for (std::size_t v = 0; v < layout::tile_voxels; ++v)
        for (std::size_t j = 0; j < n_output; ++j) {
          const std::size_t at = j * layout::tile_voxels + v;
          const ExactStd exact = exact_std(range, list[j].scale, q[at], q[at + step], q[at + 2 * step], sigma,
                                           double{norm.size[v]} / norm.scale[v], 0);
          if (exact.value > 1e38) continue;  // saturated: another test
          ASSERT_NEAR(found[v * n_output + j] / exact.value, 1, exact.relative_bound)
              << name(isa) << " sigma " << sigma << " voxel " << v << " output " << j;
        }
    }
}

TEST(Uncertainty, IsBoundedWhereTheOutputSaysSo) {
  const auto free = outputs(3), bounded = bounded_outputs(3);
  const NormTile norm = norms();
  const auto q = normal_tile(9, 43);
  const float low = bounded[2].std_minimum, high = bounded[2].std_maximum;
  for (const Isa isa : runnable_isas()) {
    const auto without = run(isa, q, free, 1.0f, norm), with = run(isa, q, bounded, 1.0f, norm);
    std::size_t n_low = 0, n_high = 0;
    for (std::size_t i = 0; i < with.size(); ++i) {
      const bool is_bounded = i % 3 == 2;
      n_low += is_bounded && without[i] < low;
      n_high += is_bounded && without[i] > high;
      EXPECT_EQ(with[i], is_bounded ? std::clamp(without[i], low, high) : without[i]) << name(isa) << ' ' << i;
    }
    EXPECT_GT(n_low, 0u);
    EXPECT_GT(n_high, 0u);
  }
}

TEST(Uncertainty, IsAtItsLimitForTheLargestAndTheSmallestFeatures) {
  std::vector<float> q(3 * layout::tile_voxels, 0.0f);
  q[5] = 3e38f;
  q[6] = std::numeric_limits<float>::infinity();
  q[7] = -3e38f;
  const std::vector<Output> list{{"x", "1", 0, 3, 0, 1, 0.25f, 2e4f}};
  for (const Isa isa : runnable_isas()) {
    const auto found = run(isa, q, list, 0.001f, norms());
    EXPECT_EQ(found[5], 2e4f) << name(isa);
    EXPECT_EQ(found[6], 2e4f) << name(isa);
    EXPECT_EQ(found[7], 0.25f) << name(isa);
  }
}

TEST(Uncertainty, IsPositiveForANegativeScaleAndNanForANanFeature) {
  std::vector<float> q(3 * layout::tile_voxels, 0.0f);
  q[5] = q[layout::tile_voxels + 6] = q[2 * layout::tile_voxels + 7] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Output> list{{"x", "1", 0, -3, 0, 1}};
  NormTile norm = norms();
  for (const Isa isa : runnable_isas()) {
    const auto found = run(isa, q, list, 0.001f, norm);
    for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
      if (v >= 5 && v <= 7)
        EXPECT_TRUE(std::isnan(found[v])) << name(isa) << ' ' << v;
      else
        EXPECT_GE(found[v], 3.0f) << name(isa) << ' ' << v;
    }
  }
}

}  // namespace
}  // namespace crbrt::tests
