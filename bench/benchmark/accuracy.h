// SPDX-License-Identifier: Apache-2.0
/// Errors of one estimator at one SNR in units of the square root of the bound, split into bias and spread.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"

namespace crbrt::bench {

/// What the errors are held against, of one SNR.
struct Yardstick {
  Eigen::ArrayXXd truth;          ///< [output, fingerprint]
  Eigen::ArrayXXd bound;          ///< [output, fingerprint] variances at this SNR
  Eigen::ArrayXd prior_variance;  ///< [output]
  std::size_t n_realisation = 0;  ///< of the noise, of every fingerprint, at least 2
};

/// `values` [output, fingerprint * n_realisation], realisations of a fingerprint next to each other. For every output of
/// `names`, and for their mean under "all":
///   total, bias, spread  square roots of the means over fingerprints of squared error, squared bias (without the share of the
///                        noise in it) and variance over the bound
///   median               square root of the median over voxels of squared error over the bound
///   far                  share of voxels with an error of more than five times the bound's root: wrong minima, mostly
///   total_standard_error of total, by the scatter over fingerprints
///   fingerprints         that count: those whose bound is below the prior's variance. Where it is not, the data tell less than
///                        the prior, and an estimator that knows the prior beats the bound by as much as one likes.
/// An output without such fingerprints has nulls.
base::Json accuracy_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Yardstick& yardstick);

/// How far two estimators are apart on the same voxels, by output: differences over the square root of the bound, of the
/// fingerprints that count in accuracy_json(). root, median and voxels as below, `within` the share below 0.2.
base::Json agreement_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Eigen::ArrayXXd& others,
                          const Yardstick& yardstick);

/// Of errors that are already over what they are held against, the square root of their voxel's bound or a standard deviation:
///   ROOT, ROOT_standard_error  `root_name`: root of the mean square, and its error by the scatter over voxels
///   median                     of the magnitudes
///   shift                      median of the errors with their signs
///   far                        share beyond five
///   voxels                     that count
/// Nulls where there are none.
base::Json scaled_errors_json(const std::string& root_name, const std::vector<double>& errors);

}  // namespace crbrt::bench
