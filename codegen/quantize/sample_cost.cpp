#include <cmath>

#include "base/bound_session.h"
#include "codegen/quantize/cost.h"

namespace crbrt::codegen {
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
