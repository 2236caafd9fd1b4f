/// The files that a run of crbrt-map leaves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tools/map/atypical.h"
#include "tools/map/model_maps.h"
#include "tools/map/noise_level.h"
#include "tools/volume/maps_out.h"

namespace crbrt::map {

/// One per output of the program, and one of |M0| behind them where an output is signal_per_m0. Throws InputError naming
/// `model_path` for outputs that make no file names.
std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program);

/// Writes every map of `maps` and the status, and commits. `noise` is what std was made with, `atypical` what atypicality said.
void write_maps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
                const ModelMaps& maps, const std::optional<NoiseLevel>& noise, const std::optional<Atypical>& atypical);

}  // namespace crbrt::map
