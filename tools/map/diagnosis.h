/// Why most voxels of an input are unlike the training data: one cause, with the numbers that speak for it.
///
/// The evidence is the profile of the coefficients (profile.h). An explanation counts when the profile as given is off by more
/// than a factor of 2, when it brings the profile clearly nearer to that of the training data, and when either the rest is less
/// than a factor of 2 or the model finds at most half as many of the corrected voxels atypical. The best one is named.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/map/explanation.h"

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
Diagnosis diagnose(const Profile& trained, std::span<const float> interleaved, std::size_t reference,
                   const AtypicalShare& share = {});

}  // namespace crbrt::map
