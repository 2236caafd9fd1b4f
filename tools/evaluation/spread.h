// SPDX-License-Identifier: Apache-2.0
/// How widely values are spread, by quantiles: a tenth of fluid in a prior must not make the spread of brain tissue look large.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace crbrt::evaluation {

struct Spread {
  double median = 0;
  double width = 0;  ///< half of the central 68.27 %: the standard deviation, where values are Gaussian
};

/// Of the finite ones; NaN for none.
Spread spread_of(std::vector<double> values);

/// The share q of the values lies below it, linear between neighbours. `sorted` ascending, at least one.
double quantile(const std::vector<double>& sorted, double q);

/// The finite values of row j whose column is usable (a bound above 0), ascending.
std::vector<double> sorted_usable(const Eigen::ArrayXXd& values, const Eigen::ArrayXXd& bound, Eigen::Index j);

/// How much of an estimate follows the data (docs/verdict.md): the slope of mean estimate against truth, over fingerprints
/// whose truth lies within two widths of the median. The prior's mean has 0 whatever the truth, an unbiased estimate 1. NaN
/// where the truth does not vary.
double data_share(const Eigen::ArrayXXd& truth, const Eigen::ArrayXXd& bias, const Eigen::ArrayXXd& bound, Eigen::Index j);

}  // namespace crbrt::evaluation
