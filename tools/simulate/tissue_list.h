/// The list mode: signals, derivatives, coefficients and bounds of the tissues in a CSV file.
#pragma once

#include "tools/simulate/options.h"

namespace crbrt::simulate {

void simulate_tissue_list(const Options& options);

}  // namespace crbrt::simulate
