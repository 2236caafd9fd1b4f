// SPDX-License-Identifier: Apache-2.0
/// A data set as a forward training needs it: features of the tissues, coefficients in units of noise, and the directions in
/// which an error of the coefficients is an error of a wanted unknown.
///
/// With J the real columns of Re M0, Im M0 and the unknowns, an efficient estimator answers an error e of the coefficients with
/// the error row_i(J^+) e of unknown i, and sqrt(CRB_i) is the norm of that row at sigma = 1. So u_i e / sigma, with u_i the
/// row at unit length, is that error in units of sqrt(CRB_i), at any SNR |M0| / sigma.
///
/// A fit also follows derivatives. Noise moves an estimate of unknown i along the tissues t_i = C e_i / sqrt(C_ii), with C the
/// covariance at forward_snr of all unknowns, whose prior is a Gaussian around the tissue: of the set's standard deviation, but
/// no more than 0.6 of the value. An error of the derivative along t_i, in standard deviations of the noise, is to first order
/// what the fit then differs by, in sqrt(CRB).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "physics/io/dataset.h"
#include "trainer/forward/forward_config.h"

namespace crbrt::trainer {

/// SNR at which errors are counted.
inline constexpr double forward_snr = 100;

/// Row-major arrays of n fingerprints. Where the model is mirrored those of negative off-resonance are conjugated.
struct ForwardSamples {
  std::size_t n = 0;
  std::vector<double> tissues;    ///< [n, n_input] as in the set
  std::vector<float> features;    ///< [n, n_feature], standardised by what the training samples have
  std::vector<float> place;       ///< [n] |omega0| in intervals of the table
  std::vector<float> targets;     ///< [n, 2 n_coeff] coefficients at M0 = 1, times forward_snr
  std::vector<float> directions;  ///< [n, n_wanted, 2 n_coeff] u_i
  // Derivatives along t_i; empty where the configuration gives them no weight.
  std::vector<float> feature_tangents;  ///< [n_wanted, n, n_feature] of the standardised features
  std::vector<float> place_tangents;    ///< [n_wanted, n] of `place`
  std::vector<float> target_tangents;   ///< [n_wanted, n, 2 n_coeff] of `targets`
};

struct ForwardData {
  std::size_t n_coeff = 0, n_feature = 0, n_wanted = 0;
  ForwardPart part;  ///< inputs with their ranges, features with their standardisation; no operations, no table
  ForwardSamples training, validation;
  std::size_t n_dropped = 0;  ///< fingerprints without signal or without a finite, positive bound
};

/// `dataset` holds its derivatives. Throws base::DisagreementError naming `file` where the set lacks an unknown of the
/// configuration, an off-resonance for a table, or enough fingerprints; where it is of another simulator, and where its basis
/// is complex and the configuration has a table.
ForwardData prepare_forward_data(const physics::Dataset& dataset, const ForwardConfig& config, const std::string& file);

/// SHA-256 of configuration and data: a checkpoint continues only the run that it belongs to.
std::string forward_identity(const ForwardConfig& config, const ForwardData& data);

}  // namespace crbrt::trainer
