// SPDX-License-Identifier: Apache-2.0
/// Everything in a model file that is not weights: protocol, provenance and the embedded test vector.
#include <algorithm>
#include <cmath>
#include <complex>
#include <iterator>
#include <string_view>

#include "base/sha256.h"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt::loader {
namespace {

constexpr double longest_tr_s = 60;

/// As of every --basis. A singular value decomposition in single precision (BART's, by LAPACK) leaves columns of some hundred
/// frames orthonormal to 3e-6 (BART 0.9.00), and what this adds to noise that is white otherwise nobody can measure.
constexpr double orthonormal_tolerance = 1e-4;

constexpr std::string_view loss_kinds[] = {"", "crb", "mse", "relative", "bias_reduced"};

/// a^H b of columns whose imaginary parts may be absent.
std::complex<double> dot(const ModelInfo& info, std::size_t a, std::size_t b) noexcept {
  std::complex<double> sum = 0;
  const bool is_complex = !info.basis_imag.empty();
  for (std::size_t i = a * info.n_frame, j = b * info.n_frame, end = i + info.n_frame; i < end; ++i, ++j)
    sum += std::complex<double>(info.basis[i], is_complex ? -info.basis_imag[i] : 0) *
           std::complex<double>(info.basis[j], is_complex ? info.basis_imag[j] : 0);
  return sum;
}

/// A shipped basis must be the one its hash names, and a basis: orthonormal columns, so that noise stays white.
void check_basis(const ModelInfo& info, Checks& checks) {
  std::vector<double> hashed = info.basis;
  hashed.insert(hashed.end(), info.basis_imag.begin(), info.basis_imag.end());
  const std::string found = base::hex(base::sha256(hashed.data(), hashed.size() * sizeof(double)));
  checks.expect(found == info.basis_sha256, "protocol.basis", "a basis with the hash basis_sha256 " + info.basis_sha256, found);
  for (std::size_t a = 0; a < info.n_coeff; ++a)
    for (std::size_t b = 0; b <= a && checks.ok(); ++b) {
      const double error = std::abs(dot(info, a, b) - (a == b ? 1.0 : 0.0));
      checks.expect(error <= orthonormal_tolerance, "protocol.basis", "orthonormal columns to 1e-4",
                    "columns " + std::to_string(b) + " and " + std::to_string(a) + " with an error of " + number_text(error));
    }
}

}  // namespace

void read_protocol(const fbs::Protocol& from, ModelInfo& to, Checks& checks) {
  to.sequence_name = view(from.sequence_name());
  to.sequence_sha256 = view(from.sequence_sha256());
  to.basis_sha256 = view(from.basis_sha256());
  to.tr_s = from.tr_s();
  to.n_frame = from.n_frame();
  to.n_coeff = from.n_coeff();
  checks.expect(!to.sequence_name.empty(), "protocol.sequence_name", "a name", "none");
  checks.text(to.sequence_name, "protocol.sequence_name");
  checks.sha256(to.sequence_sha256, "protocol.sequence_sha256");
  checks.sha256(to.basis_sha256, "protocol.basis_sha256");
  checks.expect(to.tr_s > 0 && to.tr_s <= longest_tr_s, "protocol.tr_s", "more than 0 and at most 60 s", number_text(to.tr_s));
  checks.in_range(to.n_frame, to.n_coeff, limits::n_frame, "protocol.n_frame");
  to.basis_sha256_single = view(from.basis_sha256_single());
  if (!to.basis_sha256_single.empty()) checks.sha256(to.basis_sha256_single, "protocol.basis_sha256_single");
  const auto basis = view(from.basis()), imag = view(from.basis_imag());
  if ((basis.empty() && imag.empty()) || !checks.ok()) return;
  checks.size_is(basis.size(), std::size_t{to.n_frame} * to.n_coeff, "protocol.basis");
  checks.all_finite(basis, "protocol.basis");
  to.basis.assign(basis.begin(), basis.end());
  if (!imag.empty()) {
    checks.size_is(imag.size(), basis.size(), "protocol.basis_imag");
    checks.all_finite(imag, "protocol.basis_imag");
    checks.expect(std::any_of(imag.begin(), imag.end(), [](double x) { return x != 0; }), "protocol.basis_imag",
                  "an imaginary part that is not 0, or none at all", "zeros");
    to.basis_imag.assign(imag.begin(), imag.end());
  }
  if (checks.ok()) check_basis(to, checks);
}

namespace {

void read_text(const flatbuffers::String* from, std::string& to, std::string_view field, Checks& checks) {
  to = view(from);
  checks.text(to, field);
}

bool names_an_output(const fbs::Model& model, std::string_view name) noexcept {
  return std::any_of(model.outputs()->begin(), model.outputs()->end(),
                     [&](const fbs::Output* output) { return view(output->name()) == name; });
}

void read_losses(const fbs::Model& model, ModelInfo& to, Checks& checks) {
  const auto* from = model.provenance()->validation_loss_per_output();
  if (from == nullptr) return;
  checks.in_range(from->size(), 0, model.outputs()->size(), "provenance.validation_loss_per_output");
  for (const fbs::OutputLoss* loss : *from) {
    const std::string field = indexed("provenance.validation_loss_per_output", to.validation_loss_per_output.size());
    checks.expect(names_an_output(model, view(loss->name())), member(field, "name"), "the name of an output", "another text");
    checks.not_negative(loss->loss(), member(field, "loss"));
    if (!checks.ok()) return;
    to.validation_loss_per_output.push_back({std::string(view(loss->name())), loss->loss()});
  }
}

void read_provenance(const fbs::Model& model, ModelInfo& to, Checks& checks) {
  const fbs::Provenance& from = *model.provenance();
  read_text(from.crbrt_version(), to.crbrt_version, "provenance.crbrt_version", checks);
  read_text(from.config_json(), to.config_json, "provenance.config_json", checks);
  read_text(from.dataset_provenance(), to.dataset_provenance, "provenance.dataset_provenance", checks);
  read_text(from.loss_kind(), to.loss_kind, "provenance.loss_kind", checks);
  read_text(from.licence(), to.licence, "provenance.licence", checks);
  checks.expect(std::find(std::begin(loss_kinds), std::end(loss_kinds), to.loss_kind) != std::end(loss_kinds),
                "provenance.loss_kind", "crb, mse, relative or bias_reduced", "another text");
  to.epochs = from.epochs();
  to.n_train = from.n_train();
  to.n_validation = from.n_validation();
  to.snr_min = from.snr_min();
  to.snr_max = from.snr_max();
  to.validation_loss = from.validation_loss();
  checks.not_negative(to.snr_min, "provenance.snr_min");
  checks.not_negative(to.snr_max, "provenance.snr_max");
  checks.expect(to.snr_min <= to.snr_max, "provenance.snr_max", "at least snr_min " + number_text(to.snr_min),
                number_text(to.snr_max));
  checks.not_negative(to.validation_loss, "provenance.validation_loss");
  read_losses(model, to, checks);
}

void read_test_vector(const fbs::Model& model, ModelInfo& to, Checks& checks) {
  const auto coefficients = view(model.test_vector()->coefficients());
  const auto estimates = view(model.test_vector()->estimates());
  const std::size_t width = 2 * std::size_t{to.n_coeff};
  const std::size_t n_voxel = coefficients.size() / width;
  checks.in_range(n_voxel, 1, limits::test_voxels, "test_vector: voxels");
  checks.size_is(coefficients.size(), n_voxel * width, "test_vector.coefficients");
  checks.size_is(estimates.size(), n_voxel * model.outputs()->size(), "test_vector.estimates");
  checks.all_finite(coefficients, "test_vector.coefficients");
  checks.all_finite(estimates, "test_vector.estimates");
  if (!checks.ok()) return;
  to.test_coefficients.assign(coefficients.begin(), coefficients.end());
  to.test_estimates.assign(estimates.begin(), estimates.end());
}

}  // namespace

void read_info(const fbs::Model& model, ModelInfo& info, Checks& checks) {
  info.name = view(model.name());
  read_protocol(*model.protocol(), info, checks);
  if (checks.ok()) read_provenance(model, info, checks);
  if (checks.ok()) read_test_vector(model, info, checks);
}

}  // namespace crbrt::loader
