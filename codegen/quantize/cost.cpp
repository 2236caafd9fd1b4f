// SPDX-License-Identifier: Apache-2.0
#include "codegen/quantize/cost.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/bound_session.h"

namespace crbrt::codegen {

namespace {

constexpr std::uint64_t measuring_seed = 0x636f7374;
constexpr double bias_snr = 100;

/// Mean over fingerprints with a bound.
double mean_of(const Eigen::ArrayXd& scores) {
  double sum = 0, n = 0;
  for (const double score : scores)
    if (!std::isnan(score)) sum += score, ++n;
  return sum / n;
}

}  // namespace

Estimator estimator_of(const Program& program) {
  const auto session = std::make_shared<base::BoundSession>(program, Isa::automatic);
  return [session, &program](const std::vector<float>& coefficients) {
    const std::size_t width = 2 * std::size_t{program.n_coeff}, n = coefficients.size() / width;
    std::vector<float> estimates(n * program.n_output);
    if ((*session)->run(Coefficients::rows(coefficients.data(), n, program.n_coeff),
                        {.estimates = {estimates.data(), n, program.n_output}}) != Status::ok)
      throw base::Error(base::exit_internal, "a run on calibration voxels failed");
    return estimates;
  };
}

CostMeasure::CostMeasure(const Model& model, const physics::Dataset& dataset, const std::string& dataset_path, bool fast)
    : program_(model.program()) {
  Share share = measuring_share(dataset.size());
  if (fast) share.count = std::min<std::size_t>(share.count, 1000);
  truth_ = truth_of(program_, dataset, share, dataset_path);
  const Estimator estimates = estimator_of(program_);
  for (const double snr : fast ? std::vector<double>{0, bias_snr} : std::vector<double>{0, 10, 20, 50, bias_snr}) {
    Point point{snr, snr == 0 ? 20u : 40u, {}, {}, {}};
    point.voxels = noisy_voxels(dataset, share, snr, point.draws, measuring_seed);
    score(point, estimates(point.voxels.coefficients), point.loss, point.bias2);
    points_.push_back(std::move(point));
  }
}

void CostMeasure::score(const Point& point, const std::vector<float>& estimates, std::vector<double>& loss,
                        std::vector<double>& bias2) const {
  for (std::uint32_t j = 0; j < program_.n_output; ++j) {
    Eigen::ArrayXd losses(truth_.value.cols()), biases(truth_.value.cols());
    for (Eigen::Index f = 0; f < truth_.value.cols(); ++f) {
      double square = 0, sum = 0;
      const std::size_t first = static_cast<std::size_t>(f) * point.draws;
      for (std::size_t v = first; v < first + point.draws; ++v) {
        // In units of the bound's root at this SNR.
        const double error = (estimates[v * program_.n_output + j] - truth_.value(j, f)) * point.voxels.snr[v];
        square += error * error;
        sum += error;
      }
      const double n = static_cast<double>(point.draws), mean = sum / n, variance = (square - sum * mean) / (n - 1);
      losses[f] = square / n / truth_.bound(j, f);
      biases[f] = (mean * mean - variance / n) / truth_.bound(j, f);
    }
    loss.push_back(mean_of(losses));
    bias2.push_back(point.snr > 0 ? mean_of(biases) : 0);
  }
}

std::vector<IntegerCost> CostMeasure::of(const Estimator& integer) const {
  std::vector<IntegerCost> cost;
  for (const Point& point : points_) {
    std::vector<double> loss, bias2;
    score(point, integer(point.voxels.coefficients), loss, bias2);
    for (std::uint32_t j = 0; j < program_.n_output; ++j)
      cost.push_back({point.snr, program_.outputs[j].name, point.loss[j], loss[j], point.bias2[j], bias2[j]});
  }
  return cost;
}

double loss_rise(const std::vector<IntegerCost>& cost) {
  double before = 0, after = 0;
  for (const IntegerCost& c : cost)
    if (c.snr == 0) before += c.loss_float, after += c.loss_integer;
  return after / before - 1;
}

double bias_rise(const std::vector<IntegerCost>& cost) {
  double rise = 0;
  for (const IntegerCost& c : cost)
    if (c.snr == bias_snr) rise = std::max(rise, c.bias2_integer - c.bias2_float);
  return rise;
}

namespace {

using Estimates = Eigen::ArrayXXf;

Estimates estimates_of(const Program& program, const std::vector<float>& coefficients) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n = coefficients.size() / width;
  Estimates estimates(program.n_output, n);
  base::BoundSession session(program, Isa::automatic);
  if (session->run(Coefficients::rows(coefficients.data(), n, program.n_coeff),
                   {.estimates = {estimates.data(), n, program.n_output}}) != Status::ok)
    throw base::Error(base::exit_internal, "a run on the embedded sample failed");
  return estimates;
}

/// One call a voxel, because sigma is one number a call.
Eigen::ArrayXXd predicted_deviations(const Program& program, const std::vector<float>& coefficients) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n = coefficients.size() / width;
  const double ratio = std::exp(double{program.uncertainty->log_noise_center} + program.uncertainty->log_noise_min);
  base::BoundSession session(program, Isa::automatic);
  Eigen::ArrayXXf std(program.n_output, n);
  std::vector<float> estimate(program.n_output);
  for (std::size_t v = 0; v < n; ++v) {
    const float* voxel = &coefficients[v * width];
    const double norm = Eigen::Map<const Eigen::VectorXf>(voxel, static_cast<Eigen::Index>(width)).cast<double>().norm();
    const Results results{.estimates = {estimate.data(), 1, program.n_output},
                          .standard_deviations = {std.col(static_cast<Eigen::Index>(v)).data(), 1, program.n_output},
                          .sigma = static_cast<float>(norm * ratio)};
    if (session->run(Coefficients::rows(voxel, 1, program.n_coeff), results) != Status::ok)
      throw base::Error(base::exit_internal, "a run on the embedded sample failed");
  }
  return std.cast<double>();
}

}  // namespace

Eigen::ArrayXXd sample_units(const Model& model) {
  const std::vector<float>& sample = model.info().test_coefficients;
  Eigen::ArrayXXd units;
  if (model.program().uncertainty != nullptr) {
    units = predicted_deviations(model.program(), sample);
  } else {
    const Eigen::ArrayXXd estimates = estimates_of(model.program(), sample).cast<double>();
    const Eigen::ArrayXXd centred = estimates.colwise() - estimates.rowwise().mean();
    units = centred.square().rowwise().mean().sqrt().replicate(1, estimates.cols());
  }
  return (units > 0 && units.isFinite()).select(units, 1.0);  // a flagged voxel, an output that never changes
}

Calibration calibration_from_sample(const Model& model) {
  const Program& program = model.program();
  const Eigen::ArrayXXd units = sample_units(model);
  Calibration calibration{features_of(program, model.info().test_coefficients),
                          Values::Ones(static_cast<Eigen::Index>(n_feature(program)), units.cols())};
  for (std::uint32_t j = 0; j < program.n_output; ++j)
    calibration.importance.row(j) = (program.outputs[j].scale / units.row(j)).square().cast<float>().matrix();
  return calibration;
}

double relative_rms(const Model& with_integer) {
  const std::vector<float>& sample = with_integer.info().test_coefficients;
  const Estimates difference =
      estimates_of(*with_integer.integer_program(), sample) - estimates_of(with_integer.program(), sample);
  return std::sqrt((difference.cast<double>() / sample_units(with_integer)).square().rowwise().mean().maxCoeff());
}

}  // namespace crbrt::codegen
