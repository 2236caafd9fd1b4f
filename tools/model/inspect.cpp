// SPDX-License-Identifier: Apache-2.0
/// The text of `crbrt-model info`, and the comparison of `crbrt-model verify`.
#include "tools/model/inspect.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "crbrt/session.h"
#include "tools/model/inspect_forward.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::model {

namespace {

std::string protocol_text(const ModelInfo& info) {
  return line("sequence", info.sequence_name) + line("sequence sha256", info.sequence_sha256) +
         line("tr_s", number(info.tr_s)) + line("frames", std::to_string(info.n_frame)) +
         line("coefficients", std::to_string(info.n_coeff)) + line("basis sha256", info.basis_sha256) +
         line("basis", info.basis.empty()        ? "not in the file"
                       : info.basis_imag.empty() ? "in the file"
                                                 : "in the file, complex");
}

std::string preprocessing_text(const Preprocessing& p) {
  std::string text;
  if (p.phase_reference >= 0) text += "phase of coefficient " + std::to_string(p.phase_reference) + ", ";
  if (p.conjugate_reference >= 0)
    text += "conjugated where coefficient " + std::to_string(p.conjugate_reference) + " has a negative imaginary part, ";
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
  for (std::size_t i = 0; program.uncertainty != nullptr && i < program.n_output; ++i) {
    const Output& o = program.outputs[i];
    if (std::isfinite(o.std_maximum))
      text += line("  limits", std::string(o.name) + ": standard deviations from " + number(o.std_minimum) + " to " +
                                   number(o.std_maximum) + " " + o.unit);
  }
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
  if (model.program().n_op == 0)
    return line("name", info.name) + line("content sha256", info.content_sha256) +
           line("format version", std::to_string(info.format_version)) + protocol_text(info) + forward_text(model);
  return line("name", info.name) + line("content sha256", info.content_sha256) +
         line("format version", std::to_string(info.format_version)) + protocol_text(info) + network_text(model) +
         integer_text(model) + forward_text(model) + provenance_text(info) +
         line("test vector", std::to_string(info.test_coefficients.size() / (2 * info.n_coeff)) + " voxels");
}

// The comparison behind `crbrt-model verify`.

namespace {

struct FreeArena {
  void operator()(void* arena) const noexcept { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); }
};

Status estimate(const Model& model, const Program& program, Isa isa, std::vector<float>& estimates) {
  const std::size_t width = 2 * std::size_t{program.n_coeff};
  const std::size_t n_voxel = model.info().test_coefficients.size() / width;
  const std::size_t size = Session::arena_bytes(program);
  const std::unique_ptr<void, FreeArena> arena(::operator new (size, std::align_val_t{layout::arena_alignment}));
  estimates.resize(n_voxel * program.n_output);
  Session session;
  if (const Status status = session.bind(program, arena.get(), size, isa); status != Status::ok) return status;
  return session.run(Coefficients::rows(model.info().test_coefficients.data(), n_voxel, program.n_coeff),
                     {.estimates = {estimates.data(), n_voxel, program.n_output}});
}

std::string format(const char* pattern, const char* isa, std::size_t n, double a, double b) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, isa, n, a, b);
  return text;
}

IsaVerdict compare_bits(const std::vector<float>& found, const std::vector<float>& stored, std::size_t n_output, Isa isa) {
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (std::bit_cast<std::uint32_t>(found[i]) != std::bit_cast<std::uint32_t>(stored[i]))
      return {IsaVerdict::Kind::failed, format("%s: FAILED: voxel %zu: expected %.9g bit for bit, found %.9g", name(isa),
                                               i / n_output, stored[i], found[i])};
  return {IsaVerdict::Kind::passed, format("%s: ok: %zu voxels equal bit for bit", name(isa), stored.size() / n_output, 0, 0)};
}

IsaVerdict compare_rounded(const Model& model, const Network& folded, const std::vector<float>& found, Isa isa) {
  const Program& program = model.program();
  const std::vector<float>& stored = model.info().test_estimates;
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n_voxel = stored.size() / program.n_output;
  double worst = 0;
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const ExactRun exact = run_exactly(folded, {&model.info().test_coefficients[v * width], width});
    for (std::size_t o = 0; o < program.n_output; ++o) {
      const std::size_t i = v * program.n_output + o;
      const double difference = std::abs(double{found[i]} - stored[i]);
      if (difference == 0) continue;  // also voxels without a signal, which have no exact estimate
      if (!(difference <= tolerance(exact.bound[o])))
        return {IsaVerdict::Kind::failed, format("%s: FAILED: voxel %zu: expected a difference of at most %.3g, found %.3g",
                                                 name(isa), v, tolerance(exact.bound[o]), difference)};
      worst = std::max(worst, difference / tolerance(exact.bound[o]));
    }
  }
  return {IsaVerdict::Kind::passed,
          format("%s: ok: %zu voxels within rounding (at most %.2g of the tolerance)", name(isa), n_voxel, worst, 0)};
}

/// Adds what the integer form says: every instruction set gives what scalar gives.
IsaVerdict with_integers(const Model& model, Isa isa, IsaVerdict verdict) {
  const Program* const program = model.integer_program();
  if (program == nullptr || verdict.kind == IsaVerdict::Kind::failed) return verdict;
  std::vector<float> expected, found;
  for (const auto& [at, to] : {std::pair{Isa::scalar, &expected}, std::pair{isa, &found}})
    if (const Status status = estimate(model, *program, at, *to); status != Status::ok)
      return {IsaVerdict::Kind::failed, std::string(name(at)) + ": FAILED: integers: " + message(status)};
  const IsaVerdict bits = compare_bits(found, expected, program->n_output, isa);
  if (bits.kind == IsaVerdict::Kind::failed) return bits;
  return {verdict.kind, verdict.text + "; integers equal bit for bit"};
}

}  // namespace

IsaVerdict verify_isa(const Model& model, const Network& folded, Isa isa) {
  if (!is_built(isa)) return {IsaVerdict::Kind::skipped, std::string(name(isa)) + ": skipped: not built in"};
  if (!is_runnable(isa)) return {IsaVerdict::Kind::skipped, std::string(name(isa)) + ": skipped: this CPU lacks it"};
  std::vector<float> found;
  if (const Status status = estimate(model, model.program(), isa, found); status != Status::ok)
    return {IsaVerdict::Kind::failed, std::string(name(isa)) + ": FAILED: " + message(status)};
  return with_integers(model, isa,
                       isa == Isa::scalar ? compare_bits(found, model.info().test_estimates, model.program().n_output, isa)
                                          : compare_rounded(model, folded, found, isa));
}

}  // namespace crbrt::model
