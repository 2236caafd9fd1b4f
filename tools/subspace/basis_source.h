/// Where --basis leads: a model file or an HDF5 file, checked against the sequence.
#pragma once

#include <Eigen/Core>
#include <string>

#include "physics/sequence.h"

namespace crbrt::subspace {

/// The leading `rank` columns (0: all). Throws base::InputError, and base::DisagreementError when basis and sequence do not
/// fit.
Eigen::MatrixXd load_basis(const std::string& spec, int rank, const physics::Sequence& sequence);

}  // namespace crbrt::subspace
