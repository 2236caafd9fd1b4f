// SPDX-License-Identifier: Apache-2.0
/// What crbrt-map makes of the standard deviations of a model: which of them are at their limit, and how much longer they are
/// where the prior pulls.
#pragma once

#include <cstdint>

#include "crbrt/crbrt.hpp"
#include "tools/map/model_maps.h"

namespace crbrt::map {

/// Whether the standard deviations of an output are bounded.
bool is_bounded(const Output& output) noexcept;

/// Fills maps.std_at_limit from the standard deviations as the model gives them: bit j of a voxel where that of output j is at
/// its least or largest value. Voxels without an estimate have none. Nothing where maps has no standard deviations.
void find_limits(const Program& program, BatchMaps& maps);

/// A Gaussian prior of mean m and standard deviation W draws the best estimate from a measurement with the standard deviation s
/// towards its mean, by (s / W)^2 (estimate - m). Over tissue like that of the prior this pull is part of s; a tissue that lies
/// at the prior's end has it in every voxel, as a bias. Each standard deviation becomes
///   min(std_maximum, s sqrt(1 + (s / W)^2 z^2)),  z = (estimate - m) / W
/// with offset and scale of the output as m and W, which is what training leaves there.
void add_prior_pull(const Program& program, BatchMaps& maps);

}  // namespace crbrt::map
