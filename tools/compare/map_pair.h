// SPDX-License-Identifier: Apache-2.0
/// Two maps of one name, one of each folder, over the voxels in which both hold a number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/warnings.h"
#include "tools/compare/agreement.h"
#include "tools/volume/grid.h"
#include "tools/volume/maps_in.h"

namespace crbrt::compare {

/// What both folders are compared in.
struct Compared {
  volume::Grid grid;                                   ///< of --maps
  volume::GridCheck check = volume::GridCheck::world;  ///< how the other images are compared with it
  std::vector<std::size_t> voxels;                     ///< with an estimate on both sides, by the status; ascending
  std::vector<std::size_t> white_matter;               ///< of them; ascending
};

/// One line of the table. What is empty could not be computed: no voxel with a number on both sides, no white matter, no
/// standard deviations.
struct PairedMap {
  std::string name;
  std::size_t n = 0;  ///< voxels with a number on both sides
  std::optional<Agreement> agreement;
  std::optional<double> white_matter_median;  ///< of --maps
  std::optional<double> overlap;              ///< share of voxels whose intervals of two standard deviations overlap
  std::optional<double> bar;                  ///< typical_bar() of both maps
  std::optional<double> difference;           ///< typical_difference()
  std::size_t n_without_number = 0, n_without_number_in_reference = 0;

  base::Json to_json() const;
  std::string line() const;
  /// Empty where nothing could be compared.
  std::optional<Judgement> judgement() const;
  /// "T2map: disagree. ...": what the numbers of the line mean; empty where nothing could be compared.
  std::string sentence() const;
};

/// The maps that both folders hold. A voxel without a number in either counts as not computed, in this map. Warns of maps whose
/// unit nothing states and whose medians are about a thousand apart. Throws InputError.
std::vector<PairedMap> pair_maps(const volume::MapFiles& maps, const volume::MapFiles& reference, const Compared& compared,
                                 base::Warnings& warnings);

/// Says once for each folder how many of the `n_voxel` estimates are no numbers.
void warn_of_missing_numbers(const std::vector<PairedMap>& pairs, std::size_t n_voxel, const std::string& maps,
                             const std::string& reference, base::Warnings& warnings);

}  // namespace crbrt::compare
