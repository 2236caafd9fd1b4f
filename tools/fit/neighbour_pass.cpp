// SPDX-License-Identifier: Apache-2.0
// Rounds of trials, each of which is complete before any fit changes.
#include "tools/fit/neighbour_pass.h"

#include <utility>

#include "base/progress.h"
#include "physics/nlls/basin.h"

namespace crbrt::fit {
namespace {

using physics::Tissue;
using physics::VoxelFit;

constexpr int n_round = 2;

}  // namespace

NeighbourPass fit_from_neighbours(const physics::Fitter& fitter, const Eigen::MatrixXcd& coefficients,
                                  const volume::VoxelNeighbours& neighbours, const PartialFits& kept,
                                  std::vector<VoxelFit>& fits) {
  const std::size_t n_voxel = fits.size();
  NeighbourPass pass{std::vector<bool>(n_voxel), std::vector<bool>(n_voxel)};
  std::vector<bool> is_new(n_voxel, true);  // ends that no neighbour has tried yet
  const auto starts_of = [&](std::size_t voxel) {
    std::vector<Tissue> ends;
    if (!has_estimate(fits[voxel].status)) return ends;
    for (const std::size_t neighbour : neighbours.of(voxel))
      if (is_new[neighbour] && has_estimate(fits[neighbour].status)) ends.push_back(fits[neighbour].tissue);
    return physics::of_other_basins(fits[voxel].tissue, ends, fitter.model().tr_s());
  };

  std::size_t first_part = n_part(n_voxel);
  for (int round = 0; round < n_round; ++round) {
    std::vector<std::size_t> tried;
    for (std::size_t voxel = 0; voxel < n_voxel; ++voxel)
      if (!starts_of(voxel).empty()) tried.push_back(voxel);
    const FitPart fit = [&](std::size_t first, std::size_t n, const std::function<void(std::size_t)>& on_voxel) {
      Eigen::MatrixXcd data(coefficients.rows(), static_cast<Eigen::Index>(n));
      std::vector<VoxelFit> ends;
      std::vector<std::vector<Tissue>> starts;
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t voxel = tried[first + i];
        data.col(static_cast<Eigen::Index>(i)) = coefficients.col(static_cast<Eigen::Index>(voxel));
        ends.push_back(fits[voxel]);
        starts.push_back(starts_of(voxel));
      }
      return fitter.fit_again(data, ends, starts, on_voxel);
    };
    base::Progress progress("neighbours", tried.size());
    std::vector<VoxelFit> again =
        fit_in_parts(tried.size(), first_part, fit, kept, [&](std::size_t n) { progress.advance(n); });
    first_part += n_part(tried.size());
    is_new.assign(n_voxel, false);
    for (std::size_t i = 0; i < tried.size(); ++i) {
      const std::size_t voxel = tried[i];
      pass.tried[voxel] = true;
      is_new[voxel] = again[i].tissue.values() != fits[voxel].tissue.values();
      if (is_new[voxel]) pass.changed[voxel] = true;
      fits[voxel] = std::move(again[i]);
    }
  }
  return pass;
}

}  // namespace crbrt::fit
