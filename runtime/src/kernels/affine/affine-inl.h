/// The algorithms of affine.h over the vocabulary of an instruction set. In integers it is a dense layer of one weight an
/// output.
#pragma once

#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/elementwise-inl.h"
#include "runtime/src/kernels/integer_requant-inl.h"

namespace crbrt {

template <class Ops>
void affine(const AffineArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t f, std::size_t i) __attribute__((always_inline)) {
        auto y = Ops::mul_add(Ops::broadcast(a.scale[f]), Ops::load(a.in + i), Ops::broadcast(a.shift[f]));
        if (a.relu) y = Ops::max(y, Ops::broadcast(0));
        Ops::store(a.out + i, y);
      });
}

/// Features j .. j + tile_outputs of one vector of voxels, given as two words of two s16.
template <class Ops>
inline void affine_block(const IntegerOutput& to, const IntegerTables& tables, std::size_t j, std::size_t voxel,
                         const typename Ops::Int (&x)[2]) noexcept {
  typename Ops::Int acc[layout::tile_outputs][1];
#pragma GCC unroll 4
  for (std::size_t o = 0; o < layout::tile_outputs; ++o) {
    const auto factor = Ops::broadcast_word(tables.weights_s16 + 2 * (j + o));  // the other feature of the word has 0
    acc[o][0] = Ops::dot_s16(x[o / 2], factor, Ops::broadcast_int(tables.bias[j + o]));
  }
  store_block<Ops, 1>(to, tables, j, voxel, acc);
}

template <class Ops>
void affine_s16(const AffineIntegerArgs& a) noexcept {
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  const IntegerOutput to{a.out, nullptr, a.number, a.relu, a.n_feature};
  for (std::size_t j = 0; j < a.n_feature; j += layout::tile_outputs)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::uint32_t* const at = in + j / 2 * layout::tile_voxels + v;
      affine_block<Ops>(to, *a.tables, j, v, {Ops::load_words(at), Ops::load_words(at + layout::tile_voxels)});
    }
}

}  // namespace crbrt
