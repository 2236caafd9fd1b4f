// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as features of a tile, and a random legal layer: every instruction set of this machine must give what the
// reference gives, bit for bit.
//     cmake --preset fuzz && cmake --build --preset fuzz
//     build/fuzz/bin/crbrt_isa_fuzz -max_total_time=60
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/src/kernels/reference.h"
#include "tests/support/integer_layer.h"

namespace {

using namespace crbrt;
using tests::GuardedBuffer;
using tests::IntegerLayer;
using Words = GuardedBuffer<std::uint32_t>;

/// Bytes as long as they last, then pseudo-random ones that depend on them: tiles of zeros show no instruction set at work.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  std::uint8_t next() {
    if (left_ == 0) return static_cast<std::uint8_t>((state_ = state_ * 1664525 + 1013904223) >> 24);
    --left_;
    state_ = (state_ ^ *data_) * 16777619;
    return *data_++;
  }
  std::size_t between(std::size_t low, std::size_t high) { return low + next() % (high - low + 1); }
  std::vector<std::uint32_t> words(std::size_t n) {
    std::vector<std::uint32_t> words(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::uint32_t word = 0;
      for (int shift = 0; shift < 32; shift += 8) word |= std::uint32_t{next()} << shift;
      words[i] = word;
    }
    return words;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
  std::uint32_t state_ = 2166136261;
};

std::size_t tile_words(Number number, std::size_t n) { return layout::row_words(number, n) * layout::tile_voxels; }

/// The whole features of `n_voxel` voxels, rows of padding left out.
void require_equal(const Words& a, const Words& b, Number number, std::size_t n_feature, std::size_t n_voxel) {
  for (std::size_t row = 0; row < n_feature / layout::per_word(number); ++row)
    if (std::memcmp(a.data() + row * layout::tile_voxels, b.data() + row * layout::tile_voxels, 4 * n_voxel) != 0) std::abort();
}

/// Runs the reference once and each instruction set's kernel; `run` takes where to write.
template <class Reference, class Kernel>
void compare(Number number, std::size_t n_feature, std::size_t n_voxel, const Reference& reference, const Kernel& kernel) {
  Words expected(tile_words(number, n_feature));
  reference(expected.data());
  for (std::size_t i = 0; i < isa_count(); ++i) {
    if (!is_runnable(isa_at(i))) continue;
    Words found(tile_words(number, n_feature));
    kernel(*kernel_table(isa_at(i)), found.data());
    require_equal(found, expected, number, n_feature, n_voxel);
  }
}

void dense(Bytes& bytes, Number input) {
  constexpr Number numbers[] = {Number::s32, Number::u8, Number::s16};
  const std::size_t n_in = bytes.between(1, 70), n_out = bytes.between(1, 20), n_voxel = bytes.between(1, layout::tile_voxels);
  const Number number = numbers[bytes.next() % 3];
  const bool relu = bytes.next() % 2 != 0, has_skip = number == Number::s16 && bytes.next() % 2 != 0;
  const IntegerLayer layer(input, n_in, n_out, bytes.next());
  const Words in(bytes.words(tile_words(input, n_in))), add(bytes.words(tile_words(Number::s16, n_out)));
  const auto args = [&](void* out) {
    return DenseIntegerArgs{in.data(), out, has_skip ? add.data() : nullptr, &layer.tables, n_in, n_out, number, relu, n_voxel};
  };
  const bool is_u8 = input == Number::u8;
  compare(
      number, n_out, n_voxel,
      [&](void* out) {
        is_u8 ? dense_u8_ref(MulAdd::rounded_twice, args(out)) : dense_s16_ref(MulAdd::rounded_twice, args(out));
      },
      [&](const KernelTable& kernels, void* out) { (is_u8 ? kernels.dense_u8 : kernels.dense_s16)(args(out)); });
}

void affine(Bytes& bytes) {
  const std::size_t n = bytes.between(1, 40), n_voxel = bytes.between(1, layout::tile_voxels);
  const Number number = bytes.next() % 2 == 0 ? Number::u8 : Number::s16;
  const IntegerLayer layer(Number::f32, n, n, bytes.next());
  const Words in(bytes.words(tile_words(Number::s16, n)));
  const auto args = [&](void* out) { return AffineIntegerArgs{in.data(), out, &layer.tables, n, number, true, n_voxel}; };
  compare(
      number, n, n_voxel, [&](void* out) { affine_s16_ref(MulAdd::rounded_twice, args(out)); },
      [&](const KernelTable& kernels, void* out) { kernels.affine_s16(args(out)); });
}

void group_norm(Bytes& bytes) {
  const std::size_t n_group = bytes.between(1, 4), n_block = bytes.between(1, 8);
  const std::size_t size = n_group == 1 && bytes.next() % 2 == 0 ? 4 * n_block - 2 : 4 * n_block, n = n_group * size;
  const std::size_t n_voxel = bytes.between(1, layout::tile_voxels);
  const Number number = bytes.next() % 2 == 0 ? Number::u8 : Number::s16;
  const std::int32_t epsilon = 1 + bytes.next() * bytes.next();
  std::int32_t mean_shift = 1;
  while (std::size_t{1} << mean_shift < size) ++mean_shift;
  const auto largest = static_cast<std::int32_t>((std::size_t{1} << (14 + mean_shift)) / size);
  const IntegerGroupNorm constants{mean_shift, largest - bytes.next() % 2, 6, epsilon};
  const IntegerLayer layer(Number::f32, n, n, bytes.next());
  const Words in(bytes.words(tile_words(Number::s16, n)));
  const auto args = [&](void* out) {
    return GroupNormIntegerArgs{in.data(), out, &layer.tables, &constants, n, n_group, number, true, n_voxel};
  };
  compare(
      number, n, n_voxel, [&](void* out) { group_norm_s16_ref(MulAdd::rounded_twice, args(out)); },
      [&](const KernelTable& kernels, void* out) { kernels.group_norm_s16(args(out)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  switch (bytes.next() % 4) {
    case 0: dense(bytes, Number::u8); break;
    case 1: dense(bytes, Number::s16); break;
    case 2: affine(bytes); break;
    default: group_norm(bytes); break;
  }
  return 0;
}
