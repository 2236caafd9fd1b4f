// SPDX-License-Identifier: Apache-2.0
// Dense layers of integers: equal to their reference on every instruction set, with weights that use up every bound.
#include <gtest/gtest.h>

#include "runtime/src/kernels/reference.h"
#include "tests/support/integer_layer.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"

namespace crbrt::tests {
namespace {

enum class Skip { none, other_slot, in_place };

struct DenseIntegerCase {
  DenseIntegerCase(Number input_, std::size_t n_in, std::size_t n_out, Number output_, Skip skip_, bool relu_,
                   std::uint32_t seed)
      : input(input_),
        output(output_),
        skip(skip_),
        relu(relu_),
        layer(input, n_in, n_out, seed),
        in(random_words(n_in, input, seed + 1)),
        add(random_words(n_out, Number::s16, seed + 2)) {}

  std::size_t out_words() const { return layout::row_words(output, layer.n_out) * layout::tile_voxels; }

  DenseIntegerArgs args(GuardedBuffer<std::uint32_t>& out) const {
    const void* from = skip == Skip::none ? nullptr : skip == Skip::in_place ? out.data() : add.data();
    if (skip == Skip::in_place) std::copy_n(add.data(), add.size(), out.data());
    return {in.data(), out.data(), from, &layer.tables, layer.n_in, layer.n_out, output, relu};
  }

  Number input, output;
  Skip skip;
  bool relu;
  IntegerLayer layer;
  GuardedBuffer<std::uint32_t> in, add;
};

/// Features of the layer, those of the padding left out.
std::vector<std::int32_t> features(const GuardedBuffer<std::uint32_t>& words, Number number, std::size_t n_feature) {
  std::vector<std::int32_t> all;
  const std::size_t n = layout::per_word(number);
  for (std::size_t f = 0; f < n_feature; ++f)
    for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
      const std::uint32_t word = words.data()[f / n * layout::tile_voxels + v] >> (f % n * (32 / n));
      all.push_back(number == Number::u8    ? static_cast<std::uint8_t>(word)
                    : number == Number::s16 ? static_cast<std::int16_t>(word)
                                            : static_cast<std::int32_t>(word));
    }
  return all;
}

/// Words of one voxel of a tile, side by side; `n_word` of them at least.
std::vector<std::uint32_t> words_of_voxel(const GuardedBuffer<std::uint32_t>& tile, std::size_t voxel, std::size_t n_word) {
  std::vector<std::uint32_t> words(n_word);
  for (std::size_t row = 0; row < tile.size() / layout::tile_voxels; ++row)
    words.at(row) = tile.data()[row * layout::tile_voxels + voxel];
  return words;
}

/// The kernel for one voxel gives the features that the reference wrote; `expected` is the reference's tile.
void expect_one_voxel_equal(Isa isa, const DenseIntegerCase& c, const GuardedBuffer<std::uint32_t>& expected,
                            std::size_t voxel) {
  const std::size_t n_out = c.layer.n_out, n_word = layout::row_words(c.output, layout::padded_outputs(n_out));
  const std::vector<std::uint32_t> added = words_of_voxel(c.add, voxel, layout::row_words(Number::s16, n_out));
  const GuardedBuffer<std::uint32_t> in(words_of_voxel(c.in, voxel, layout::row_words(c.input, c.layer.n_in))), add(added);
  GuardedBuffer<std::uint32_t> found(c.skip == Skip::in_place ? added : std::vector<std::uint32_t>(n_word));
  const void* const from = c.skip == Skip::none ? nullptr : c.skip == Skip::in_place ? found.data() : add.data();
  const KernelTable& kernels = *one_voxel_kernel_table(isa);
  (c.input == Number::u8 ? kernels.dense_u8 : kernels.dense_s16)(
      {in.data(), found.data(), from, &c.layer.tables, c.layer.n_in, n_out, c.output, c.relu, 1});
  const std::size_t n = layout::per_word(c.output);
  const std::vector<std::uint32_t> words = words_of_voxel(expected, voxel, expected.size() / layout::tile_voxels);
  for (std::size_t f = 0; f < n_out; ++f) {
    const std::size_t up = 32 - 32 / n - f % n * (32 / n), down = 32 - 32 / n;  // the feature's bits to the top and down again
    ASSERT_EQ(found.data()[f / n] << up >> down, words[f / n] << up >> down)
        << name(isa) << ' ' << c.layer.n_in << " -> " << n_out << " to " << number_name(c.output) << " skip "
        << static_cast<int>(c.skip) << " relu " << c.relu << ", output " << f << " of voxel " << voxel;
  }
}

void expect_equal_to_reference(Isa isa, const DenseIntegerCase& c) {
  GuardedBuffer<std::uint32_t> expected(c.out_words()), found(c.out_words());
  if (c.input == Number::u8) {
    dense_u8_ref(mul_add_of(isa), c.args(expected));
    kernel_table(isa)->dense_u8(c.args(found));
  } else {
    dense_s16_ref(mul_add_of(isa), c.args(expected));
    kernel_table(isa)->dense_s16(c.args(found));
  }
  ASSERT_EQ(features(found, c.output, c.layer.n_out), features(expected, c.output, c.layer.n_out))
      << name(isa) << ' ' << c.layer.n_in << " -> " << c.layer.n_out << " to " << static_cast<int>(c.output) << " skip "
      << static_cast<int>(c.skip) << " relu " << c.relu;
  for (const std::size_t voxel : {std::size_t{0}, layout::tile_voxels - 1}) expect_one_voxel_equal(isa, c, expected, voxel);
}

class DenseInteger : public testing::TestWithParam<Number> {};

TEST_P(DenseInteger, EveryIsaEqualsReference) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_in : {1u, 2u, 7u, 8u, 9u, 26u, 64u})
      for (const std::size_t n_out : sizes_around({layout::tile_outputs, 32})) {
        const auto seed = static_cast<std::uint32_t>(100 * n_in + n_out);
        for (const Number output : {Number::s32, Number::u8})
          expect_equal_to_reference(isa, {GetParam(), n_in, n_out, output, Skip::none, false, seed});
        for (const Skip skip : {Skip::none, Skip::other_slot, Skip::in_place})
          for (const bool relu : {false, true})
            expect_equal_to_reference(isa, {GetParam(), n_in, n_out, Number::s16, skip, relu, seed});
        record.ran(isa);
      }
  record.expect_scalar_and_best();
}

TEST_P(DenseInteger, SumsDoNotOverflowAtTheWorstInputs) {
  for (const Isa isa : runnable_isas())
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
      DenseIntegerCase c(GetParam(), 64, 8, Number::s32, Skip::none, false, seed);
      for (std::size_t i = 0; i < c.in.size(); ++i)  // everywhere the largest, everywhere the smallest, and by turns
        c.in.data()[i] = GetParam() == Number::u8 ? (seed % 2 == 0 ? 0xffffffffu : 0xff00ff00u)
                                                  : (seed % 3 == 0   ? 0x80008000u
                                                     : seed % 3 == 1 ? 0x7fff7fffu
                                                                     : 0x80007fffu);
      expect_equal_to_reference(isa, c);
    }
}

TEST_P(DenseInteger, OnlyVoxelsThatMatterAreWrittenBeyondOneColumn) {
  // A kernel may write whole columns of its register tile; it must not need more voxels than it was asked for.
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_voxel : {std::size_t{1}, std::size_t{17}, layout::tile_voxels - 1}) {
      const DenseIntegerCase c(GetParam(), 26, 9, Number::u8, Skip::none, false, 5);
      GuardedBuffer<std::uint32_t> expected(c.out_words()), found(c.out_words());
      DenseIntegerArgs whole = c.args(expected), part = c.args(found);
      part.n_voxel = n_voxel;
      const auto run = GetParam() == Number::u8 ? kernel_table(isa)->dense_u8 : kernel_table(isa)->dense_s16;
      run(whole);
      run(part);
      for (std::size_t row = 0; row < layout::row_words(Number::u8, 9) - 1; ++row)
        for (std::size_t v = 0; v < n_voxel; ++v)
          ASSERT_EQ(found.data()[row * layout::tile_voxels + v], expected.data()[row * layout::tile_voxels + v]) << name(isa);
    }
}

INSTANTIATE_TEST_SUITE_P(Inputs, DenseInteger, testing::Values(Number::u8, Number::s16),
                         [](const auto& input) { return input.param == Number::u8 ? "u8" : "s16"; });

TEST(IntegerLayout, PackedIndexIsABijection) {
  for (const Number number : {Number::f32, Number::s16, Number::u8})
    for (const std::size_t n_in : {1u, 5u, 8u, 9u})
      for (const std::size_t n_out : sizes_around({layout::tile_outputs})) {
        std::vector<int> hits(layout::packed_size(number, n_in, n_out), 0);
        for (std::size_t j = 0; j < layout::padded_outputs(n_out); ++j)
          for (std::size_t k = 0; k < layout::padded_inputs(number, n_in); ++k)
            ++hits.at(layout::packed_index(number, n_in, j, k));
        EXPECT_EQ(hits, std::vector<int>(hits.size(), 1)) << n_in << " -> " << n_out;
      }
}

}  // namespace
}  // namespace crbrt::tests
