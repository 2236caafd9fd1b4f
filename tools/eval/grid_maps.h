/// Bias and standard deviation of a model over the grids of test set 2, beside the bound (paper Fig. 4).
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "tools/eval/evaluate.h"
#include "tools/eval/grid.h"

namespace crbrt::evaluation {

/// One output over one grid, [y.n, x.n], SI; NaN where no bound exists, and left out of the means.
struct GridMaps {
  std::string output, unit;
  Eigen::ArrayXXd bias, std, sqrt_crb;
  double mean_abs_bias = 0, mean_std = 0, mean_sqrt_crb = 0;
  double bias2_over_crb = 0, var_over_crb = 0;  ///< means
  std::size_t n = 0;                            ///< points that count
};

struct GridResult {
  Grid grid;
  std::vector<GridMaps> outputs;
};

/// Options::realisations at Options::detail_snr for every point. `set` holds the points of all grids, as cached_grids().
std::vector<GridResult> measure_grids(const Program& program, const std::vector<Grid>& grids, const physics::Dataset& set,
                                      const Options& options, const std::string& model_path);

}  // namespace crbrt::evaluation
