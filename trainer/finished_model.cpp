// SPDX-License-Identifier: Apache-2.0
#include "trainer/finished_model.h"

#include <ATen/ATen.h>
#include <algorithm>

#include "base/bound_session.h"
#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"
#include "trainer/heads.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {

namespace {

ModelFile load(const std::string& path) {
  ModelFile file;
  const LoadResult result = load_network_file(path.c_str(), file);
  if (result.status != Status::ok) throw base::InputError(path, "a model to start from", message(result.status));
  return file;
}

void expect(bool holds, const std::string& path, const std::string& what) {
  if (!holds)
    throw base::DisagreementError(path, "a model with the " + what + " of this configuration and data set", "another");
}

/// Dense layers alone, the activation of the configuration after each but the last.
bool same_network(const Network& network, const Config& config) {
  const std::vector<std::size_t>& hidden = config.network.hidden;
  if (config.network.normalization != Normalization::none || !config.network.skips.empty()) return false;
  if (network.operations.size() != 2 * hidden.size() + 1) return false;
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    const Operation& op = network.operations[i];
    const std::size_t n_out = i / 2 < hidden.size() ? hidden[i / 2] : config.outputs.size() + head_count(config);
    const bool is_right = i % 2 == 0 ? op.kind == OperationKind::dense : config.network.activation.is(op);
    if (!is_right || op.add != Operation::none || op.n_out != n_out) return false;
  }
  return true;
}

bool same_outputs(const Network& network, const Config& config) {
  return std::equal(network.outputs.begin(), network.outputs.end(), config.outputs.begin(), config.outputs.end(),
                    [](const NetworkOutput& a, const OutputConfig& b) { return a.name == b.name; });
}

void check(const ModelFile& file, const Config& config, const physics::BasisIdentity& basis, const std::string& path) {
  const Network& network = file.network;
  expect(is_same(physics::identity_of_model(file.info), basis), path, "basis");
  expect(network.phase_reference == config.preprocessing.phase_reference &&
             network.conjugate_reference == config.preprocessing.conjugate_reference &&
             network.l2_normalize == config.preprocessing.l2_normalize,
         path, "preprocessing");
  expect(same_outputs(network, config), path, "outputs");
  expect(network.uncertainty.has_value() == config.heads.uncertainty &&
             network.atypicality.has_value() == config.heads.atypicality,
         path, "heads");
  expect(same_network(network, config), path, "network and activation (without normalisation and skips)");
}

/// Those of the model, where it has some and the configuration wants them.
std::optional<IntegerForm> integers_of(const Network& network, const Config& config, const std::string& path) {
  if (!network.integers || !config.quantization.is_on()) return std::nullopt;
  std::vector<Number> reads;
  for (const IntegerOperation& op : network.integers->operations) reads.push_back(op.reads());
  expect(reads == config.quantization.reads, path, "widths of integers");
  return network.integers;
}

}  // namespace

StartModel read_start_model(const std::string& path, const Config& config, const physics::BasisIdentity& basis) {
  const ModelFile file = load(path);
  const Network& network = file.network;
  check(file, config, basis, path);
  StartModel start;
  start.operations = network.operations;
  start.standardization.mean = network.feature_mean;
  start.standardization.std = network.feature_std;
  for (const NetworkOutput& output : network.outputs) {
    start.standardization.offset.push_back(output.offset);
    start.standardization.scale.push_back(output.scale);
  }
  if (const auto& u = network.uncertainty; u) start.noise = {u->log_noise_center, u->log_noise_min, u->log_noise_max};
  if (network.atypicality) start.score_threshold = network.atypicality->threshold;
  start.integers = integers_of(network, config, path);
  start.sha256 = file.info.content_sha256;
  return start;
}

// The teacher runs in the runtime, not in LibTorch: no gradient is wanted, and one core does it faster.

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> outputs_of(const Program& program) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < program.n_output; ++i) names.emplace_back(program.outputs[i].name);
  return names;
}

std::vector<std::string> outputs_of(const Config& config) {
  std::vector<std::string> names;
  for (const OutputConfig& output : config.outputs) names.push_back(output.name);
  return names;
}

}  // namespace

struct Teacher::Impl {
  Model model;
  base::BoundSession session;

  explicit Impl(const std::string& path) : model(base::load_model(path)), session(model.program()) {}
};

Teacher::Teacher(const std::string& path, const Config& config, std::size_t n_coeff, const physics::BasisIdentity& basis)
    : impl_(std::make_unique<Impl>(path)) {
  const Program& program = impl_->model.program();
  const ModelInfo& info = impl_->model.info();
  if (info.name != config.distillation.teacher)
    throw base::DisagreementError(path, "the model " + config.distillation.teacher, info.name);
  if (program.n_coeff != n_coeff || !is_same(physics::identity_of_model(info), basis))
    throw base::DisagreementError(path, "a model for the basis of the data set (" + basis.sha256.substr(0, 12) + ")",
                                  "one for another (" + info.basis_sha256.substr(0, 12) + ")");
  if (outputs_of(program) != outputs_of(config))
    throw base::DisagreementError(path, "the outputs " + listed(outputs_of(config)), listed(outputs_of(program)));
}

Teacher::~Teacher() = default;

std::vector<float> Teacher::estimates(const float* coefficients, std::size_t n_voxel) const {
  const Program& program = impl_->model.program();
  std::vector<float> result(n_voxel * program.n_output);
  const Status status = impl_->session->run(Coefficients::rows(coefficients, n_voxel, program.n_coeff),
                                            {.estimates = {result.data(), n_voxel, program.n_output}});
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
  return result;
}

const std::string& Teacher::sha256() const { return impl_->model.info().content_sha256; }

/// The teacher answers on the CPU, wherever the block lies.
at::Tensor mixed_targets(const VoxelBatch& block, const Teacher& teacher, double share,
                         const Standardization& standardization) {
  const at::Tensor coefficients = block.coefficients.to(at::kCPU).contiguous();
  const std::vector<float> estimates =
      teacher.estimates(coefficients.data_ptr<float>(), static_cast<std::size_t>(coefficients.size(0)));
  const auto row = [](const std::vector<float>& values) { return at::tensor(values, at::kFloat); };
  const at::Tensor si_units = row(estimates).view({-1, block.targets.size(1)});
  const at::Tensor standardized = (si_units - row(standardization.offset)) / row(standardization.scale);
  return (1 - share) * block.targets + share * standardized.to(block.targets.device());
}

}  // namespace crbrt::trainer
