// SPDX-License-Identifier: Apache-2.0
/// How many voxels of a run are unlike the model's training data and, where it is most of them, why: one cause, with the
/// numbers that speak for it.
///
/// The evidence is the profile of the coefficients (explanation.h). An explanation counts when the profile as given is off by
/// more than a factor of 2, when it brings the profile clearly nearer to that of the training data, and when either the rest is
/// less than a factor of 2 or the model finds at most half as many of the corrected voxels atypical. The best one is named.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "crbrt/crbrt.hpp"
#include "tools/map/explanation.h"
#include "tools/map/model_maps.h"
#include "tools/volume/coefficients.h"

namespace crbrt::map {

struct Diagnosis {
  Cause cause = Cause::basis;
  double factor_as_given = 1;                ///< typical factor between RMS values here and in training
  double factor_explained = 1;               ///< the same without the fault; unless `basis`
  std::optional<double> atypical_explained;  ///< share of the corrected voxels that the model finds atypical
  double number = 0;                         ///< Explanation::number
  std::vector<double> rms, trained_rms;

  std::string in_words() const;
  base::Json to_json() const;
};

/// Share of interleaved voxels that the model finds atypical.
using AtypicalShare = std::function<double(const std::vector<float>& interleaved)>;

/// interleaved [n_voxel, 2 * n_coeff]: voxels with finite signal, at least one. An empty `share` judges by the profile alone.
Diagnosis diagnose(const Profile& trained, std::span<const float> interleaved, const Turning& turning,
                   const AtypicalShare& share = {});

struct Atypical {
  std::size_t n_scored = 0;    ///< voxels with signal
  std::size_t n_atypical = 0;  ///< of them, above the model's threshold for their noise
  std::optional<Diagnosis> diagnosis;

  std::string in_words() const;  ///< "12 of 480 voxels (2.5 %)"
  base::Json to_json() const;
};

/// A diagnosis is made when more than half of at least 30 scored voxels are atypical at any noise and the model standardises
/// its input. The program has atypicality. Throws InputError when the image ends early.
Atypical count_atypical(const Program& program, const ModelRun& run, const volume::CoefficientImage& image,
                        const volume::VoxelList& voxels);

}  // namespace crbrt::map
