/// The text of `crbrt-model info`.
#include "tools/model/inspect.h"

#include <cmath>

#include "base/number_text.h"
#include "crbrt/session.h"

namespace crbrt::model {
namespace {

std::string number(double value) { return base::number_text(value, "%g"); }

std::string line(const std::string& key, const std::string& value) {
  return key + std::string(key.size() < 20 ? 20 - key.size() : 1, ' ') + (value.empty() ? "-" : value) + '\n';
}

std::string protocol_text(const ModelInfo& info) {
  return line("sequence", info.sequence_name) + line("sequence sha256", info.sequence_sha256) +
         line("tr_s", number(info.tr_s)) + line("frames", std::to_string(info.n_frame)) +
         line("coefficients", std::to_string(info.n_coeff)) + line("basis sha256", info.basis_sha256) +
         line("basis", info.basis.empty() ? "not in the file" : "in the file");
}

std::string preprocessing_text(const Preprocessing& p) {
  std::string text;
  if (p.phase_reference >= 0) text += "phase of coefficient " + std::to_string(p.phase_reference) + ", ";
  if (p.l2_normalize != 0) text += "l2 norm, ";
  return line("preprocessing", text + "standardisation");
}

/// The range of noise is printed as the SNR ||c|| / sigma, because that is what people know of their data.
std::string details_text(const Program& program) {
  std::string text;
  if (const Uncertainty* u = program.uncertainty; u == nullptr)
    text += line("uncertainty", "none");
  else
    text += line("uncertainty", "standard deviation of each output; trained for ||c|| / sigma from " +
                                    number(std::exp(-double{u->log_noise_center} - u->log_noise_max)) + " to " +
                                    number(std::exp(-double{u->log_noise_center} - u->log_noise_min)));
  if (const Atypicality* a = program.atypicality; a == nullptr)
    text += line("atypicality", "none");
  else
    text += line("atypicality", "one score per voxel; above " + number(a->threshold) + " unlike 99 % of the training voxels");
  return text;
}

std::string network_text(const Model& model) {
  const Program& program = model.program();
  std::string text = preprocessing_text(program.preprocessing);
  for (const std::string& layer : model.info().layer_text) text += line("layer", layer);
  for (std::uint32_t o = 0; o < program.n_output; ++o) {
    const Output& output = program.outputs[o];
    text += line("output", std::string(output.name) + " in " + output.unit + ", " + number(output.minimum) + " to " +
                               number(output.maximum));
  }
  text += details_text(program);
  return text + line("multiply-adds", std::to_string(program.macs_per_voxel) + " per voxel") +
         line("arena", std::to_string(Session::arena_bytes(program)) + " bytes");
}

std::string cost_text(const IntegerCost& cost) {
  std::string text = "CRB loss " + number(cost.loss_float) + " -> " + number(cost.loss_integer);
  if (cost.snr > 0) text += ", bias^2/CRB " + number(cost.bias2_float) + " -> " + number(cost.bias2_integer);
  return text + (cost.snr > 0 ? " at SNR " + number(cost.snr) : " over the range of SNR");
}

std::string integer_text(const Model& model) {
  const Program* const program = model.integer_program();
  if (program == nullptr) return line("integer form", "none");
  const IntegerInfo& integers = model.info().integers;
  std::string text = line("integer form", "precision " + integers.precision);
  for (const std::string& layer : integers.layer_text) text += line("  operation", layer);
  if (integers.budget > 0) text += line("  budget", "CRB loss may rise by " + number(integers.budget) + ", relative");
  for (const IntegerCost& cost : integers.cost) text += line("  " + cost.output, cost_text(cost));
  if (integers.cost.empty()) text += line("  outputs move by", number(integers.relative_rms) + ", rms");
  return text + line("  measured on", integers.calibration) +
         line("  arena", std::to_string(Session::arena_bytes(*program)) + " bytes");
}

std::string provenance_text(const ModelInfo& info) {
  std::string text =
      line("written by", info.crbrt_version.empty() ? "" : "crbrt " + info.crbrt_version) + line("licence", info.licence) +
      line("loss", info.loss_kind) + line("epochs", std::to_string(info.epochs)) +
      line("fingerprints",
           std::to_string(info.n_train) + " for training, " + std::to_string(info.n_validation) + " for validation") +
      line("snr", number(info.snr_min) + " to " + number(info.snr_max)) + line("validation loss", number(info.validation_loss));
  for (const OutputLoss& loss : info.validation_loss_per_output) text += line("  " + loss.name, number(loss.loss));
  return text + line("config", info.config_json) + line("data set", info.dataset_provenance);
}

}  // namespace

std::string info_text(const Model& model) {
  const ModelInfo& info = model.info();
  return line("name", info.name) + line("content sha256", info.content_sha256) +
         line("format version", std::to_string(info.format_version)) + protocol_text(info) + network_text(model) +
         integer_text(model) + provenance_text(info) +
         line("test vector", std::to_string(info.test_coefficients.size() / (2 * info.n_coeff)) + " voxels");
}

}  // namespace crbrt::model
