#include "trainer/start_model.h"

#include <algorithm>

#include "base/error.h"
#include "trainer/heads.h"

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

void check(const ModelFile& file, const Config& config, const std::string& basis_sha256, const std::string& path) {
  const Network& network = file.network;
  expect(file.info.basis_sha256 == basis_sha256, path, "basis");
  expect(network.phase_reference == config.preprocessing.phase_reference &&
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

StartModel read_start_model(const std::string& path, const Config& config, const std::string& basis_sha256) {
  const ModelFile file = load(path);
  const Network& network = file.network;
  check(file, config, basis_sha256, path);
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

}  // namespace crbrt::trainer
