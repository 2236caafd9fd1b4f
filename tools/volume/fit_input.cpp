// SPDX-License-Identifier: Apache-2.0
// The sample is a draw of the voxels alone, so that the maps of a command do not depend on threads or batches.
#include "tools/volume/fit_input.h"

#include <algorithm>
#include <complex>

#include "base/number_text.h"
#include "tools/volume/voxel_draw.h"

namespace crbrt::volume {
namespace {

constexpr std::size_t most_voxels = 64, least_share = 4;
constexpr double suspicious = 2;

template <class Fits>
physics::ExpectedResidual expect_residual(Fits& fits, const physics::FitSettings& settings, const CoefficientImage& image,
                                          const std::vector<std::size_t>& voxels, std::size_t n_thread, const std::string& file,
                                          base::Warnings& warnings) {
  const std::size_t n = std::min(most_voxels, voxels.size() / least_share);
  if (!settings.sigma || n < physics::Fitter::least_sample) return {};
  const physics::ExpectedResidual expected =
      fits.expect_residual_of(read_coefficients(image, draw_voxels(voxels, n, 1)), n_thread);
  if (expected.median >= suspicious)
    warnings.add(file + ": fits of " + std::to_string(n) + " drawn voxels leave " + base::number_text(expected.median, "%.3g") +
                 " times the chi-square of noise of " + base::number_text(*settings.sigma, "%.4g") +
                 ": the noise is larger, or the data hold what the model does not describe (undersampling, another basis, "
                 "other physics). Standard deviations count that noise alone");
  return expected;
}

}  // namespace

Eigen::MatrixXcd read_coefficients(const CoefficientImage& image, const std::vector<std::size_t>& voxels) {
  const auto n_coeff = static_cast<Eigen::Index>(image.n_coeff()), n_voxel = static_cast<Eigen::Index>(voxels.size());
  Eigen::MatrixXcf values(n_coeff, n_voxel);  // complex numbers are pairs: re, im, re, im, ...
  BatchReader(image).read(voxels, reinterpret_cast<float*>(values.data()));
  return values.cast<std::complex<double>>();
}

physics::ExpectedResidual expect_residual(physics::Fitter& fitter, const CoefficientImage& image,
                                          const std::vector<std::size_t>& voxels, std::size_t n_thread, const std::string& file,
                                          base::Warnings& warnings) {
  return expect_residual(fitter, fitter.settings(), image, voxels, n_thread, file, warnings);
}

physics::ExpectedResidual expect_residual(physics::Refiner& refiner, const CoefficientImage& image,
                                          const std::vector<std::size_t>& voxels, std::size_t n_thread, const std::string& file,
                                          base::Warnings& warnings) {
  return expect_residual(refiner, refiner.fitter().settings(), image, voxels, n_thread, file, warnings);
}

}  // namespace crbrt::volume
