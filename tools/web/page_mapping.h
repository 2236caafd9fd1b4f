// SPDX-License-Identifier: Apache-2.0
/// One model, one coefficient image and the voxels to map, for a page that reads the files: the page asks which voxels a piece
/// of the file holds, hands over its bytes, and takes the maps. Everything that decides a number is what crbrt-map runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/warnings.h"
#include "crbrt/loader.hpp"
#include "tools/map/voxel_estimator.h"
#include "tools/volume/map_description.h"
#include "tools/volume/stored_image.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::web {

class PageMapping {
 public:
  /// A .crbm file. Throws InputError with the loader's words; the model before it stays.
  base::Json open_model(std::span<const std::uint8_t> bytes, const std::string& name);

  /// A coefficient image (described_image.h), for the model: {"shape", "n_coeff", "n_plane", "block", "step", "element_bytes",
  /// "affine", "warnings"}. All voxels are listed. Throws InputError and DisagreementError; the image before it stays.
  base::Json open_image(const base::Json& header);

  /// Lists the voxels that a mask marks: {"voxels", "warnings"}. Throws InputError; the list before it stays.
  base::Json use_mask(const base::Json& header, std::span<const std::byte> bytes);
  base::Json use_all_voxels();

  /// Which form of the model, and the noise of the coefficients (0: no standard deviations): {"maps": [{"name", "unit", "low",
  /// "high", "sidecar", ...}], "threshold"}. Throws UsageError and DisagreementError.
  base::Json start(bool is_integer, double sigma);

  /// How many of the voxels first .. end - 1 of the grid are listed.
  std::size_t listed(std::size_t first, std::size_t end) const;
  /// Their indices in the grid, ascending.
  void indices(std::size_t first, std::size_t end, std::uint32_t* to) const;
  /// Numbers of one plane of the voxels first .. end - 1, as the file has them (swapped in place where it is of the other byte
  /// order), as floats of those that are listed: `step` of each.
  void gather(std::size_t first, std::size_t end, std::byte* stored, float* to);

  /// Maps n voxels. planes [n_plane, step * n] as gather() leaves them, one plane after the other. maps [map, n]: the
  /// estimates, their standard deviations where there is a sigma, and the atypicality where the model has one, in the order and
  /// the units of start(). status [n]: StatusValue. is_atypical [n]: 1 or 0, by the rule of crbrt-map. Returns {"scored",
  /// "atypical"}: how many have a score, and how many of these are atypical; zeros where the model has no atypicality.
  base::Json run(const float* planes, std::size_t n, float* maps, std::uint8_t* status, std::uint8_t* is_atypical);

  /// What a NIfTI file of one map begins with (352 bytes; more where extents want NIfTI-2). `is_status`: bytes, not floats.
  std::string head_of_map(const volume::Window& window, bool is_status) const;

 private:
  base::Warnings warnings_{"crbrt-web"};
  std::string model_name_;
  Model model_;
  std::optional<volume::StoredImage> image_;
  volume::CoefficientPlanes planes_{};
  volume::VoxelList voxels_;
  std::string mask_;                  ///< name of its file; empty: all voxels
  const Program* program_ = nullptr;  ///< the form that start() chose
  double sigma_ = 0;
  std::vector<volume::MapDescription> outputs_;
  std::optional<map::VoxelEstimator> estimator_;
  std::vector<float> values_;
  map::BatchMaps batch_;
};

}  // namespace crbrt::web
