/// What a plausible model stays below. A hostile file may claim anything, and may let many layers share one vector, so sizes
/// that turn into memory or time are bounded here and not by the size of the file. The network of [paper] has 2.67 million
/// weights in 14 layers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crbrt::loader::limits {

inline constexpr std::uint32_t format_version = 1;
inline constexpr std::uint32_t n_coeff = 128;
inline constexpr std::uint32_t n_frame = 1u << 20;
inline constexpr std::size_t n_layer = 128;
inline constexpr std::uint32_t layer_width = 4096;
inline constexpr std::size_t n_output = 32;
inline constexpr std::size_t packed_weights = std::size_t{1} << 24;   ///< floats of all layers together: 64 MiB
inline constexpr std::size_t integer_numbers = std::size_t{1} << 25;  ///< integers of all operations together, any width
inline constexpr std::size_t slot_features = std::size_t{1} << 16;    ///< features of all slots together: an arena of 6 MiB
inline constexpr std::size_t test_voxels = 4096;
inline constexpr std::size_t name_length = 64;
inline constexpr std::size_t text_length = std::size_t{1} << 20;

// FlatBuffers Verifier: Model > layers > Dense > Normalization is the deepest path; tables are counted per visit.
inline constexpr std::uint32_t verifier_depth = 8;
inline constexpr std::uint32_t verifier_tables = 2048;

}  // namespace crbrt::loader::limits
