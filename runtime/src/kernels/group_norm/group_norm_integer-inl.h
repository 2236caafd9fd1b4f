// SPDX-License-Identifier: Apache-2.0
/// The integer algorithm of group_norm.h over the vocabulary of an instruction set. Everything per feature is in 16-bit lanes,
/// two features at a time; only what is once per group and voxel works on 32 bits.
#pragma once

#include "crbrt/format/inverse_root.h"
#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/group_norm/group_norm.h"

namespace crbrt {

/// One group of one vector of voxels, in both halves of each word: p is d * raise + (d * lower + 2^14) >> 15, one of which is
/// zero, because no lane has a shift of its own.
template <class Ops>
struct GroupScale {
  typename Ops::Int mean, raise, lower, root;
};

template <class Ops>
inline typename Ops::Int twice(typename Ops::Int x) noexcept {
  return Ops::word_of_s16(x, x);
}

template <class Ops>
inline typename Ops::Int inverse_root_of_mantissa(typename Ops::Int m) noexcept {
  using Int = typename Ops::Int;
  Int y =
      Ops::sub_words(Ops::broadcast_int(36029), Ops::template shift_right<16>(Ops::mul_words(m, Ops::broadcast_int(21845))));
  for (int step = 0; step < 3; ++step) {
    const Int square = Ops::template shift_right<14>(Ops::mul_words(y, y));
    const Int u = Ops::template shift_right<15>(Ops::mul_words(m, square));
    const Int correction = Ops::template shift_right<1>(Ops::sub_words(Ops::broadcast_int(98304), u));
    y = Ops::template shift_right<15>(Ops::mul_words(y, correction));
  }
  return Ops::select_less(y, Ops::broadcast_int(root_max), y, Ops::broadcast_int(root_max));
}

/// One step of looking for half: 4^step still fits under 2^31.
template <class Ops, int step>
inline void raise_power(typename Ops::Int& v, typename Ops::Int& power) noexcept {
  const auto limit = Ops::broadcast_int(1 << (31 - 2 * step));
  power = Ops::select_less(v, limit, Ops::template shift_left<step>(power), power);
  v = Ops::select_less(v, limit, Ops::template shift_left<2 * step>(v), v);
}

/// From v of group_norm.h; shift is u. `power` is 2^h.
template <class Ops>
inline void scale_from_squares(typename Ops::Int v, std::int32_t shift, GroupScale<Ops>& scale) noexcept {
  using Int = typename Ops::Int;
  Int power = Ops::broadcast_int(1);
  raise_power<Ops, 8>(v, power);
  raise_power<Ops, 4>(v, power);
  raise_power<Ops, 2>(v, power);
  raise_power<Ops, 1>(v, power);
  scale.root = twice<Ops>(inverse_root_of_mantissa<Ops>(Ops::template shift_right<15>(v)));
  const Int lower = Ops::mul_words(power, Ops::broadcast_int(1 << (15 - shift)));
  scale.raise = twice<Ops>(Ops::shift_right(power, shift));
  scale.lower = twice<Ops>(Ops::select_less(power, Ops::broadcast_int(1 << shift), lower, Ops::broadcast_int(0)));
}

/// `in` is the group's first word of the voxels.
template <class Ops>
inline GroupScale<Ops> group_scale(const std::uint32_t* in, std::size_t n_word, const IntegerGroupNorm& constants) noexcept {
  using Int = typename Ops::Int;
  const Int ones = twice<Ops>(Ops::broadcast_int(1));
  Int sum = Ops::broadcast_int(0);
  for (std::size_t i = 0; i < n_word; ++i) sum = Ops::dot_s16(Ops::load_words(in + i * Ops::row_stride), ones, sum);
  const Int shifted =
      Ops::mul_words(Ops::shift_right(sum, constants.mean_shift), Ops::broadcast_int(constants.mean_multiplier));
  GroupScale<Ops> scale;
  scale.mean = twice<Ops>(Ops::template shift_right<14>(Ops::add_words(shifted, Ops::broadcast_int(1 << 13))));

  Int v = Ops::broadcast_int(constants.epsilon);
  for (std::size_t i = 0; i < n_word; ++i) {
    const Int d = Ops::sub_saturate_s16(Ops::load_words(in + i * Ops::row_stride), scale.mean);
    v = Ops::add_words(v, Ops::shift_right_logical(Ops::dot_s16(d, d, Ops::broadcast_int(0)), constants.square_shift));
  }
  scale_from_squares<Ops>(v, deviation_shift(constants), scale);
  return scale;
}

template <class Ops>
inline typename Ops::Int normalised(const std::uint32_t* in, const GroupScale<Ops>& scale) noexcept {
  const auto d = Ops::sub_saturate_s16(Ops::load_words(in), scale.mean);
  const auto p = Ops::add_saturate_s16(Ops::mul_low_s16(d, scale.raise), Ops::mul_round_s16(d, scale.lower));
  return Ops::mul_round_s16(p, scale.root);
}

template <class Ops>
void group_norm_s16(const GroupNormIntegerArgs& a) noexcept {
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  const IntegerOutput to{a.out, nullptr, a.number, a.relu, a.n_feature};
  const std::size_t size = a.n_feature / a.n_group;
  for (std::size_t first = 0; first < a.n_feature; first += size)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const GroupScale<Ops> scale = group_scale<Ops>(in + first / 2 * Ops::row_stride + v, size / 2, *a.constants);
      for (std::size_t j = first; j < first + size; j += layout::tile_outputs) {
        const std::uint32_t* const at = in + j / 2 * Ops::row_stride + v;
        affine_block<Ops>(to, *a.tables, j, v, {normalised<Ops>(at, scale), normalised<Ops>(at + Ops::row_stride, scale)});
      }
    }
}

}  // namespace crbrt
