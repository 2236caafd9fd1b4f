/// The 64 bytes in front of a model's FlatBuffer (docs/format.md). Every one of them is checked, so a file that was cut or
/// changed anywhere is refused before anything interprets it.
///
///     0  magic, 8 bytes        89 43 52 42 4d 0d 0a 1a (as PNG's, it shows a transfer that mangled line ends)
///     8  container version     u32
///    12  zero                  u32
///    16  payload length        u64; the file ends right after the payload
///    24  SHA-256 of payload    32 bytes
///    56  zero                  u64
/// Numbers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crbrt/loader.hpp"

namespace crbrt::loader {

inline constexpr std::size_t header_size = 64;
inline constexpr std::uint32_t container_version = 1;

/// Larger files are refused unread: the largest plausible model (limits.h) stays far below.
inline constexpr std::size_t max_file_size = std::size_t{256} << 20;

/// Checks the header and the checksum; `payload` is set only when the result is ok.
LoadResult open_container(View1<const std::uint8_t> file, View1<const std::uint8_t>& payload);

}  // namespace crbrt::loader
