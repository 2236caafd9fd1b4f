// SPDX-License-Identifier: Apache-2.0
/// What happened to a voxel: the one list of values of status maps, whichever program made them (docs/mapping.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "crbrt/status.h"

namespace crbrt::volume {

enum class StatusValue : std::uint8_t {
  ok = 0,
  non_finite = 1,         ///< a coefficient is NaN or infinite: no estimates
  zero_signal = 2,        ///< all coefficients are zero: no estimates
  outside_range = 3,      ///< crbrt-map: an estimate lies outside its output's range, and is kept
  not_computed = 4,       ///< outside the mask, or not drawn
  not_converged = 5,      ///< crbrt-fit: the best start stopped before it converged; its estimates are kept
  at_bound = 6,           ///< crbrt-fit: a wall of the prior's range decides a wanted parameter, and is kept
  nuisance_at_bound = 7,  ///< crbrt-fit: only what is not wanted ended at walls, and does not matter to the others
  not_refined = 8,        ///< crbrt-map --refine: it did not converge; the network's estimates are kept
  std_at_limit = 9,       ///< crbrt-map: a standard deviation is at its limit, and says no more than that
};

struct StatusText {
  const char* name;
  const char* meaning;  ///< for people
};

/// [StatusValue]
inline constexpr auto status_texts = std::to_array<StatusText>({
    {"ok", "no fault found"},
    {"non_finite", "a coefficient is NaN or infinite; the maps hold no estimate"},
    {"zero_signal", "all coefficients are 0; the maps hold no estimate"},
    {"outside_range", "an estimate lies outside the model's range; the map holds it as it is"},
    {"not_computed", "outside the mask, or not drawn; not estimated"},
    {"not_converged", "the best start stopped before it converged; the map holds where it stopped"},
    {"at_bound", "a wall of the prior's range decides a wanted quantity; its standard deviation has no meaning"},
    {"nuisance_at_bound",
     "a quantity that is not wanted ended at a wall of the prior's range; the wanted ones hardly depend on it"},
    {"not_refined", "the refinement did not converge; the map holds the network's estimate"},
    {"std_at_limit", "a standard deviation is the least or the largest that the model may give; the estimates are kept"},
});

/// What a status means; empty for a name that is none of ours, in a folder that another version made.
inline const char* meaning_of(std::string_view name) {
  for (const StatusText& status : status_texts)
    if (status.name == name) return status.meaning;
  return "";
}

/// What the runtime says of the voxels of a run; it has the first five values.
inline std::span<const StatusValue> status_values(std::span<const VoxelStatus> status) noexcept {
  static_assert(sizeof(StatusValue) == sizeof(VoxelStatus));
  static_assert(static_cast<int>(VoxelStatus::ok) == static_cast<int>(StatusValue::ok) &&
                static_cast<int>(VoxelStatus::non_finite) == static_cast<int>(StatusValue::non_finite) &&
                static_cast<int>(VoxelStatus::zero_signal) == static_cast<int>(StatusValue::zero_signal) &&
                static_cast<int>(VoxelStatus::outside_range) == static_cast<int>(StatusValue::outside_range) &&
                static_cast<int>(VoxelStatus::not_computed) == static_cast<int>(StatusValue::not_computed));
  return {reinterpret_cast<const StatusValue*>(status.data()), status.size()};
}

/// [StatusValue]
using StatusCounts = std::array<std::uint64_t, status_texts.size()>;

/// `status` of the voxels that were computed, of a grid of n_grid voxels: all others count as not_computed.
inline StatusCounts count(std::span<const StatusValue> status, std::size_t n_grid) {
  StatusCounts counts{};
  for (const StatusValue s : status) ++counts.at(static_cast<std::size_t>(s));
  counts[static_cast<std::size_t>(StatusValue::not_computed)] += n_grid - status.size();
  return counts;
}

/// {"ok": 12, ...}
inline base::Json to_json(const StatusCounts& counts) {
  base::Json json;
  for (std::size_t i = 0; i < counts.size(); ++i) json[status_texts[i].name] = counts[i];
  return json;
}

/// "ok 12, at_bound 3": those that any voxel has.
inline std::string in_words(const StatusCounts& counts) {
  std::string words;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      words += (words.empty() ? "" : ", ") + std::string(status_texts[i].name) + " " + std::to_string(counts[i]);
  return words;
}

}  // namespace crbrt::volume
