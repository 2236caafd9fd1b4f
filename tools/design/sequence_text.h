/// A pulse train as text, in the shortest decimals that read back to the same doubles.
#pragma once

#include <string>

#include "physics/sequence.h"

namespace crbrt::design {

/// {"name", "tr_s", "alpha_rad": [...], "trf_s": [...]}: one cycle, as physics::read_sequence wants it.
std::string json_text(const physics::Sequence& sequence);

/// Header "pulse,alpha_rad,trf_s", then one pulse a row, counted from 1.
std::string csv_text(const physics::Sequence& sequence);

}  // namespace crbrt::design
