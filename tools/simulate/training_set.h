/// The training-set mode: draws from a prior, compressed, with bounds; one shard of possibly several.
#pragma once

#include "tools/simulate/options.h"

namespace crbrt::simulate {

void make_training_set(const Options& options);

}  // namespace crbrt::simulate
