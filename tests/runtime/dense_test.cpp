// SPDX-License-Identifier: Apache-2.0
// The dense kernel: equal to its reference bit for bit on every instruction set, and the reference close to exact arithmetic.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

enum class Skip { none, other_slot, in_place };

/// One layer on one tile; every buffer ends at an unmapped page.
struct DenseCase {
  DenseCase(std::size_t n_in_, std::size_t n_out_, Skip skip_, bool relu_, bool with_extremes = true)
      : n_in(n_in_),
        n_out(n_out_),
        skip(skip_),
        relu(relu_),
        in(normal_tile(n_in, 1, with_extremes)),
        add(normal_tile(n_out, 2, with_extremes)),
        weights(normal_values(layout::packed_size(n_in, n_out), 3, with_extremes)),
        bias(normal_values(layout::padded_outputs(n_out), 4)) {}

  DenseArgs args(GuardedBuffer<float>& out) const {
    const float* add_from = skip == Skip::none ? nullptr : skip == Skip::in_place ? out.data() : add.data();
    if (skip == Skip::in_place) std::copy_n(add.data(), add.size(), out.data());
    return {in.data(), out.data(), add_from, weights.data(), bias.data(), n_in, n_out, relu, n_out};
  }

  std::size_t n_in, n_out;
  Skip skip;
  bool relu;
  GuardedBuffer<float> in, add, weights, bias;
};

TEST(Dense, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_in : {1u, 2u, 7u, 26u, 64u})
      for (const std::size_t n_out : sizes_around({layout::tile_outputs, 32}))
        for (const Skip skip : {Skip::none, Skip::other_slot, Skip::in_place})
          for (const bool relu : {false, true}) {
            const DenseCase c(n_in, n_out, skip, relu);
            GuardedBuffer<float> expected(n_out * layout::tile_voxels), found(n_out * layout::tile_voxels);
            dense_ref(mul_add_of(isa), c.args(expected));
            kernel_table(isa)->dense(c.args(found));
            ASSERT_EQ(bits_of(found), bits_of(expected))
                << name(isa) << ' ' << n_in << " -> " << n_out << " skip " << static_cast<int>(skip) << " relu " << relu;
            record.ran(isa);
          }
  record.expect_scalar_and_best();
}

TEST(Dense, WideLayersEqualReferenceBitForBit) {
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_in : {256u, 257u, 384u, 385u, 700u})
      for (const Skip skip : {Skip::none, Skip::other_slot, Skip::in_place}) {
        const DenseCase c(n_in, 7, skip, true);
        GuardedBuffer<float> expected(7 * layout::tile_voxels), found(7 * layout::tile_voxels);
        dense_ref(mul_add_of(isa), c.args(expected));
        kernel_table(isa)->dense(c.args(found));
        ASSERT_EQ(bits_of(found), bits_of(expected)) << name(isa) << ' ' << n_in << " skip " << static_cast<int>(skip);
      }
}

/// Every number of voxels, whatever the outputs leave over of panels and vectors, and however many inputs there are.
TEST(Dense, FewVoxelsGetTheBitsOfMany) {
  for (const Isa isa : runnable_isas())
    for (const auto& [n_in, n_out] : {std::pair{26u, 1u},
                                      {7u, 4u},
                                      {26u, 7u},
                                      {26u, 12u},
                                      {26u, 24u},
                                      {26u, 32u},
                                      {26u, 60u},
                                      {26u, 67u},
                                      {200u, 1u},
                                      {200u, 28u},
                                      {200u, 45u}})
      for (const Skip skip : {Skip::none, Skip::other_slot, Skip::in_place}) {
        const DenseCase c(n_in, n_out, skip, true);
        GuardedBuffer<float> expected(n_out * layout::tile_voxels), found(n_out * layout::tile_voxels);
        dense_ref(mul_add_of(isa), c.args(expected));
        for (std::size_t n_voxel = 1; n_voxel <= layout::tile_voxels; ++n_voxel) {
          DenseArgs few = c.args(found);
          few.n_voxel = n_voxel;
          kernel_table(isa)->dense(few);
          for (std::size_t j = 0; j < n_out; ++j) {
            const std::size_t row = j * layout::tile_voxels;
            ASSERT_EQ(bits_of(found.data() + row, n_voxel), bits_of(expected.data() + row, n_voxel))
                << name(isa) << ' ' << n_voxel << " voxels, output " << j << " of " << n_out;
          }
        }
      }
}

TEST(Dense, OneVoxelGetsTheBitsOfMany) {
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_in : {1u, 2u, 7u, 26u, 200u})
      for (const std::size_t n_out : {1u, 3u, 4u, 8u, 11u, 12u, 16u, 20u, 27u, 32u, 33u, 47u, 64u, 100u})
        for (const Skip skip : {Skip::none, Skip::other_slot, Skip::in_place}) {
          const DenseCase c(n_in, n_out, skip, n_out % 2 != 0);
          GuardedBuffer<float> expected(n_out * layout::tile_voxels), unused(n_out * layout::tile_voxels);
          dense_ref(mul_add_of(isa), c.args(expected));
          for (const std::size_t voxel : {std::size_t{0}, layout::tile_voxels - 1}) {
            const auto row = [&](const GuardedBuffer<float>& tile, std::size_t n) {
              std::vector<float> features(layout::padded_outputs(n), 0.5f);
              for (std::size_t f = 0; f < n; ++f) features[f] = tile.data()[f * layout::tile_voxels + voxel];
              return features;
            };
            std::vector<float> features = row(c.in, n_in);
            features.resize(n_in);  // the padding is read of no input
            const GuardedBuffer<float> in(features), add(row(c.add, n_out));
            GuardedBuffer<float> found(row(c.add, n_out));
            DenseArgs one = c.args(unused);
            one.in = in.data();
            one.out = found.data();
            one.add = skip == Skip::none ? nullptr : skip == Skip::in_place ? found.data() : add.data();
            one.n_voxel = 1;
            one_voxel_kernel_table(isa)->dense(one);
            ASSERT_EQ(bits_of(found.data(), n_out), bits_of(row(expected, n_out).data(), n_out))
                << name(isa) << ' ' << n_in << " -> " << n_out << ", voxel " << voxel << ", skip " << static_cast<int>(skip);
          }
        }
}

/// A layer of outputs, standard deviations and a score: its weights are packed for all, whatever is asked for.
TEST(Dense, FirstOutputsAloneGetTheBitsOfAll) {
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_packed : {13u, 35u, 64u})
      for (const std::size_t n_in : {16u, 200u})
        for (const std::size_t n_voxel : {1u, 3u, 7u, 30u, 48u}) {
          const DenseCase c(n_in, n_packed, Skip::none, false);
          GuardedBuffer<float> expected(n_packed * layout::tile_voxels), found(3 * layout::tile_voxels);
          dense_ref(mul_add_of(isa), c.args(expected));
          DenseArgs first = c.args(found);
          first.n_out = 3;
          first.n_voxel = n_voxel;
          kernel_table(isa)->dense(first);
          for (std::size_t j = 0; j < 3; ++j)
            ASSERT_EQ(bits_of(found.data() + j * layout::tile_voxels, n_voxel),
                      bits_of(expected.data() + j * layout::tile_voxels, n_voxel))
                << name(isa) << ' ' << n_packed << " outputs, " << n_in << " inputs, " << n_voxel << " voxels";
        }
}

TEST(Dense, ReferenceIsWithinRoundingOfExactSum) {
  // y = b + sum of n products (+ skip): each of at most n + 1 additions and n products rounds by 2^-24 relative, so
  // |error| <= gamma_(n+2) * (|b| + sum |w x| + |add|), gamma_m = m u / (1 - m u), u = 2^-24 (Higham, section 3.1).
  const std::size_t n_in = 64, n_out = 33;
  const double u = 0x1p-24, m = static_cast<double>(n_in) + 2, gamma = m * u / (1 - m * u);
  const DenseCase c(n_in, n_out, Skip::other_slot, false, /*with_extremes=*/false);
  for (const MulAdd kind : {MulAdd::rounded_twice, MulAdd::fused}) {
    GuardedBuffer<float> out(n_out * layout::tile_voxels);
    dense_ref(kind, c.args(out));
    for (std::size_t j = 0; j < n_out; ++j)
      for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
        const std::size_t at = j * layout::tile_voxels + v;
        double exact = c.bias.data()[j] + double{c.add.data()[at]};
        double magnitude = std::fabs(c.bias.data()[j]) + std::fabs(c.add.data()[at]);
        for (std::size_t k = 0; k < n_in; ++k) {
          const double term =
              double{c.weights.data()[layout::packed_index(n_in, n_out, j, k)]} * c.in.data()[k * layout::tile_voxels + v];
          exact += term;
          magnitude += std::fabs(term);
        }
        ASSERT_NEAR(out.data()[at], exact, gamma * magnitude) << "output " << j << " voxel " << v;
      }
  }
}

TEST(Dense, FusedMultiplyAddReallyRan) {
  // (1 + e)(1 - e) - 1 with e = 2^-13: the product 1 - 2^-26 rounds to 1, so two roundings give 0 and one gives -2^-26.
  GuardedBuffer<float> in(std::vector<float>(layout::tile_voxels, 1 + 0x1p-13f));
  const std::vector<float> weights{1 - 0x1p-13f, 0, 0, 0}, bias{-1, 0, 0, 0};
  for (const Isa isa : runnable_isas()) {
    const float expected = mul_add_of(isa) == MulAdd::fused ? -0x1p-26f : 0.0f;
    GuardedBuffer<float> out(layout::tile_voxels);
    kernel_table(isa)->dense({in.data(), out.data(), nullptr, weights.data(), bias.data(), 1, 1, false, 1});
    EXPECT_EQ(out.values(), std::vector<float>(layout::tile_voxels, expected)) << name(isa);
  }
}

TEST(Dense, PackedIndexIsABijection) {
  for (const std::size_t n_out : sizes_around({layout::tile_outputs, layout::panel_outputs})) {
    std::vector<int> hits(layout::packed_size(5, n_out), 0);
    for (std::size_t j = 0; j < layout::padded_outputs(n_out); ++j)
      for (std::size_t k = 0; k < 5; ++k) ++hits.at(layout::packed_index(5, n_out, j, k));
    EXPECT_EQ(hits, std::vector<int>(hits.size(), 1)) << n_out;
  }
}

}  // namespace
}  // namespace crbrt::tests
