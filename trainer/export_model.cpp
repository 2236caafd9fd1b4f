// Writes the model twice: without estimates in its test vector, so that the runtime can be asked for them, and then with.
#include "trainer/export_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "base/bound_session.h"
#include "base/error.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"
#include "model_generated.h"
#include "physics/estimand.h"
#include "trainer/export_integers.h"

namespace crbrt::trainer {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

constexpr std::uint32_t format_version = 1;
constexpr std::size_t n_test_voxel = 16;

/// Two float evaluations of one network differ by rounding: 1e-7 a layer, times the few tens by which layers amplify. A
/// wrong transpose, normalisation or skip differs by about 1. In standard deviations of the output.
constexpr double max_difference = 1e-3;

/// In integers the two are equal, but for an input that preprocessing leaves on the other side of a half: a step or two of a
/// byte.
constexpr double integer_difference = 0.05;

Offset<fbs::Normalization> write(FlatBufferBuilder& builder, const PlainNormalization& n) {
  if (n.kind == Normalization::none) return 0;
  const bool is_batch = n.kind == Normalization::batch;
  return fbs::CreateNormalizationDirect(builder, is_batch ? fbs::NormalizationKind::batch : fbs::NormalizationKind::group,
                                        static_cast<std::uint32_t>(n.n_group), n.epsilon, &n.gamma, &n.beta,
                                        is_batch ? &n.mean : nullptr, is_batch ? &n.variance : nullptr);
}

Offset<fbs::Dense> write(FlatBufferBuilder& builder, const NetworkConfig& network, const PlainLayer& layer, std::size_t index) {
  const auto normalization = write(builder, layer.normalization);
  const std::string name = layer_name(network, index);
  const std::string skip = layer.skip_from < 0 ? "" : layer_name(network, static_cast<std::size_t>(layer.skip_from));
  return fbs::CreateDenseDirect(builder, name.c_str(), static_cast<std::uint32_t>(layer.n_in),
                                static_cast<std::uint32_t>(layer.n_out), &layer.weights, &layer.bias, normalization,
                                layer.relu ? fbs::Activation::relu : fbs::Activation::none,
                                skip.empty() ? nullptr : skip.c_str());
}

std::vector<Offset<fbs::Output>> write_outputs(FlatBufferBuilder& builder, const Config& config, const Standardization& s) {
  std::vector<Offset<fbs::Output>> outputs;
  for (std::size_t i = 0; i < config.outputs.size(); ++i) {
    const OutputConfig& output = config.outputs[i];
    const std::string unit = physics::Estimand::from_name(output.name)->unit();
    outputs.push_back(fbs::CreateOutputDirect(builder, output.name.c_str(), unit.c_str(), s.offset[i], s.scale[i],
                                              static_cast<float>(output.minimum), static_cast<float>(output.maximum)));
  }
  return outputs;
}

Offset<fbs::Protocol> write_protocol(FlatBufferBuilder& builder, const Config& config, const physics::Dataset& dataset) {
  const std::vector<double> basis(dataset.basis.data(), dataset.basis.data() + dataset.basis.size());
  return fbs::CreateProtocolDirect(builder, dataset.sequence_name.c_str(), dataset.sequence_sha256.c_str(),
                                   dataset.basis_sha256.c_str(), dataset.tr_s, static_cast<std::uint32_t>(dataset.basis.rows()),
                                   static_cast<std::uint32_t>(dataset.basis.cols()), config.ship_basis ? &basis : nullptr);
}

Offset<fbs::Provenance> write_provenance(FlatBufferBuilder& builder, const Config& config, const physics::Dataset& dataset,
                                         const TrainingData& data, const TrainedNetwork& trained) {
  std::vector<Offset<fbs::OutputLoss>> losses;
  for (std::size_t i = 0; i < config.outputs.size(); ++i)
    losses.push_back(fbs::CreateOutputLossDirect(builder, config.outputs[i].name.c_str(), trained.crb_loss_per_output[i]));
  return fbs::CreateProvenanceDirect(builder, CRBRT_VERSION_STRING, config.text.c_str(), dataset.provenance.c_str(),
                                     name(config.loss), static_cast<std::uint32_t>(trained.epochs), data.training.n,
                                     data.validation.n, data.snr.minimum, data.snr.maximum, trained.crb_loss, &losses,
                                     config.licence.c_str());
}

std::vector<std::uint8_t> write_flatbuffer(const Config& config, const physics::Dataset& dataset, const TrainingData& data,
                                           const TrainedNetwork& trained, const std::vector<float>& test_coefficients,
                                           const std::vector<float>& test_estimates) {
  FlatBufferBuilder builder;
  std::vector<Offset<fbs::Dense>> layers;
  for (std::size_t i = 0; i < trained.layers.size(); ++i)
    layers.push_back(write(builder, config.network, trained.layers[i], i));
  const auto preprocessing =
      fbs::CreatePreprocessingDirect(builder, config.preprocessing.phase_reference, config.preprocessing.l2_normalize,
                                     &trained.standardization.mean, &trained.standardization.std);
  const auto outputs = write_outputs(builder, config, trained.standardization);
  const auto protocol = write_protocol(builder, config, dataset);
  const auto provenance = write_provenance(builder, config, dataset, data, trained);
  const auto test_vector = fbs::CreateTestVectorDirect(builder, &test_coefficients, &test_estimates);
  const auto uncertainty = config.heads.uncertainty ? fbs::CreateUncertainty(builder, trained.noise.center,
                                                                             trained.noise.minimum, trained.noise.maximum)
                                                    : 0;
  const auto atypicality = config.heads.atypicality ? fbs::CreateAtypicality(builder, trained.score_threshold) : 0;
  const auto fixed = trained.integers.output_scale.empty() ? 0 : write_integers(builder, trained.integers);
  builder.Finish(fbs::CreateModelDirect(builder, format_version, config.name.c_str(), preprocessing, &layers, &outputs,
                                        protocol, provenance, test_vector, uncertainty, atypicality, fixed),
                 fbs::ModelIdentifier());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

[[noreturn]] void fail(const std::string& why) { throw base::Error(base::exit_internal, "the exported model " + why); }

Model load(const std::vector<std::uint8_t>& flatbuffer) {
  Model model;
  const LoadResult result = load_flatbuffer({flatbuffer.data(), flatbuffer.size()}, model);
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
  const std::vector<float> coefficients(trained.check.coefficients.begin(), end);
  const std::vector<float> unknown(n_test * data.n_output, 0.0f);
  const Model draft = load(write_flatbuffer(config, dataset, data, trained, coefficients, unknown));
  const auto sigma = static_cast<float>(1 / data.snr.maximum);
  const auto estimates = run_scalar(draft.program(), coefficients, sigma).estimates;
  const auto flatbuffer = write_flatbuffer(config, dataset, data, trained, coefficients, estimates);
  const Model model = load(flatbuffer);
  check_against_torch(model.program(), trained, sigma);
  if (model.fixed_program() != nullptr) check_integers(*model.fixed_program(), trained, sigma);
  return wrap_model({flatbuffer.data(), flatbuffer.size()});
}

}  // namespace crbrt::trainer
