/// The algorithms of leaky_relu.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/affine/affine-inl.h"
#include "runtime/src/kernels/leaky_relu/leaky_relu.h"

namespace crbrt {

template <class Ops>
void leaky_relu(const LeakyReluArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t f, std::size_t i) __attribute__((always_inline)) {
        const typename Ops::Vec x = Ops::load(a.in + i);
        Ops::store(a.out + i, Ops::select(x > Ops::broadcast(0), x, Ops::broadcast(a.slope[f]) * x));
      });
}

/// Slopes of features f and f + 1 in the halves of every word; 0 past the last.
template <class Ops>
inline typename Ops::Int slope_word(const LeakyReluIntegerArgs& a, std::size_t f) noexcept {
  const auto slope = [&](std::size_t at) {
    return Ops::broadcast_int(at < a.n_feature ? static_cast<std::int32_t>(a.slope[at]) : 0);
  };
  return Ops::word_of_s16(slope(f), slope(f + 1));
}

template <class Ops>
inline typename Ops::Int leaked(const std::uint32_t* in, typename Ops::Int slope) noexcept {
  const auto x = Ops::load_words(in), positive = Ops::relu_s16(x);
  return Ops::add_saturate_s16(positive, Ops::mul_round_s16(Ops::sub_saturate_s16(x, positive), slope));
}

template <class Ops>
void leaky_relu_s16(const LeakyReluIntegerArgs& a) noexcept {
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  const IntegerOutput to{a.out, nullptr, a.number, a.relu, a.n_feature};
  for (std::size_t j = 0; j < a.n_feature; j += layout::tile_outputs) {
    const auto low = slope_word<Ops>(a, j), high = slope_word<Ops>(a, j + 2);
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::uint32_t* const at = in + j / 2 * layout::tile_voxels + v;
      affine_block<Ops>(to, *a.tables, j, v, {leaked<Ops>(at, low), leaked<Ops>(at + layout::tile_voxels, high)});
    }
  }
}

}  // namespace crbrt
