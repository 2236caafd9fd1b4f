/// Sequence, basis and prior of a fit, read and checked before a voxel is touched.
#pragma once

#include <Eigen/Core>

#include "physics/nlls/fitter.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "tools/fit/options.h"

namespace crbrt::fit {

struct Problem {
  physics::Sequence sequence;
  Eigen::MatrixXd basis;
  physics::Prior prior;
  physics::FitSettings settings;
};

/// Throws base::InputError, and base::DisagreementError when basis and sequence do not fit, or the rank is too low to fit with.
Problem read_problem(const Options& options);

/// Tabulates, draws and simulates the starting points. Throws base::InputError where the simulator refuses the sequence.
physics::Fitter make_fitter(const Options& options, const Problem& problem);

}  // namespace crbrt::fit
