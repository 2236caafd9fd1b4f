// SPDX-License-Identifier: Apache-2.0
/// What a model is measured against: the true value and the bound of each of its outputs for every fingerprint.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "crbrt/format/program.h"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

struct Targets {
  std::vector<std::string> names, units;  ///< [n_output]
  Eigen::ArrayXXd truth;                  ///< [n_output, n_fingerprint] in the units
  Eigen::ArrayXXd bound;  ///< [n_output, n_fingerprint] squared units at M0 = sigma = 1; NaN in columns that are left out

  std::size_t n_output() const { return names.size(); }
  std::size_t size() const { return static_cast<std::size_t>(truth.cols()); }
  /// Every output of the fingerprint has a finite, positive bound.
  bool usable(std::size_t fingerprint) const { return bound(0, static_cast<Eigen::Index>(fingerprint)) > 0; }
  std::size_t n_usable() const;
};

/// Throws base::DisagreementError naming `dataset_path` when the data set cannot bound an output, and naming `model_path` when
/// the two have it in different units.
void expect_bounds(const Program& program, const physics::Dataset& dataset, const std::string& model_path,
                   const std::string& dataset_path);

/// The first `count` fingerprints. Throws base::DisagreementError naming `model_path` when the data set has another rank or
/// cannot bound an output.
Targets targets_of(const Program& program, const physics::Dataset& dataset, std::size_t count, const std::string& model_path);

/// The same of outputs by name, without a model. Throws base::DisagreementError naming `path`.
Targets targets_of(const std::vector<std::string>& outputs, const physics::Dataset& dataset, std::size_t count,
                   const std::string& path);

}  // namespace crbrt::evaluation
