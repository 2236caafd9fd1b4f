// SPDX-License-Identifier: Apache-2.0
#include "codegen/quantize/cost.h"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "physics/counter_random.h"

namespace crbrt::codegen {
namespace {

constexpr std::uint64_t calibration_seed = 0x63616c6962;  // not one that crbrt-eval is started with

void add_voxel(const physics::Dataset& dataset, Eigen::Index fingerprint, double snr, physics::CounterRandom& random,
               Voxels& to) {
  const double sigma = 1 / dataset.snr_max;
  const std::complex<double> m0 = std::polar(snr * sigma, 2 * std::numbers::pi * random.uniform());
  const Eigen::VectorXcd signal = m0 * dataset.coefficients.col(fingerprint);
  for (const std::complex<double>& c : signal)
    to.coefficients.push_back(static_cast<float>(c.real() + sigma * random.normal()));
  for (const std::complex<double>& c : signal)
    to.coefficients.push_back(static_cast<float>(c.imag() + sigma * random.normal()));
  to.snr.push_back(snr);
}

}  // namespace

Share calibrating_share(std::size_t n_fingerprint) { return {0, n_fingerprint - n_fingerprint / 4}; }
Share measuring_share(std::size_t n_fingerprint) { return {n_fingerprint - n_fingerprint / 4, n_fingerprint / 4}; }

Voxels noisy_voxels(const physics::Dataset& dataset, Share share, double snr, std::size_t n, std::uint64_t seed) {
  Voxels voxels;
  for (std::size_t f = share.first; f < share.first + share.count; ++f) {
    physics::CounterRandom random(seed + static_cast<std::uint64_t>(snr * 1024), physics::Stream::evaluation_noise, f);
    for (std::size_t i = 0; i < n; ++i) {
      const double at = snr > 0 ? snr : dataset.snr_min + (dataset.snr_max - dataset.snr_min) * random.uniform();
      add_voxel(dataset, static_cast<Eigen::Index>(f), at, random, voxels);
    }
  }
  return voxels;
}

Calibration calibration_from(const Program& program, const physics::Dataset& dataset, std::size_t draws,
                             const std::string& path) {
  const Share share = calibrating_share(dataset.size());
  const Truth truth = truth_of(program, dataset, share, path);
  const Voxels voxels = noisy_voxels(dataset, share, 0, draws, calibration_seed);
  const auto rows = static_cast<Eigen::Index>(n_feature(program));
  Calibration calibration{features_of(program, voxels.coefficients),
                          Values::Ones(rows, static_cast<Eigen::Index>(voxels.snr.size()))};
  for (std::size_t v = 0; v < voxels.snr.size(); ++v)
    for (std::uint32_t j = 0; j < program.n_output; ++j) {
      const double scaled = voxels.snr[v] * program.outputs[j].scale;
      const double cost = scaled * scaled / truth.bound(j, static_cast<Eigen::Index>(v / draws));
      calibration.importance(j, static_cast<Eigen::Index>(v)) = cost > 0 ? static_cast<float>(cost) : 0;
    }
  return calibration;
}

Truth truth_of(const Program& program, const physics::Dataset& dataset, Share share, const std::string& path) {
  Truth truth{Eigen::ArrayXXd(program.n_output, share.count), Eigen::ArrayXXd(program.n_output, share.count)};
  for (std::uint32_t j = 0; j < program.n_output; ++j) {
    const physics::Target target = dataset.target(program.outputs[j].name, path);
    const auto first = static_cast<Eigen::Index>(share.first), n = static_cast<Eigen::Index>(share.count);
    truth.value.row(j) = target.value.segment(first, n).transpose();
    truth.bound.row(j) = target.bound.segment(first, n).transpose();
  }
  for (Eigen::Index f = 0; f < truth.bound.cols(); ++f)
    if (!(truth.bound.col(f).isFinite().all() && truth.value.col(f).isFinite().all() && truth.bound.col(f).minCoeff() > 0))
      truth.bound.col(f).setConstant(std::numeric_limits<double>::quiet_NaN());
  return truth;
}

}  // namespace crbrt::codegen
