// SPDX-License-Identifier: Apache-2.0
/// Images of coefficients as they come, until a slice or a volume has all of its coefficients.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/mrd/message.h"

namespace crbrt::mrd {

/// What numbers the coefficients of a voxel.
enum class Dimension { channel, contrast, set };

/// "channel", "contrast", "set"; null for anything else.
std::optional<Dimension> dimension_from_name(std::string_view name);
const char* name_of(Dimension dimension) noexcept;

/// One coefficient of all voxels, x fastest: complex numbers, real part first, as floats or doubles.
struct Plane {
  const std::byte* numbers = nullptr;
  bool is_double = false;
};

/// A slice or a volume with all of its coefficients.
struct CoefficientGroup {
  ImageHeader header{};       ///< of coefficient 0
  std::string attributes;     ///< the same
  std::vector<Plane> planes;  ///< [coefficient]
  std::size_t n_voxel = 0;
  std::vector<Block> memory{};
  Lease lease{};
};

class Assembly {
 public:
  Assembly(std::size_t n_coeff, Dimension dimension, std::size_t most_bytes)
      : n_coeff_(n_coeff), dimension_(dimension), most_bytes_(most_bytes) {}

  /// Whether an image belongs to what has come. Throws Refusal.
  void expect(const ImageHeader& header) const;

  /// Takes an image that was expected. The group, where it was the last one of it.
  std::optional<CoefficientGroup> add(Message image);

  /// "slice 3, repetition 0: coefficient 4 of 13" and so on, of what has not come whole; empty: nothing waits.
  std::string missing() const;
  std::size_t bytes() const noexcept { return bytes_; }  ///< of numbers that wait

 private:
  /// slice, repetition, average, phase, set, contrast, of which that of the coefficients is 0.
  using Key = std::array<std::uint16_t, 6>;
  struct Waiting {
    CoefficientGroup group;
    ImageHeader first{};  ///< that came
    std::size_t n_here = 0, n_byte = 0;
  };

  Key key_of(const ImageHeader& header) const noexcept;
  std::size_t index_of(const ImageHeader& header) const noexcept;
  void expect_beside(const Waiting& waiting, const ImageHeader& header) const;

  std::size_t n_coeff_;
  Dimension dimension_;
  std::size_t most_bytes_, bytes_ = 0;
  std::map<Key, Waiting> waiting_;
};

}  // namespace crbrt::mrd
