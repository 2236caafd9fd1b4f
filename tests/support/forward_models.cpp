// SPDX-License-Identifier: Apache-2.0
#include "tests/support/forward_models.h"

#include <memory>
#include <new>
#include <stdexcept>

#include "crbrt/crbrt.hpp"

namespace crbrt::tests {
namespace {

std::vector<float> numbers(std::size_t n, std::uint64_t seed) {
  std::vector<float> values = random_coefficients(n, 1, seed);
  values.resize(n);
  return values;
}

Operation dense(std::uint32_t n_in, std::uint32_t n_out, std::size_t in, const char* layer) {
  Operation op;
  op.layer = layer;
  op.in = in;
  op.n_in = n_in;
  op.n_out = n_out;
  op.weights = numbers(std::size_t{n_in} * n_out, n_in + 7 * n_out);
  op.bias = numbers(n_out, n_out);
  return op;
}

void expect_ok(Status status) {
  if (status != Status::ok) throw std::runtime_error(message(status));
}

}  // namespace

std::vector<float> coefficients_of(const ForwardProgram& program, const std::vector<double>& tissues, Isa isa) {
  const std::size_t n = tissues.size() / program.n_input, n_part = 2 * std::size_t{program.n_coeff};
  const std::size_t bytes = ForwardSession::arena_bytes(program);
  const auto release = [](std::byte* arena) { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); };
  const std::unique_ptr<std::byte, decltype(release)> arena(
      static_cast<std::byte*>(::operator new (bytes, std::align_val_t{layout::arena_alignment})), release);
  std::vector<float> coefficients(n * n_part);
  ForwardSession session;
  expect_ok(session.bind(program, arena.get(), bytes, isa));
  expect_ok(session.evaluate({tissues.data(), n, program.n_input}, {.coefficients = {coefficients.data(), n, n_part}}));
  return coefficients;
}

ModelFile forward_alone(const ModelFile& estimator, PhaseForm form) {
  const bool has_table = form == PhaseForm::table;
  const std::uint32_t n_coeff = estimator.network.n_coeff, n_latent = has_table ? 3 : 2 * n_coeff;
  ModelFile file;
  file.network.name = "forward";
  file.network.n_coeff = n_coeff;
  file.info = estimator.info;
  file.info.forward = {};
  ForwardPart& part = file.forward.emplace();
  part.inputs = {{"m0_semi_frac", 0, 0.3}, {"r2_free_hz", 0.5, 100}, {"omega0_rad_s", -800, 800}};
  part.features = {{ForwardFunction::identity, {0}, 1, 0}, {ForwardFunction::saturation, {0, 1}, 2, 5}};
  if (!has_table) part.features.push_back({ForwardFunction::cosine, {2}, 0.0035, 0});
  part.is_mirrored = part.is_antiperiodic = true;
  const auto n_feature = static_cast<std::uint32_t>(part.features.size());
  part.network.n_coeff = n_coeff;
  part.network.feature_mean.assign(n_feature, 0.25f);
  part.network.feature_std.assign(n_feature, 0.5f);
  part.network.operations = {dense(n_feature, 5, 0, "hidden1"), {}, dense(5, n_latent, 2, "output")};
  Operation& activation = part.network.operations[1];
  activation.kind = OperationKind::root_silu;
  activation.layer = "hidden1";
  activation.in = 1;
  activation.n_in = activation.n_out = 5;
  if (has_table) {
    part.n_interval = 6;
    part.table = numbers(std::size_t{part.n_interval + 3} * n_latent * 2 * n_coeff, 3);
  }
  ForwardInfo& info = file.info.forward;
  info.errors = {{"m0_semi_frac", 0.05, 0.03, 0.2}, {"r2_free_hz", 0.07, 0.04, 0.3}};
  info.residual = {"residual", 0.3, 0.2, 1.1};
  info.crbrt_version = "0.0.0";
  info.config_json = info.dataset_provenance = "{}";
  info.licence = "Apache-2.0";
  info.epochs = 3;
  info.n_train = 100;
  info.n_validation = 10;
  info.test_tissues = {0.1, 10, 300, 0.2, 3, -500};
  info.test_coefficients.assign(2 * 2 * n_coeff, 0.0f);
  const std::vector<std::uint8_t> bytes = crbm_image(file);
  Model model;
  const LoadResult result = load_forward({bytes.data(), bytes.size()}, model);
  if (result.status != Status::ok) throw std::runtime_error(result.detail);
  info.test_coefficients = coefficients_of(*model.forward_program(), info.test_tissues, Isa::scalar);
  return file;
}

}  // namespace crbrt::tests
