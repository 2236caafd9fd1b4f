/// The map of |M0| beside a model that estimates signal_per_m0 = ||c|| / |M0|: the norm of the voxel's coefficients over it.
#pragma once

#include <optional>

#include "crbrt/crbrt.hpp"
#include "physics/quantity.h"
#include "tools/map/model_maps.h"

namespace crbrt::map {

/// |M0| in the table of quantities.
const physics::Quantity& m0_quantity();

/// Which output is signal_per_m0; empty where none is.
std::optional<std::size_t> signal_per_m0_output(const Program& program);

/// Appends |M0| in units of the data to maps.maps, 0 where nothing was computed or signal_per_m0 is not positive. Where there
/// are standard deviations, appends |M0| sqrt((std / signal_per_m0)^2 + (sigma / ||c||)^2) to maps.std: the correlation of both
/// errors is neglected (to first order there is none for a model that normalises its input). Does nothing for a model without
/// signal_per_m0.
void append_m0(const Program& program, double sigma, ModelMaps& maps);

}  // namespace crbrt::map
