/// A picture of a train, by gnuplot.
#pragma once

#include <string>

#include "physics/sequence.h"

namespace crbrt::design {

/// Flip angle and duration over the pulses as a PNG, written atomically. Throws base::OutputError, also where gnuplot fails.
void plot_train(const physics::Sequence& sequence, const std::string& path);

}  // namespace crbrt::design
