/// Where numbers lie in packed weights and in the working buffers. One layout for every ISA, so that generated files and
/// goldens do not depend on the machine. Voxels lie in SIMD lanes, weights are broadcast.
///
///   activations   feature-major tiles: value (feature f, voxel v) of a tile is buffer[f * tile_voxels + v]
///   weights       blocks of tile_outputs outputs: weight (output j, input k) is
///                 packed[((j / tile_outputs) * n_in + k) * tile_outputs + j % tile_outputs]; missing outputs are zero
///   bias          [padded_outputs(n_out)], missing outputs are zero
#pragma once

#include <cstddef>

namespace crbrt::layout {

inline constexpr std::size_t tile_voxels = 24;      ///< voxels that go through all layers together
inline constexpr std::size_t tile_outputs = 4;      ///< outputs of one packed weight block
inline constexpr std::size_t arena_alignment = 64;  ///< bytes

constexpr std::size_t padded_outputs(std::size_t n_out) noexcept {
  return (n_out + tile_outputs - 1) / tile_outputs * tile_outputs;
}

/// Floats in the packed weights of a dense layer.
constexpr std::size_t packed_size(std::size_t n_in, std::size_t n_out) noexcept { return padded_outputs(n_out) * n_in; }

/// Index of weight (output j, input k) in the packed weights.
constexpr std::size_t packed_index(std::size_t n_in, std::size_t j, std::size_t k) noexcept {
  return ((j / tile_outputs) * n_in + k) * tile_outputs + j % tile_outputs;
}

}  // namespace crbrt::layout
