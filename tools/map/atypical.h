/// How many voxels of a run are unlike the model's training data and, where it is most of them, why.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/json.h"
#include "crbrt/crbrt.hpp"
#include "tools/map/diagnosis.h"
#include "tools/map/model_maps.h"
#include "tools/volume/coefficients.h"

namespace crbrt::map {

struct Atypical {
  std::size_t n_scored = 0;    ///< voxels with signal
  std::size_t n_atypical = 0;  ///< of them, above the model's threshold
  std::optional<Diagnosis> diagnosis;

  std::string in_words() const;  ///< "12 of 480 voxels (2.5 %)"
  base::Json to_json() const;
};

/// A diagnosis is made when more than half of at least 30 scored voxels are atypical and the model standardises its input.
/// The program has atypicality. Throws InputError when the image ends early.
Atypical count_atypical(const Program& program, const ModelMaps& maps, const volume::CoefficientImage& image,
                        std::span<const std::size_t> voxels);

}  // namespace crbrt::map
