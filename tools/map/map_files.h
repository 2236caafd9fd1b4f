/// The maps that a run of crbrt-map leaves, and the one of |M0| beside a model that estimates signal_per_m0 = ||c|| / |M0|: the
/// norm of the voxel's coefficients over it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/quantity.h"
#include "tools/map/diagnosis.h"
#include "tools/map/model_maps.h"
#include "tools/map/noise_level.h"
#include "tools/volume/maps_out.h"

namespace crbrt::map {

/// |M0| in the table of quantities.
const physics::Quantity& m0_quantity();

/// Which output is signal_per_m0; empty where none is.
std::optional<std::size_t> signal_per_m0_output(const Program& program);

/// Fills the plane behind the estimates with |M0| in units of the data, 0 where signal_per_m0 is not positive. Where there are
/// standard deviations, fills the plane behind them with |M0| sqrt((std / signal_per_m0)^2 + (sigma / ||c||)^2): the
/// correlation of both errors is neglected (to first order there is none for a model that normalises its input). Does nothing
/// for a model without signal_per_m0.
void find_m0(const Program& program, double sigma, ModelMaps& maps);

/// One per output of the program, and one of |M0| behind them where an output is signal_per_m0. Throws InputError naming
/// `model_path` for outputs that make no file names.
std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program);

/// Writes every map of `maps` and the status, and commits. `noise` is what std was made with, `atypical` what atypicality said.
void write_maps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
                const ModelMaps& maps, const std::optional<NoiseLevel>& noise, const std::optional<Atypical>& atypical);

}  // namespace crbrt::map
