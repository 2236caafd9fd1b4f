// SPDX-License-Identifier: Apache-2.0
/// Test set 2 of [paper] Section 2.4: regular two-dimensional slices through the space of tissues, simulated here,
/// and bias and standard deviation of a model over them beside the bound (Fig. 4).
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "physics/sequence.h"
#include "physics/tissue.h"
#include "tools/evaluation/evaluate.h"

namespace crbrt::evaluation {

/// `n` equidistant values, both ends included.
struct Axis {
  std::string name, unit;
  double first = 0, last = 1;
  std::size_t n = 64;
  double value(std::size_t i) const;
};

/// Point (ix, iy) is fingerprint iy * x.n + ix of the grid. Both are T1 along x; what y is, `kind` says.
struct Grid {
  enum class Kind { m0s_t1, t1_t2f } kind;
  std::string name;  ///< "m0s_t1", "t1_t2f"
  Axis x, y;

  std::size_t size() const { return x.n * y.n; }
  /// The other parameters are the nominal means of the prior of [paper]: m0s 0.12, T1 1.6 s, T2f 0.1 s, Rx 44 /s, T2s 10 us,
  /// B1 1, omega0 0.
  physics::Tissue tissue(std::size_t ix, std::size_t iy) const;
};

/// m0s 0 to 0.35 by T1 0.3 to 3 s, and T1 0.3 to 3 s by T2f 0.01 to 0.3 s; n points along every axis.
std::vector<Grid> paper_grids(std::size_t n = 64);

/// All points of all grids, one after another, projected on `like.basis`, with the bounds, hashes and SNR range of `like`.
/// Points where no bound exists (m0s = 0: nothing is known about the exchange), where the problem is ill-conditioned, or with
/// T2f > T1 have infinite bounds, which an evaluation leaves out.
physics::Dataset simulate_grids(const std::vector<Grid>& grids, const physics::Sequence& sequence, const physics::Dataset& like,
                                unsigned threads);

/// The same from the file `cache` if it exists, else simulated and written there, sealed (base/sealed_file.h); an empty path is
/// no cache. A file that is damaged is made again, with a warning. Throws base::InputError when the file holds other tissues or
/// belongs to another sequence or basis, and when it is damaged and there is no sequence to make it again from.
physics::Dataset cached_grids(const std::string& cache, const std::vector<Grid>& grids, const physics::Sequence* sequence,
                              const physics::Dataset& like, unsigned threads);

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
