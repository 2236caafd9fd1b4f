// SPDX-License-Identifier: Apache-2.0
// Writes the model three times: without estimates in its test vector, so that the runtime can be asked for them, with them, so
// that it can be compared with LibTorch, and with the limits that the runtime's kernels are then measured by.
#include "trainer/train.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "base/bound_session.h"
#include "base/error.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/network.hpp"
#include "physics/basis.h"
#include "trainer/measured_limits.h"

namespace crbrt::trainer {
namespace {

constexpr std::size_t n_test_voxel = 16;

/// Two float evaluations of one network differ by rounding: 1e-7 a layer, times the few tens by which layers amplify. A
/// wrong transpose, normalisation or skip differs by about 1. In standard deviations of the output.
constexpr double max_difference = 1e-3;

/// In integers the two are equal, but for an input that preprocessing leaves on the other side of a half: a step or two of a
/// byte.
constexpr double integer_difference = 0.05;

constexpr const char* calibration = "fine-tuned in integers by crbrt-train; the cost was not measured";

/// "i8" and "i16" where all layers after the first read the same.
const char* precision(const IntegerForm& integers) {
  const auto n_byte = std::count_if(integers.operations.begin(), integers.operations.end(),
                                    [](const IntegerOperation& op) { return op.reads() == Number::u8; });
  if (n_byte == 0) return "i16";
  return static_cast<std::size_t>(n_byte) + 1 == integers.operations.size() ? "i8" : "mixed";
}

crbrt::Network network_of(const Config& config, const TrainingData& data, const TrainedNetwork& trained) {
  const Standardization& s = trained.standardization;
  crbrt::Network network;
  network.name = config.name;
  network.n_coeff = static_cast<std::uint32_t>(data.n_coeff);
  network.phase_reference = config.preprocessing.phase_reference;
  network.conjugate_reference = config.preprocessing.conjugate_reference;
  network.l2_normalize = config.preprocessing.l2_normalize;
  network.feature_mean = s.mean;
  network.feature_std = s.std;
  network.operations = trained.operations;
  for (std::size_t i = 0; i < config.outputs.size(); ++i) {
    const OutputConfig& output = config.outputs[i];
    network.outputs.push_back({output.name, data.units[i], s.offset[i], s.scale[i], static_cast<float>(output.minimum),
                               static_cast<float>(output.maximum)});
  }
  if (config.heads.uncertainty) network.uncertainty = {trained.noise.center, trained.noise.minimum, trained.noise.maximum};
  if (config.heads.atypicality) network.atypicality = {trained.score_threshold};
  network.integers = trained.integers;
  return network;
}

/// Everything but the test vector.
ModelInfo info_of(const Config& config, const physics::Dataset& dataset, const TrainingData& data,
                  const TrainedNetwork& trained) {
  ModelInfo info;
  info.sequence_name = dataset.sequence_name;
  info.sequence_sha256 = dataset.sequence_sha256;
  info.basis_sha256 = dataset.basis_sha256;
  info.tr_s = dataset.tr_s;
  info.n_frame = static_cast<std::uint32_t>(dataset.basis.rows());
  const physics::Basis& basis = dataset.basis;
  info.basis_sha256_single = sha256_single_of(basis);
  const auto numbers = [](const Eigen::MatrixXd& m) { return std::vector<double>(m.data(), m.data() + m.size()); };
  if (config.ship_basis) {
    info.basis = numbers(basis.real());
    info.basis_imag = numbers(basis.imag());
  }
  info.crbrt_version = CRBRT_VERSION_STRING;
  info.config_json = config.text;
  info.dataset_provenance = dataset.provenance;
  info.loss_kind = name(config.loss);
  info.epochs = static_cast<std::uint32_t>(trained.epochs);
  info.n_train = data.training.n;
  info.n_validation = data.validation.n;
  info.snr_min = data.snr.minimum;
  info.snr_max = data.snr.maximum;
  info.validation_loss = trained.crb_loss;
  for (std::size_t i = 0; i < config.outputs.size(); ++i)
    info.validation_loss_per_output.push_back({config.outputs[i].name, trained.crb_loss_per_output[i]});
  info.licence = config.licence;
  if (trained.integers) {
    info.integers.precision = precision(*trained.integers);
    info.integers.calibration = calibration;
  }
  return info;
}

[[noreturn]] void fail(const std::string& why) { throw base::Error(base::exit_internal, "the exported model " + why); }

Model load(const std::vector<std::uint8_t>& image) {
  Model model;
  const LoadResult result = load_model({image.data(), image.size()}, model);
  if (result.status != Status::ok) fail(std::string("is refused: ") + message(result.status) + " (" + result.detail + ")");
  return model;
}

/// What the runtime's scalar kernels make of the check voxels.
struct RuntimeResult {
  std::vector<float> estimates, std, score;
};

RuntimeResult run_scalar(const Program& program, const std::vector<float>& coefficients, float sigma) {
  const std::size_t n_input = 2 * std::size_t{program.n_coeff}, n_voxel = coefficients.size() / n_input;
  base::BoundSession session(program, Isa::scalar);
  RuntimeResult result;
  result.estimates.resize(n_voxel * program.n_output);
  Results views{.estimates = {result.estimates.data(), n_voxel, program.n_output}};
  if (program.uncertainty != nullptr) {
    result.std.resize(n_voxel * program.n_output);
    views.sigma = sigma;
    views.standard_deviations = {result.std.data(), n_voxel, program.n_output};
  }
  if (program.atypicality != nullptr) {
    result.score.resize(n_voxel);
    views.atypicality = {result.score.data(), n_voxel};
  }
  if (Status s = session->run(Coefficients::rows(coefficients.data(), n_voxel, n_input / 2), views); s != Status::ok)
    fail(std::string("cannot be run: ") + message(s));
  return result;
}

void expect_near(double found, double expected, double scale, const std::string& what) {
  if (!(std::abs(found - expected) <= max_difference * scale))
    fail("gives " + std::to_string(found) + " for " + what + " where LibTorch gave " + std::to_string(expected));
}

/// log(std / scale) of output `output` by the formula of docs/uncertainty.md, in double precision.
double log_std(const TrainedNetwork& trained, const float* heads, std::size_t n_output, std::size_t output, double log_noise) {
  const double l = log_noise - trained.noise.center;
  const double inside = std::clamp<double>(l, trained.noise.minimum, trained.noise.maximum);
  return heads[output] + heads[n_output + output] * inside + heads[2 * n_output + output] * inside * inside +
         std::max(l - trained.noise.maximum, 0.0);
}

double norm(const float* x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += double{x[i]} * x[i];
  return std::sqrt(sum);
}

void check_against_torch(const Program& program, const TrainedNetwork& trained, float sigma) {
  const CheckVoxels& check = trained.check;
  const RuntimeResult found = run_scalar(program, check.coefficients, sigma);
  const std::size_t n_output = program.n_output, n_input = 2 * std::size_t{program.n_coeff};
  const std::size_t n_head = check.heads.size() / check.n;
  for (std::size_t i = 0; i < check.n; ++i) {
    const float* heads = check.heads.data() + i * n_head;
    const double log_noise = std::log(sigma / norm(check.coefficients.data() + i * n_input, n_input));
    for (std::size_t output = 0; output < n_output; ++output) {
      const std::string what = program.outputs[output].name;
      const double scale = trained.standardization.scale[output];
      expect_near(found.estimates[i * n_output + output], check.estimates[i * n_output + output], scale, what);
      if (!found.std.empty())
        expect_near(std::log(found.std[i * n_output + output] / scale), log_std(trained, heads, n_output, output, log_noise), 1,
                    "the logarithm of the standard deviation of " + what);
    }
    if (!found.score.empty())  // as a logit it may be large: relative to its size
      expect_near(found.score[i], heads[n_head - 1], 1 + std::abs(double{heads[n_head - 1]}), "the atypicality");
  }
}

void check_integers(const Program& program, const TrainedNetwork& trained, float sigma) {
  const std::vector<float> found = run_scalar(program, trained.check.coefficients, sigma).estimates;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t output = i % program.n_output;
    expect_near(found[i], trained.check.integer_estimates[i],
                integer_difference / max_difference * trained.standardization.scale[output],
                program.outputs[output].name + std::string(" in integers"));
  }
}

}  // namespace

std::vector<std::uint8_t> export_model(const Config& config, const physics::Dataset& dataset, const TrainingData& data,
                                       const TrainedNetwork& trained) {
  const std::size_t n_test = std::min(n_test_voxel, trained.check.n);
  const auto end = trained.check.coefficients.begin() + static_cast<std::ptrdiff_t>(n_test * 2 * data.n_coeff);
  ModelFile file{network_of(config, data, trained), info_of(config, dataset, data, trained), {}};
  file.info.test_coefficients.assign(trained.check.coefficients.begin(), end);
  file.info.test_estimates.assign(n_test * data.n_output, 0.0f);
  const auto sigma = static_cast<float>(1 / data.snr.maximum);
  file.info.test_estimates = run_scalar(load(crbm_image(file)).program(), file.info.test_coefficients, sigma).estimates;
  const Model model = load(crbm_image(file));
  check_against_torch(model.program(), trained, sigma);
  if (model.integer_program() != nullptr) check_integers(*model.integer_program(), trained, sigma);
  measure_limits(file, data.training, data.validation, data.snr);
  return crbm_image(file);
}

}  // namespace crbrt::trainer
