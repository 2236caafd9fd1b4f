/// How the normative kernels read and write integer features of a tile: one by one, byte by byte (layout.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crbrt/format/layout.h"

namespace crbrt {

struct FixedTile {
  void* data;
  Number number;

  std::int32_t get(std::size_t feature, std::size_t voxel) const {
    const auto read = [&](auto value) {
      std::memcpy(&value, at(feature, voxel), sizeof value);
      return static_cast<std::int32_t>(value);
    };
    if (number == Number::u8) return read(std::uint8_t{});
    return number == Number::s16 ? read(std::int16_t{}) : read(std::int32_t{});
  }

  void set(std::size_t feature, std::size_t voxel, std::int32_t x) const {
    const auto write = [&](auto value) { std::memcpy(at(feature, voxel), &value, sizeof value); };
    if (number == Number::u8) return write(static_cast<std::uint8_t>(x));
    if (number == Number::s16) return write(static_cast<std::int16_t>(x));
    write(x);
  }

 private:
  unsigned char* at(std::size_t feature, std::size_t voxel) const {
    const std::size_t n = layout::per_word(number), word = (feature / n) * layout::tile_voxels + voxel;
    return static_cast<unsigned char*>(data) + 4 * word + (feature % n) * (4 / n);
  }
};

}  // namespace crbrt
