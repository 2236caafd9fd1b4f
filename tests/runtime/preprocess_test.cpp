// SPDX-License-Identifier: Apache-2.0
// Preprocessing: equal to its reference bit for bit on every instruction set and input layout; flags; ranges of magnitude.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

enum class Layout { rows, interleaved_rows, planes, interleaved_planes, other };
constexpr Layout layouts[] = {Layout::rows, Layout::interleaved_rows, Layout::planes, Layout::interleaved_planes,
                              Layout::other};

/// The numbers of `in`, all of them, as coefficients of n_voxel voxels. `other` is a layout without a name: pairs with the
/// imaginary part first.
Coefficients coefficients(Layout layout, const float* in, std::size_t n_voxel, std::size_t n_coeff) {
  switch (layout) {
    case Layout::rows: return Coefficients::rows(in, n_voxel, n_coeff);
    case Layout::interleaved_rows: return Coefficients::interleaved_rows(in, n_voxel, n_coeff);
    case Layout::planes: return Coefficients::planes(in, n_voxel, n_coeff);
    case Layout::interleaved_planes: return Coefficients::interleaved_planes(in, n_voxel, n_coeff);
    case Layout::other: break;
  }
  return {in + 1, in, n_voxel, n_coeff, 2 * n_coeff, 2};
}

/// One tile whose input rows end at an unmapped page.
struct PreprocessCase {
  PreprocessCase(std::vector<float> rows, std::size_t n_coeff_, std::size_t n_voxel, Layout layout)
      : n_coeff(n_coeff_), in(rows), mean(normal_values(2 * n_coeff, 21)), inverse_std(normal_values(2 * n_coeff, 22)) {
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) inverse_std.data()[i] = 1 + std::fabs(inverse_std.data()[i]);
    tile = coefficients(layout, in.data(), n_voxel, n_coeff);
  }

  PreprocessArgs args(GuardedBuffer<float>& features, std::int32_t phase_reference, bool l2_normalize,
                      std::int32_t conjugate_reference = -1) const {
    const Preprocessing p{phase_reference, conjugate_reference, l2_normalize ? 1u : 0u, mean.data(), inverse_std.data()};
    return {tile, p, features.data(), nullptr};
  }

  std::size_t n_coeff;
  GuardedBuffer<float> in, mean, inverse_std;
  Coefficients tile{};
};

void expect_equal_to_reference(Isa isa, const PreprocessCase& c, std::int32_t phase_reference, bool l2_normalize,
                               std::int32_t conjugate_reference) {
  GuardedBuffer<float> expected(2 * c.n_coeff * layout::tile_voxels), found(2 * c.n_coeff * layout::tile_voxels);
  PreprocessArgs with_norm = c.args(expected, phase_reference, l2_normalize, conjugate_reference);
  NormTile norm, norm_ref;
  with_norm.norm = &norm_ref;
  const PreprocessFlags a = preprocess_ref(with_norm);
  with_norm.features = found.data();
  with_norm.norm = &norm;
  const PreprocessFlags b = kernel_table(isa)->preprocess(with_norm);
  const std::size_t n_voxel = c.tile.n_voxel;
  EXPECT_EQ(bits_of(norm.size, n_voxel), bits_of(norm_ref.size, n_voxel)) << name(isa);
  EXPECT_EQ(bits_of(norm.scale, n_voxel), bits_of(norm_ref.scale, n_voxel)) << name(isa);
  for (std::size_t f = 0; f < 2 * c.n_coeff; ++f) {
    const std::size_t row = f * layout::tile_voxels;
    EXPECT_EQ(bits_of(found.data() + row, n_voxel), bits_of(expected.data() + row, n_voxel))
        << name(isa) << " phase " << phase_reference << " conjugate " << conjugate_reference << " l2 " << l2_normalize
        << " feature " << f;
  }
  EXPECT_EQ(b.non_finite, a.non_finite);
  EXPECT_EQ(b.zero_signal, a.zero_signal);
}

TEST(Preprocess, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_coeff : {1u, 4u, 13u})
      for (const std::size_t n_voxel : {1u, 3u, 4u, 8u, 31u, 47u, 48u})
        for (const Layout layout : layouts) {
          const PreprocessCase c(normal_values(n_voxel * 2 * n_coeff, 23), n_coeff, n_voxel, layout);
          for (const std::int32_t phase : {-1, 0, static_cast<std::int32_t>(n_coeff) - 1})
            for (const std::int32_t conjugate : {-1, static_cast<std::int32_t>(n_coeff) / 2})
              for (const bool l2 : {false, true}) expect_equal_to_reference(isa, c, phase, l2, conjugate);
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

/// Rows of two coefficients that a careless norm or phase gets wrong.
const std::vector<std::vector<float>> hard_rows = {
    {0, 0, 0, 0},
    {-0.0f, 0, 0, 0},
    {nan, 1, 1, 1},
    {1, 1, 1, nan},
    {inf, 1, 1, 1},
    {1, -inf, 1, 1},
    {nan, inf, 0, 0},
    {FLT_MAX, FLT_MAX, -FLT_MAX, FLT_MAX},
    {1e30f, 1, 1, 1},
    {1e-30f, 2e-30f, 0, 0},
    {FLT_MIN, 0, 0, 0},
    {0, 0, 0, -FLT_MIN},
    {FLT_TRUE_MIN, 0, 0, 0},
    {FLT_TRUE_MIN, 1, 0, 0},
    {0, 1, 0, 1},
    {1e-25f, 1, 1e-25f, 1},
    {1, 1, 1, 1},
    {-1, 0, 0, 0},
    {3e38f, 1e-38f, 1, 1},
    {0.5f, FLT_MIN, FLT_TRUE_MIN, 0},
};

std::vector<float> hard_tile() {
  std::vector<float> rows;
  for (const auto& row : hard_rows) rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

TEST(Preprocess, HardRowsEqualReferenceBitForBit) {
  for (const Isa isa : runnable_isas())
    for (const Layout layout : layouts) {
      const PreprocessCase c(hard_tile(), 2, hard_rows.size(), layout);
      for (const std::int32_t phase : {-1, 0, 1})
        for (const std::int32_t conjugate : {-1, 0, 1})
          for (const bool l2 : {false, true}) expect_equal_to_reference(isa, c, phase, l2, conjugate);
    }
}

TEST(Preprocess, FlagsExactlyTheRowsThatHaveNoSignal) {
  const PreprocessCase c(hard_tile(), 2, hard_rows.size(), Layout::rows);
  layout::VoxelBits non_finite = 0, zero = 0;
  for (std::size_t v = 0; v < hard_rows.size(); ++v) {
    const std::vector<float>& row = hard_rows[v];
    const bool finite = std::all_of(row.begin(), row.end(), [](float x) { return std::isfinite(x); });
    const bool signal = std::any_of(row.begin(), row.end(), [](float x) { return std::fabs(x) >= FLT_MIN; });
    if (!finite) non_finite |= layout::voxel_bit(v);
    if (finite && !signal) zero |= layout::voxel_bit(v);
  }
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> features(4 * layout::tile_voxels);
    const PreprocessFlags flags = kernel_table(isa)->preprocess(c.args(features, 0, true));
    EXPECT_EQ(flags.non_finite, non_finite) << name(isa);
    EXPECT_EQ(flags.zero_signal & ~flags.non_finite, zero) << name(isa);
    for (std::size_t f = 0; f < 4; ++f)
      for (std::size_t v = 0; v < hard_rows.size(); ++v)
        ASSERT_TRUE(std::isfinite(features.data()[f * layout::tile_voxels + v])) << name(isa);
  }
}

TEST(Preprocess, GivesTheNormOfTheCoefficientsAsTheyAre) {
  // A sum of n squares errs by (n + 1) u relative, u = 2^-24; the root halves that and rounds once.
  const double bound = ((4 + 1) / 2.0 + 1) * 0x1p-24;
  const PreprocessCase c(hard_tile(), 2, hard_rows.size(), Layout::rows);
  for (const Isa isa : runnable_isas())
    for (const bool l2 : {false, true}) {
      GuardedBuffer<float> features(4 * layout::tile_voxels);
      NormTile norm;
      PreprocessArgs args = c.args(features, 0, l2);
      args.norm = &norm;
      const PreprocessFlags flags = kernel_table(isa)->preprocess(args);
      for (std::size_t v = 0; v < hard_rows.size(); ++v) {
        if (((flags.non_finite | flags.zero_signal) >> v & 1) != 0) {
          EXPECT_EQ(norm.size[v] / norm.scale[v], 1.0f) << v;
          continue;
        }
        double squares = 0;
        for (const float x : hard_rows[v]) squares += double{x} * x;
        EXPECT_NEAR(double{norm.size[v]} / norm.scale[v] / std::sqrt(squares), 1, bound) << name(isa) << " row " << v;
        EXPECT_GE(norm.size[v], 1.0f) << v;
      }
    }
}

/// Preprocessing in double precision, straight from the text of program.h.
std::vector<double> exact_features(const PreprocessCase& c, std::size_t voxel, std::size_t reference) {
  const float* row = c.in.data() + voxel * 2 * c.n_coeff;
  std::vector<std::complex<double>> x(c.n_coeff);
  double norm = 0;
  for (std::size_t i = 0; i < c.n_coeff; ++i) {
    x[i] = {row[i], row[c.n_coeff + i]};
    norm += std::norm(x[i]);
  }
  const std::complex<double> turn = std::conj(x[reference]) / std::abs(x[reference]) / std::sqrt(norm);
  std::vector<double> features(2 * c.n_coeff);
  for (std::size_t i = 0; i < c.n_coeff; ++i) {
    const std::complex<double> y = x[i] * turn;
    const std::size_t j = c.n_coeff + i;
    features[i] = (y.real() - c.mean.data()[i]) * c.inverse_std.data()[i];
    features[j] = (y.imag() - c.mean.data()[j]) * c.inverse_std.data()[j];
  }
  return features;
}

TEST(Preprocess, IsWithinRoundingOfExactAtEveryMagnitude) {
  // With u = 2^-24 and n = 2 * n_coeff, first order: the norm errs by (n/2 + 1) u relative, its reciprocal by two more u, the
  // unit phase by 4 u (two squares, root, quotient), gain by one more; the rotated sum of two products by 2 u of |x|. Together
  // (n/2 + 10) u |x| with |x| <= 1; subtracting the mean and scaling round by 2 u (|x| + |mean|), all times inverse_std.
  const std::size_t n_coeff = 13, n_voxel = layout::tile_voxels;
  const double u = 0x1p-24;
  for (const float magnitude : {1e-36f, 1e-20f, 1e-3f, 1.0f, 1e20f, 1e37f}) {
    std::vector<float> rows = normal_values(n_voxel * 2 * n_coeff, 24);
    for (float& x : rows) x *= magnitude;
    const PreprocessCase c(rows, n_coeff, n_voxel, Layout::rows);
    for (const Isa isa : runnable_isas()) {
      GuardedBuffer<float> features(2 * n_coeff * layout::tile_voxels);
      const PreprocessFlags flags = kernel_table(isa)->preprocess(c.args(features, 0, true));
      ASSERT_EQ(flags.non_finite | flags.zero_signal, 0u);
      for (std::size_t v = 0; v < n_voxel; ++v) {
        const std::vector<double> exact = exact_features(c, v, 0);
        for (std::size_t f = 0; f < exact.size(); ++f) {
          const double bound = u * c.inverse_std.data()[f] * ((n_coeff + 10.0) + 2 * (1 + std::fabs(c.mean.data()[f])));
          ASSERT_NEAR(features.data()[f * layout::tile_voxels + v], exact[f], bound)
              << name(isa) << " magnitude " << magnitude << " voxel " << v << " feature " << f;
        }
      }
    }
  }
}

/// Signs are exact, so both are the same bit for bit.
TEST(Preprocess, AVoxelAndItsConjugateHaveTheSameFeaturesWhereOneIsConjugated) {
  const std::size_t n_coeff = 5, n_voxel = layout::tile_voxels, conjugate_reference = 2;
  std::vector<float> rows = normal_values(n_voxel * 2 * n_coeff, 25), conjugated = rows;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (i / n_coeff % 2 == 1) conjugated[i] = -conjugated[i];
  PreprocessCase c(rows, n_coeff, n_voxel, Layout::rows), d(conjugated, n_coeff, n_voxel, Layout::rows);
  for (const Isa isa : runnable_isas())
    for (const std::int32_t phase : {-1, 0}) {
      GuardedBuffer<float> a(2 * n_coeff * layout::tile_voxels), b(2 * n_coeff * layout::tile_voxels);
      kernel_table(isa)->preprocess(c.args(a, phase, true, conjugate_reference));
      kernel_table(isa)->preprocess(d.args(b, phase, true, conjugate_reference));
      EXPECT_EQ(bits_of(a.data(), a.size()), bits_of(b.data(), b.size())) << name(isa) << " phase " << phase;
      const std::size_t row = n_coeff + conjugate_reference;
      const float zero = (0 - c.mean.data()[row]) * c.inverse_std.data()[row];  // what an imaginary part of 0 becomes
      for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_GE(a.data()[row * layout::tile_voxels + v], zero) << name(isa);
    }
}

}  // namespace
}  // namespace crbrt::tests
