// SPDX-License-Identifier: Apache-2.0
// Integer kernels that work feature by feature: equal to their references on every instruction set.
#include <gtest/gtest.h>

#include <cmath>

#include "crbrt/format/inverse_root.h"
#include "runtime/src/kernels/reference.h"
#include "tests/support/integer_layer.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

using Words = GuardedBuffer<std::uint32_t>;

std::size_t words_of(Number number, std::size_t n_feature) {
  return layout::row_words(number, n_feature) * layout::tile_voxels;
}

/// What a tile holds of one feature of one voxel; what pads the last word is nobody's.
std::uint32_t bits_of(const Words& words, Number number, std::size_t feature, std::size_t voxel) {
  const std::size_t n = layout::per_word(number), bits = 32 / n;
  return words.data()[feature / n * layout::tile_voxels + voxel] >> (feature % n * bits) << (32 - bits) >> (32 - bits);
}

TEST(Quantize, EveryIsaEqualsReference) {
  IsaRecord record;
  std::vector<float> tile = normal_tile(26, 7, true);
  tile[3] = 1e30f, tile[4] = -1e30f, tile[5] = 0.5f, tile[6] = 1.5f, tile[7] = -2.5f;  // clamped, and ties
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 2u, 13u, 26u}) {
      std::vector<float> scale(n, 1.0f);
      for (std::size_t i = 1; i < n; ++i) scale[i] = 1000.0f * static_cast<float>(i) + 0.3f;
      const GuardedBuffer<float> in(
          std::vector<float>(tile.begin(), tile.begin() + static_cast<long>(n * layout::tile_voxels)));
      Words expected(words_of(Number::s16, n)), found(words_of(Number::s16, n));
      quantize_ref(mul_add_of(isa), {in.data(), expected.data(), scale.data(), n});
      kernel_table(isa)->quantize({in.data(), found.data(), scale.data(), n});
      ASSERT_EQ(found.values(), expected.values()) << name(isa) << ' ' << n;
      record.ran(isa);
    }
  record.expect_scalar_and_best();
}

TEST(Dequantize, EveryIsaEqualsReferenceBitForBit) {
  const std::vector<float> scale{1.0f, 0.1f, 3e-9f};
  const Words in(random_words(3, Number::s32, 9));
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> expected(3 * layout::tile_voxels), found(3 * layout::tile_voxels);
    dequantize_ref(mul_add_of(isa), {in.data(), expected.data(), scale.data(), 3});
    kernel_table(isa)->dequantize({in.data(), found.data(), scale.data(), 3});
    ASSERT_EQ(bits_of(found), bits_of(expected)) << name(isa);
  }
}

TEST(AffineInteger, EveryIsaEqualsReference) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 4u, 6u, 30u, 64u})
      for (const Number number : {Number::s16, Number::u8})
        for (const bool relu : {false, true}) {
          const IntegerLayer layer(Number::f32, n, n, static_cast<std::uint32_t>(n));
          const Words in(random_words(n, Number::s16, 11));
          Words expected(words_of(number, n)), found(words_of(number, n));
          affine_s16_ref(mul_add_of(isa), {in.data(), expected.data(), &layer.tables, n, number, relu});
          kernel_table(isa)->affine_s16({in.data(), found.data(), &layer.tables, n, number, relu});
          for (std::size_t word = 0; word < n / layout::per_word(number) * layout::tile_voxels; ++word)
            ASSERT_EQ(found.data()[word], expected.data()[word]) << name(isa) << ' ' << n << " relu " << relu;
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

/// s16 features whose spread differs from voxel to voxel: from the full range down to one value.
std::vector<std::uint32_t> spread_words(std::size_t n_feature) {
  std::vector<std::uint32_t> words = random_words(n_feature, Number::s16, 13);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const int divisor = 1 << (i % layout::tile_voxels % 16);
    const auto part = [&](std::uint32_t bits) { return static_cast<std::uint32_t>(static_cast<std::int16_t>(bits) / divisor); };
    words[i] = (part(words[i]) & 0xffff) | part(words[i] >> 16) << 16;
  }
  return words;
}

TEST(GroupNormInteger, EveryIsaEqualsReference) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const auto& [n, n_group] : {std::pair{4u, 1u}, {6u, 1u}, {8u, 2u}, {26u, 1u}, {60u, 5u}, {64u, 1u}, {512u, 2u}})
      for (const std::int32_t extra_shift : {0, 6})
        for (const std::int32_t epsilon : {1, 1000}) {
          const IntegerLayer layer(Number::f32, n, n, n);
          const IntegerGroupNorm constants = group_norm_constants(n / n_group, extra_shift, epsilon);
          const Words in(spread_words(n));
          for (const Number number : {Number::s16, Number::u8}) {
            Words expected(words_of(number, n)), found(words_of(number, n));
            group_norm_s16_ref(mul_add_of(isa),
                               {in.data(), expected.data(), &layer.tables, &constants, n, n_group, number, true});
            kernel_table(isa)->group_norm_s16({in.data(), found.data(), &layer.tables, &constants, n, n_group, number, true});
            for (std::size_t f = 0; f < n; ++f)
              for (std::size_t v = 0; v < layout::tile_voxels; ++v)
                ASSERT_EQ(bits_of(found, number, f, v), bits_of(expected, number, f, v))
                    << name(isa) << ' ' << n << '/' << n_group << " feature " << f << " epsilon " << epsilon;
          }
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

/// Group normalisation of one group of n with factor 1 and no shift: out is x = (d / deviation) * 2^13.5 / sqrt(n).
void expect_normalised(std::size_t n) {
  // p and x are rounded (1/2 each), the requantization takes 1/32768 and rounds (1/2); inverse_root errs by 1e-4 and 2^-15, its
  // argument by the squares that the shift drops (at most n / 2 steps of 2^square_shift). The mean loses up to one step of the
  // shifted sum, which counts at most twice, rounds (1/2), and has a factor that is 2^-14 too small at most.
  const IntegerGroupNorm constants = group_norm_constants(n, 0, 1);
  IntegerLayer layer(Number::f32, n, n, 1);
  for (std::size_t j = 0; j < n; ++j) {
    layer.weights_s16.data()[layout::packed_diagonal_index(j)] = 1;
    layer.bias.data()[j] = layer.shift.data()[j] = 0;
    std::fill_n(layer.multiplier.data() + 4 * j, 4, std::int16_t{32767});
  }
  const std::vector<std::uint32_t> words = random_words(n, Number::s16, 17);
  Words out(words_of(Number::s16, n));
  group_norm_s16_ref(MulAdd::rounded_twice, {words.data(), out.data(), &layer.tables, &constants, n, 1, Number::s16, false});
  const auto get = [&](const std::uint32_t* from, std::size_t f, std::size_t v) {
    return static_cast<double>(static_cast<std::int16_t>(from[f / 2 * layout::tile_voxels + v] >> (f % 2 * 16)));
  };
  for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
    double mean = 0, squares = 0;
    for (std::size_t f = 0; f < n; ++f) mean += get(words.data(), f, v) / static_cast<double>(n);
    const auto deviation = [&](std::size_t f) { return std::clamp(get(words.data(), f, v) - mean, -32768.0, 32767.0); };
    for (std::size_t f = 0; f < n; ++f) squares += std::pow(deviation(f), 2);
    const double unit = std::exp2(13.5) / std::sqrt(squares), of_mean = 2.5 + std::fabs(mean) * 0x1p-14;
    // A mean that is off also moves the deviation: n times its square is added to the squares.
    const double n_group = static_cast<double>(n);
    const double relative = 2e-4 + (n_group / 2 * std::exp2(constants.square_shift) + n_group * of_mean * of_mean) / squares;
    for (std::size_t f = 0; f < n; ++f) {
      const double exact = deviation(f) * unit;
      ASSERT_NEAR(get(out.data(), f, v), exact, 2 + of_mean * unit + std::fabs(exact) * relative) << n << ' ' << f << ' ' << v;
    }
  }
}

TEST(GroupNormInteger, NormalisesToMeanZeroAndDeviationOne) {
  for (const std::size_t n : {64u, 60u, 26u, 6u}) expect_normalised(n);
}

TEST(InverseRoot, IsWithinItsBoundForEveryMantissa) {
  for (std::int32_t m = 1 << 14; m < 1 << 16; ++m)
    ASSERT_NEAR(inverse_root_of_mantissa(m) * std::sqrt(static_cast<double>(m)) / 0x1p22, 1, 1e-4) << m;
}

TEST(InverseRoot, IsWithinItsBoundAtEveryMagnitude) {
  for (std::int64_t v = 1; v <= INT32_MAX; v += 1 + v / 997) {
    const InverseRoot r = inverse_root(static_cast<std::int32_t>(v));
    // The mantissa drops what lies below 15 bits: at most one part in 2^14 of it, half of that in the root.
    ASSERT_NEAR(r.root * std::exp2(r.half - 29.5) * std::sqrt(static_cast<double>(v)), 1, 1e-4 + 0x1p-15) << v;
  }
}

}  // namespace
}  // namespace crbrt::tests
