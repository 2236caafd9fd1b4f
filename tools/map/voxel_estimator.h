// SPDX-License-Identifier: Apache-2.0
/// What a model says of voxels in memory: estimates, |M0|, standard deviations with the prior's pull, and scores. One for every
/// way in: files of crbrt-map, arrays of the Python module.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/bound_session.h"
#include "tools/map/model_maps.h"

namespace crbrt::map {

/// Whether the runtime takes it as a noise: a normal number of single precision above 0.
constexpr bool is_noise(double sigma) noexcept {
  return sigma >= static_cast<double>(std::numeric_limits<float>::min()) &&
         sigma <= static_cast<double>(std::numeric_limits<float>::max());
}

/// For one thread at a time.
class VoxelEstimator {
 public:
  /// Voxels of a call: their coefficients and the network's tiles stay in the second-level cache.
  static constexpr std::size_t batch_size = 4096;

  /// sigma: noise of real and imaginary part; 0: no standard deviations. The program outlives this. Throws UsageError for an
  /// instruction set that this CPU lacks.
  VoxelEstimator(const Program& program, Isa isa, double sigma);

  Isa isa() const noexcept { return session_->isa(); }

  /// Fills all of `maps` but chi_square, and `status` [c.n_voxel], which maps.status then shows.
  void estimate(const Coefficients& c, BatchMaps& maps, std::span<VoxelStatus> status);

  /// Of voxel v of the coefficients, whose score is known. Most voxels score below every threshold: here, and without a call.
  Typicality typicality(const Coefficients& c, std::size_t v, float score) const {
    return knows_noise_ && score <= least_threshold_ ? Typicality::typical : judged(c, v, score);
  }

  /// Whether voxel v, whose maps estimate() has filled from these coefficients, has an estimate and is atypical.
  bool is_atypical_voxel(const Coefficients& c, const BatchMaps& maps, std::size_t v) const {
    return !maps.atypicality.empty() && has_estimate(maps.status[v]) &&
           typicality(c, v, maps.atypicality[v]) != Typicality::typical;
  }

 private:
  Typicality judged(const Coefficients& c, std::size_t v, float score) const;
  void resize(std::size_t n, BatchMaps& maps) const;

  const Program& program_;
  double sigma_;
  std::optional<std::size_t> m0_;  ///< the output that |M0| is found from
  bool knows_noise_;               ///< and has thresholds for it
  float least_threshold_;          ///< of all levels of noise
  base::BoundSession session_;
  std::vector<double> squares_;
};

/// The scores of voxels in memory, interleaved [n_voxel, 2 * n_coeff]; the program has atypicality.
std::vector<float> atypicality_of(const Program& program, Isa isa, const std::vector<float>& interleaved);

}  // namespace crbrt::map
