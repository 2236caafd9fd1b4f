// SPDX-License-Identifier: Apache-2.0
/// What integers cost, on the absolute scale of the Cramer-Rao bound: both forms see the same noise. Without a data set: how
/// far they move the outputs of the model's embedded sample.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "crbrt/loader.hpp"
#include "physics/io/dataset.h"

namespace crbrt::codegen {

// Noisy voxels of a data set of crbrt-simulate: those that calibrate, and those on which the CRB loss is measured.
//
// As crbrt-eval has them: sigma = 1 / snr_max of the data set, |M0| = SNR * sigma, a random phase.

/// The first three quarters of the fingerprints calibrate, the others measure.
struct Share {
  std::size_t first = 0, count = 0;
};
Share calibrating_share(std::size_t n_fingerprint);
Share measuring_share(std::size_t n_fingerprint);

struct Voxels {
  std::vector<float> coefficients;  ///< [n_voxel, 2 * n_coeff]
  std::vector<double> snr;          ///< of each
};

/// `n` voxels of each fingerprint of the share: at one SNR, or uniform in the data set's range where `snr` is 0.
Voxels noisy_voxels(const physics::Dataset& dataset, Share share, double snr, std::size_t n, std::uint64_t seed);

Calibration calibration_from(const Program& program, const physics::Dataset& dataset, std::size_t draws,
                             const std::string& path);

/// Truths and bounds at M0 = sigma = 1, [n_output, share]; NaN bounds where one of a fingerprint is not finite and positive.
struct Truth {
  Eigen::ArrayXXd value, bound;
};

/// Throws base::DisagreementError naming `path` where the data set cannot bound an output.
Truth truth_of(const Program& program, const physics::Dataset& dataset, Share share, const std::string& path);

/// Estimates [n_voxel, n_output] of rows of coefficients.
using Estimator = std::function<std::vector<float>(const std::vector<float>&)>;

/// Runs the program on this CPU.
Estimator estimator_of(const Program& program);

/// Voxels that are measured, made once; `program` gives names and number of outputs.
class CostMeasure {
 public:
  /// `fast`: fewer voxels and only what the budget asks for (SNR range, and bias at SNR 100), for a search.
  CostMeasure(const Model& model, const physics::Dataset& dataset, const std::string& dataset_path, bool fast);

  std::vector<IntegerCost> of(const Estimator& integer) const;

 private:
  struct Point {
    double snr = 0;
    std::size_t draws = 0;  ///< voxels of each fingerprint
    Voxels voxels;
    std::vector<double> loss, bias2;  ///< of the float form, per output
  };
  void score(const Point& point, const std::vector<float>& estimates, std::vector<double>& loss,
             std::vector<double>& bias2) const;

  const Program& program_;
  Truth truth_;
  std::vector<Point> points_;
};

/// Rise of the CRB loss over the SNR range, mean over outputs, relative.
double loss_rise(const std::vector<IntegerCost>& cost);

/// Largest bias^2/CRB at SNR 100 minus that of the float form, over outputs; and the largest itself.
double bias_rise(const std::vector<IntegerCost>& cost);

/// What a unit of each output is, per voxel of the sample, [n_output, n_voxel]: the standard deviation that the model itself
/// predicts at the least noise it was trained for; without those, the spread of the output over the sample.
Eigen::ArrayXXd sample_units(const Model& model);

Calibration calibration_from_sample(const Model& model);

/// Root mean square of (integer - float) over the units, of the output where it is largest.
double relative_rms(const Model& with_integer);

}  // namespace crbrt::codegen
