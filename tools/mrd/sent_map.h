// SPDX-License-Identifier: Apache-2.0
/// Which maps go back to a client, what each of them is called, and how its numbers become pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/mrd/attributes.h"
#include "tools/mrd/config.h"
#include "tools/mrd/pixel_scale.h"
#include "tools/volume/nifti.h"

namespace crbrt::mrd {

enum class MapKind { estimate, std, atypicality, status };

struct SentMap {
  MapKind kind = MapKind::estimate;
  std::size_t plane = 0;         ///< of the estimates, or of the standard deviations
  std::string name{}, output{};  ///< "T1map", "t1_apparent_s"
  std::string unit{};            ///< of the floats: "s"
  double factor = 1;             ///< float over the number that the model gives
  std::string pixel_unit{};      ///< of slope * pixel + intercept: "ms"
  double per_float = 1;          ///< number in pixel_unit over the float
  PixelScale scale{};
  volume::Window window{};  ///< in pixel_unit
  bool has_pixels = true, has_floats = true;
  std::uint16_t series = 0;  ///< image_series_index of the pixels; that of the floats is 100 more
};

inline constexpr std::uint16_t series_of_floats = 100;

/// In the order in which they are sent. Throws DisagreementError naming `who` for ranges of maps that are not sent.
std::vector<SentMap> sent_maps(const Config& config, const std::string& who);

/// What the attributes of a map say, as pixels or as floats.
std::vector<Attribute> attributes_of(const SentMap& map, const Config& config, bool are_pixels, bool basis_is_known);

}  // namespace crbrt::mrd
