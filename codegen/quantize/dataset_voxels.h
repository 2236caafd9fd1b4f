/// Noisy voxels of a data set of crbrt-simulate: those that calibrate, and those on which the CRB loss is measured.
///
/// As crbrt-eval has them: sigma = 1 / snr_max of the data set, |M0| = SNR * sigma, a random phase.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "physics/io/dataset.h"

namespace crbrt::codegen {

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

}  // namespace crbrt::codegen
