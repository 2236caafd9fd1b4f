// SPDX-License-Identifier: Apache-2.0
/// Faults of single coefficients: a sign that was flipped, a coefficient that was conjugated or multiplied by a number.
///
/// They leave most voxels typical enough to pass the threshold of atypicality, and move T1 by tens of percent all the same. The
/// evidence is the model's own score: a fault is found where undoing it makes the voxels clearly more typical, most of them
/// alike, and typical in the end. A model without atypicality has only the profile of its training data: signs of coefficients
/// whose mean there is larger than their spread, and the size of one coefficient against that of all others.
///
/// What cannot be told: the conjugate of all coefficients of a real basis, which is the voxel at the opposite off-resonance and
/// as typical as the voxel itself; faults of coefficients so weak that the score does not notice, and small factors.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "crbrt/crbrt.hpp"
#include "tools/map/diagnosis.h"
#include "tools/map/explanation.h"
#include "tools/map/model_maps.h"

namespace crbrt::map {

enum class SingleFaultKind { flipped, conjugated, rescaled };

struct SingleFault {
  SingleFaultKind kind = SingleFaultKind::flipped;
  std::optional<std::size_t> coefficient;  ///< counted from 0; empty: all of them
  double factor = 1;                       ///< rescaled: what the coefficient seems to be multiplied by
  std::optional<double> share;             ///< of the voxels that are more typical without the fault; empty: from the profile

  std::string in_words() const;  ///< "coefficient 3 (counted from 0) seems to have the wrong sign: ..."
  base::Json to_json() const;
};

/// What a program says of some voxels, interleaved [n_voxel, 2 * n_coeff]; those that are empty or not finite do not count.
/// None where a diagnosis explains the voxels already, and for a program without a profile.
std::vector<SingleFault> single_faults_of(const Program& program, const MapSettings& settings,
                                          std::span<const float> interleaved, const std::optional<Atypical>& atypical);

/// [n_voxel] of voxels interleaved [n_voxel, 2 * n_coeff]: the higher, the less typical. Threads call it at the same time.
using ScoreFunction = std::function<std::vector<float>(const std::vector<float>& interleaved)>;

struct Scores {
  ScoreFunction of;
  float threshold = 0;   ///< above it a voxel is atypical
  unsigned threads = 1;  ///< the faults found are the same for any number
};

/// interleaved [n_voxel, 2 * n_coeff], finite and not empty. Without `scores` the profile alone judges. None for fewer than 30
/// voxels, and where most voxels stay atypical whatever is undone.
std::vector<SingleFault> single_faults(const Profile& trained, std::span<const float> interleaved, const Turning& turning,
                                       const std::optional<Scores>& scores = {});

}  // namespace crbrt::map
