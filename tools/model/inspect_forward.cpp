// SPDX-License-Identifier: Apache-2.0
#include "tools/model/inspect_forward.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <vector>

#include "crbrt/forward_session.h"

namespace crbrt::model {
namespace {

std::string error_text(const ForwardError& error) {
  return number(error.rms) + " rms, " + number(error.median) + " median, " + number(error.q99) + " in 99 %";
}

std::string inputs_text(const ForwardProgram& program) {
  std::string text;
  for (std::uint32_t i = 0; i < program.n_input; ++i)
    text += line("  input", std::string(program.inputs[i].name) + ", " + number(program.inputs[i].minimum) + " to " +
                                number(program.inputs[i].maximum));
  return text;
}

std::string phase_text(const ForwardProgram& program) {
  if (program.periodic_input < 0) return "";
  std::string text = "period " + number(program.period) + " rad/s";
  if (program.is_antiperiodic != 0) text += ", other sign a period further";
  if (program.is_mirrored != 0) text += ", conjugate at the other sign of omega0";
  if (program.table != nullptr) text += ", table of " + std::to_string(program.table_intervals) + " intervals";
  return line("  off-resonance", text);
}

Status evaluate(const Model& model, Isa isa, std::vector<float>& coefficients) {
  const ForwardProgram& program = *model.forward_program();
  const std::vector<double>& tissues = model.info().forward.test_tissues;
  const std::size_t bytes = ForwardSession::arena_bytes(program), n = tissues.size() / program.n_input;
  const auto release = [](void* arena) { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); };
  const std::unique_ptr<void, decltype(release)> arena(::operator new (bytes, std::align_val_t{layout::arena_alignment}),
                                                       release);
  const std::size_t n_part = 2 * std::size_t{program.n_coeff};
  coefficients.resize(n * n_part);
  ForwardSession session;
  if (const Status status = session.bind(program, arena.get(), bytes, isa); status != Status::ok) return status;
  return session.evaluate({tissues.data(), n, program.n_input}, {.coefficients = {coefficients.data(), n, n_part}});
}

/// Fused and twice rounded sums of n products differ by at most n 2^-24 of the sum of magnitudes, layer after layer; with
/// layers of some hundred inputs whose products cancel to a hundredth that is a thousandth of the largest coefficient. A wrong
/// kernel is off by its size.
constexpr double rounding = 1e-3;

}  // namespace

std::string forward_text(const Model& model) {
  const ForwardProgram* const program = model.forward_program();
  if (program == nullptr) return line("forward part", "none");
  const ForwardInfo& info = model.info().forward;
  std::string text = line("forward part", std::to_string(program->macs_per_voxel) + " multiply-adds, with derivatives " +
                                              std::to_string(program->macs_per_voxel * (1 + program->n_input)));
  text += inputs_text(*program) + phase_text(*program);
  for (const std::string& feature : info.feature_text) text += line("  feature", feature);
  for (const std::string& layer : info.layer_text) text += line("  layer", layer);
  text += line("  arena", std::to_string(ForwardSession::arena_bytes(*program)) + " bytes");
  for (const ForwardError& error : info.errors)
    text += line("  error", error.name + ", sqrt(CRB) at SNR 100: " + error_text(error));
  text += line("  residual", "standard deviations of noise at SNR 100: " + error_text(info.residual));
  text += line("  trained by", info.crbrt_version.empty() ? "" : "crbrt " + info.crbrt_version) +
          line("  licence", info.licence) + line("  epochs", std::to_string(info.epochs)) +
          line("  fingerprints",
               std::to_string(info.n_train) + " for training, " + std::to_string(info.n_validation) + " for validation");
  return text + line("  config", info.config_json) + line("  data set", info.dataset_provenance);
}

IsaVerdict verify_forward_isa(const Model& model, Isa isa) {
  const std::string of = std::string(name(isa)) + ", forward part: ";
  if (!is_built(isa)) return {IsaVerdict::Kind::skipped, of + "skipped: not built in"};
  if (!is_runnable(isa)) return {IsaVerdict::Kind::skipped, of + "skipped: this CPU lacks it"};
  const std::vector<float>& stored = model.info().forward.test_coefficients;
  std::vector<float> found;
  if (const Status status = evaluate(model, isa, found); status != Status::ok)
    return {IsaVerdict::Kind::failed, of + "FAILED: " + message(status)};
  double largest = 0, worst = 0;
  for (const float x : stored) largest = std::max(largest, std::abs(double{x}));
  for (std::size_t i = 0; i < stored.size(); ++i) worst = std::max(worst, std::abs(double{found[i]} - stored[i]));
  const std::string n = std::to_string(stored.size() / (2 * model.info().n_coeff)) + " voxels";
  if (isa == Isa::scalar)
    return found == stored
               ? IsaVerdict{IsaVerdict::Kind::passed, of + "ok: " + n + " equal bit for bit"}
               : IsaVerdict{IsaVerdict::Kind::failed,
                            of + "FAILED: expected the stored numbers bit for bit, found a difference of " + number(worst)};
  if (!(worst <= rounding * largest))
    return {IsaVerdict::Kind::failed,
            of + "FAILED: expected a difference of at most " + number(rounding * largest) + ", found " + number(worst)};
  return {IsaVerdict::Kind::passed, of + "ok: " + n + " within rounding"};
}

}  // namespace crbrt::model
