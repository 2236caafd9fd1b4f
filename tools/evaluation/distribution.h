// SPDX-License-Identifier: Apache-2.0
/// Distributions over fingerprints: histograms with fixed bins, and contributions to the loss by how hard a voxel is.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "tools/evaluation/realise.h"

namespace crbrt::evaluation {

/// Equal bins over [low, high); what lies outside is counted apart.
struct Histogram {
  double low = 0, high = 1;
  std::vector<std::size_t> count;
  std::size_t below = 0, above = 0;

  Histogram(double low_edge, double high_edge, std::size_t n_bin) : low(low_edge), high(high_edge), count(n_bin) {}
  void add(double value);  ///< NaN is left out
};

/// Biases of output j (paper Fig. 5): 81 bins, the middle one around zero, over +- the nice ceiling of twice the median
/// sqrt(CRB). That depends on the data set alone, so that models can be laid over each other.
Histogram bias_histogram(const Realisations& realisations, Eigen::Index j);

/// Standard deviation over sqrt(CRB) of output j (paper Fig. 6): 80 bins over [0, 2).
Histogram std_histogram(const Realisations& realisations, Eigen::Index j);

/// The loss of output j split by the size of its bound (paper Fig. 8): bins of equal count.
struct BoundBins {
  std::vector<double> sqrt_crb_edges;  ///< [n_bin + 1] SI
  std::vector<std::size_t> count;
  std::vector<double> bias2_over_crb, var_over_crb;
};
BoundBins split_by_bound(const Realisations& realisations, Eigen::Index j, std::size_t n_bin);

}  // namespace crbrt::evaluation
