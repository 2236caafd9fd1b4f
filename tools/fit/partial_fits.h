// SPDX-License-Identifier: Apache-2.0
/// Fits that are done, kept beside the output folder while the others are computed: a run of hours that is stopped, by
/// whatever, goes on where it was.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/parts_folder.h"
#include "physics/nlls/fitter.h"

namespace crbrt::fit {

/// The folder OUT.partial: one file for each part of the voxels, complete or absent.
class PartialFits {
 public:
  /// `identity` is a hash of everything that fits depend on. Throws OutputError where the folder is somebody else's, where
  /// another run has it, and where fits of an earlier run lie there and `resume` does not say that they may be used;
  /// DisagreementError where they are of other data or settings.
  PartialFits(const std::string& out, const std::string& identity, bool resume, base::Warnings& warnings);

  /// The fits of a part, from its file or else from `fit`, whose result is kept. A damaged file is warned of and made again.
  std::vector<physics::VoxelFit> part(std::size_t index, std::size_t n_voxel,
                                      const std::function<std::vector<physics::VoxelFit>()>& fit) const;

  /// Once the maps are there.
  void remove() const { folder_.remove(); }

 private:
  base::PartsFolder folder_;
};

/// All columns of `coefficients`, part by part, from `starts` unless that is empty. The parts have a fixed size, so that a run
/// that went on gives the bits of one that was not stopped. on_voxels(n) is called whenever n more are done, kept ones
/// included.
std::vector<physics::VoxelFit> fit_in_parts(const physics::Fitter& fitter, const Eigen::MatrixXcd& coefficients,
                                            std::span<const physics::Tissue> starts, const PartialFits& kept,
                                            const std::function<void(std::size_t)>& on_voxels);

/// The fits of n voxels from number `first` on; on_voxel as of physics::Fitter::fit.
using FitPart = std::function<std::vector<physics::VoxelFit>(std::size_t first, std::size_t n,
                                                             const std::function<void(std::size_t)>& on_voxel)>;

/// The same of any n_voxel voxels that `fit` fits, in parts whose numbers begin at `first_part`.
std::vector<physics::VoxelFit> fit_in_parts(std::size_t n_voxel, std::size_t first_part, const FitPart& fit,
                                            const PartialFits& kept, const std::function<void(std::size_t)>& on_voxels);

inline constexpr std::size_t voxels_of_part = 512;

constexpr std::size_t n_part(std::size_t n_voxel) { return (n_voxel + voxels_of_part - 1) / voxels_of_part; }

}  // namespace crbrt::fit
