// SPDX-License-Identifier: Apache-2.0
/// The maps of a model's outputs, and the one of |M0| beside a model that estimates signal_per_m0 = ||c|| / |M0|: the norm of
/// the voxel's coefficients over it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/quantity.h"
#include "tools/map/model_maps.h"
#include "tools/volume/map_description.h"

namespace crbrt::map {

/// Exact where nothing is scaled, so that sidecars say what the model file says.
double in_unit_of(const volume::MapDescription& map, float value);

/// |M0| in the table of quantities.
const physics::Quantity& m0_quantity();

/// Which output is signal_per_m0; empty where none is.
std::optional<std::size_t> signal_per_m0_output(const Program& program);

/// Fills the plane behind the estimates with |M0| in units of the data, 0 where signal_per_m0 is not positive. Where there are
/// standard deviations, fills the plane behind them with |M0| sqrt((std / signal_per_m0)^2 + (sigma / ||c||)^2): the
/// correlation of both errors is neglected (to first order there is none for a model that normalises its input). Does nothing
/// for a model without signal_per_m0.
void find_m0(const Program& program, double sigma, BatchMaps& maps);

/// One per output of the program, and one of |M0| behind them where an output is signal_per_m0. Throws InputError naming
/// `model_path` for outputs that make no file names.
std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program,
                                                     volume::TimeUnit times = volume::TimeUnit::seconds);

/// The map of how unlike the training data a voxel is, of a program that has such a score.
volume::MapDescription describe_atypicality(const Program& program);

}  // namespace crbrt::map
