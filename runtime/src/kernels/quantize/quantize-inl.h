/// The algorithms of quantize.h over the vocabulary of an instruction set. Two rows of floats become one row of words.
#pragma once

#include "runtime/src/kernels/elementwise-inl.h"
#include "runtime/src/kernels/quantize/quantize.h"

namespace crbrt {

template <class Ops>
void quantize(const QuantizeArgs& a) noexcept {
  const auto high = Ops::broadcast(quantized_max), low = Ops::broadcast(-quantized_max);
  const std::size_t n_row = layout::row_words(Number::s16, a.n);
  std::uint32_t* const out = static_cast<std::uint32_t*>(a.out);
  for (std::size_t row = 0; row < n_row; ++row)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const auto whole = [&](std::size_t i) {
        if (i >= a.n) return Ops::broadcast_int(0);
        const auto x = Ops::load(a.in + i * layout::tile_voxels + v) * Ops::broadcast(a.scale[i]);
        return Ops::round_to_int(clamp<Ops>(x, low, high));
      };
      Ops::store_words(out + row * layout::tile_voxels + v, Ops::word_of_s16(whole(2 * row), whole(2 * row + 1)));
    }
}

template <class Ops>
void dequantize(const DequantizeArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n, a.n_voxel, [&](std::size_t j, std::size_t i) __attribute__((always_inline)) {
        const typename Ops::Vec y = Ops::to_float(Ops::load_words(static_cast<const std::uint32_t*>(a.in) + i));
        Ops::store(a.out + i, y * Ops::broadcast(a.scale[j]));
      });
}

}  // namespace crbrt
