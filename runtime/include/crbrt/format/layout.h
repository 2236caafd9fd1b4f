// SPDX-License-Identifier: Apache-2.0
/// Where numbers lie in packed weights and in the working buffers. One layout for every ISA, so that generated files and
/// goldens do not depend on the machine. It serves both ways to multiply: many voxels in SIMD lanes and a weight in all of
/// them, or outputs of one voxel in the lanes and its feature in all of them.
///
/// A tile buffer is made of 32-bit words, tile_voxels to a row. A word holds per_word neighbouring features of one voxel: one
/// f32 or s32, two s16 or four u8, the lower feature in the lower bits.
///
///   activations   (feature f, voxel v) lies in word (f / per_word) * tile_voxels + v; features are padded (row_words). A tile
///   of
///                 one voxel has its words side by side: (f / per_word)
///   weights       of floats panels of panel_outputs outputs, the last one narrower; a panel holds, for each input, the weights
///   of
///                 its outputs side by side: weight (output j, input k) is packed[packed_index(n_in, n_out, j, k)]. Of integers
///                 blocks of tile_outputs outputs; a block holds, for each word of the input, tile_outputs words of weights:
///                 packed[packed_index(number, n_in, j, k)]. Missing outputs and inputs are zero
///   bias          [padded_outputs(n_out)], missing outputs are zero
#pragma once

#include <cstddef>
#include <cstdint>

namespace crbrt {

/// What the features of a buffer are.
enum class Number : std::uint32_t { f32 = 0, s32 = 1, s16 = 2, u8 = 3 };

/// As source and messages spell it. One line an enumerator: the compiler says when one is missing.
constexpr const char* number_name(Number number) noexcept {
  switch (number) {
    case Number::f32: return "f32";
    case Number::s32: return "s32";
    case Number::s16: return "s16";
    case Number::u8: return "u8";
  }
  return "";
}

}  // namespace crbrt

namespace crbrt::layout {

inline constexpr std::size_t tile_voxels = 48;      ///< voxels that go through all layers together
inline constexpr std::size_t tile_outputs = 4;      ///< outputs are padded to a multiple; those of one block of integer weights
inline constexpr std::size_t panel_outputs = 32;    ///< outputs of one panel of float weights
inline constexpr std::size_t arena_alignment = 64;  ///< bytes

/// Bit v belongs to voxel v of a tile.
using VoxelBits = std::uint64_t;
static_assert(tile_voxels <= 8 * sizeof(VoxelBits));

constexpr VoxelBits voxel_bit(std::size_t voxel) noexcept { return VoxelBits{1} << voxel; }
/// Of the first n voxels, n < 64.
constexpr VoxelBits voxel_bits_below(std::size_t n) noexcept { return voxel_bit(n) - 1; }

constexpr std::size_t padded_outputs(std::size_t n_out) noexcept {
  return (n_out + tile_outputs - 1) / tile_outputs * tile_outputs;
}

/// Features of one word.
constexpr std::size_t per_word(Number number) noexcept { return number == Number::u8 ? 4 : number == Number::s16 ? 2 : 1; }

/// Inputs that a dense layer reads for n features: u8 go by eight (two products of four are added in 16 bits), s16 by two.
constexpr std::size_t padded_inputs(Number number, std::size_t n) noexcept {
  const std::size_t step = number == Number::u8 ? 8 : number == Number::s16 ? 2 : 1;
  return (n + step - 1) / step * step;
}

/// Words of one voxel's n features in a tile buffer. Integer features are written by blocks of tile_outputs.
constexpr std::size_t row_words(Number number, std::size_t n) noexcept {
  return number == Number::u8 || number == Number::s16 ? padded_inputs(number, padded_outputs(n)) / per_word(number) : n;
}

/// Weights in the packed table of a dense layer whose inputs are of this kind.
constexpr std::size_t packed_size(Number number, std::size_t n_in, std::size_t n_out) noexcept {
  return padded_outputs(n_out) * padded_inputs(number, n_in);
}

constexpr std::size_t packed_size(std::size_t n_in, std::size_t n_out) noexcept {
  return packed_size(Number::f32, n_in, n_out);
}

/// Outputs of the panel of float weights that begins at output `first`, padding included.
constexpr std::size_t panel_width(std::size_t n_out, std::size_t first) noexcept {
  const std::size_t left = padded_outputs(n_out) - first;
  return left < panel_outputs ? left : panel_outputs;
}

/// Index of weight (output j, input k) in the packed weights of floats.
constexpr std::size_t packed_index(std::size_t n_in, std::size_t n_out, std::size_t j, std::size_t k) noexcept {
  const std::size_t first = j / panel_outputs * panel_outputs;
  return first * n_in + k * panel_width(n_out, first) + (j - first);
}

/// The same of integers, by the number that the layer reads.
constexpr std::size_t packed_index(Number number, std::size_t n_in, std::size_t j, std::size_t k) noexcept {
  const std::size_t n = per_word(number), block = (j / tile_outputs) * padded_inputs(number, n_in) * tile_outputs;
  return block + ((k / n) * tile_outputs + j % tile_outputs) * n + k % n;
}

/// s16 factors of affine_s16 and group_norm_s16, laid out as the dense layer that they are: of each block, output o reads
/// word o / 2 only, there only feature o % 2. Four words of two a block.
constexpr std::size_t packed_diagonal_size(std::size_t n) noexcept { return 2 * padded_outputs(n); }
constexpr std::size_t packed_diagonal_index(std::size_t j) noexcept { return 2 * j + j % 2; }

}  // namespace crbrt::layout
