// SPDX-License-Identifier: Apache-2.0
#include "tools/learned/learned_model.h"

#include <atomic>
#include <memory>
#include <new>
#include <numbers>
#include <optional>

#include "base/error.h"
#include "crbrt/forward_session.h"

namespace crbrt::learned {
namespace {

const ForwardProgram& program_of(const Model& model, const std::string& path) {
  if (model.forward_program() == nullptr)
    throw base::DisagreementError(path, "a forward part (crbrt-train with \"task\": \"forward\", crbrt-model add-forward)",
                                  "none");
  return *model.forward_program();
}

physics::Unknowns unknowns_of(const ForwardProgram& program, const std::string& path) {
  std::vector<std::string> names;
  std::string all;
  for (std::uint32_t i = 0; i < program.n_input; ++i) {
    names.emplace_back(program.inputs[i].name);
    all += (i > 0 ? ", " : "") + names.back();
  }
  for (const physics::T1Model t1 : {physics::T1Model::apparent, physics::T1Model::separate})
    if (const std::optional<physics::Unknowns> unknowns = physics::Unknowns::from_names(t1, names)) return *unknowns;
  throw base::DisagreementError(path, "a forward part whose inputs are unknowns of our simulator", all);
}

constexpr double error_snr = 100;  // at which the file counts errors, |M0| / sigma

/// The session of a thread, and its memory. Binding checks every number of the program, so it is done once for a model:
/// `owner` is its number, because the address of one that is gone may be another's.
struct ThreadSession {
  struct Release {
    void operator()(std::byte* arena) const noexcept { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); }
  };
  std::uint64_t owner = 0;
  std::unique_ptr<std::byte, Release> arena;
  ForwardSession session;
};

ForwardSession& session_of(std::uint64_t owner, const ForwardProgram& program, Isa isa) {
  thread_local ThreadSession kept;
  if (kept.owner == owner) return kept.session;
  kept.owner = 0;
  const std::size_t bytes = ForwardSession::arena_bytes(program);
  kept.arena.reset(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{layout::arena_alignment})));
  kept.session = ForwardSession();
  if (const Status status = kept.session.bind(program, kept.arena.get(), bytes, isa); status != Status::ok)
    throw base::Error(base::exit_internal, message(status));
  kept.owner = owner;
  return kept.session;
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

LearnedModel::LearnedModel(const Model& model, const std::string& path, Isa isa)
    : program_(program_of(model, path)),
      coefficient_error_(model.info().forward.residual.rms / error_snr),
      isa_(isa),
      number_(next_number()),
      unknowns_(unknowns_of(program_, path)) {}

std::size_t LearnedModel::n_lane() const noexcept { return layout::tile_voxels / (1 + program_.n_input); }

double LearnedModel::tr_s() const noexcept { return program_.periodic_input < 0 ? 0 : 2 * std::numbers::pi / program_.period; }

void LearnedModel::run(std::span<const physics::Tissue> tissues, std::vector<float>& parts,
                       std::vector<float>& derivatives) const {
  const std::size_t n = tissues.size(), n_input = program_.n_input, n_part = 2 * std::size_t{program_.n_coeff};
  std::vector<double> inputs;
  for (const physics::Tissue& tissue : tissues) {
    const auto values = tissue.values();
    for (const physics::Parameter parameter : unknowns_.parameters())
      inputs.push_back(values[static_cast<std::size_t>(parameter)]);
  }
  ForwardResults results{.coefficients = {parts.data(), n, n_part}};
  if (!derivatives.empty()) results.jacobian = {derivatives.data(), n, n_input * n_part};
  const Status status = session_of(number_, program_, isa_).evaluate({inputs.data(), n, n_input}, results);
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
}

namespace {

/// A column of n_coeff complex numbers from their real parts and then their imaginary parts.
template <class Column>
void put(const float* from, Column column) {
  for (Eigen::Index c = 0; c < column.size(); ++c)
    column[c] = {static_cast<double>(from[c]), static_cast<double>(from[column.size() + c])};
}

}  // namespace

void LearnedModel::evaluate(std::span<const physics::Tissue> tissues, physics::Signals& coefficients) const {
  const std::size_t n = tissues.size(), n_part = 2 * std::size_t{program_.n_coeff};
  std::vector<float> parts(n * n_part), none;
  run(tissues, parts, none);
  coefficients.resize(n_coeff(), static_cast<Eigen::Index>(n));
  for (std::size_t v = 0; v < n; ++v) put(&parts[v * n_part], coefficients.col(static_cast<Eigen::Index>(v)));
}

void LearnedModel::evaluate(std::span<const physics::Tissue> tissues, physics::Signals& coefficients,
                            physics::Signals& jacobian, physics::Precision) const {
  const std::size_t n = tissues.size(), n_input = program_.n_input, n_part = 2 * std::size_t{program_.n_coeff};
  std::vector<float> parts(n * n_part), derivatives(n * n_input * n_part);
  run(tissues, parts, derivatives);
  constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
  coefficients.resize(n_coeff(), static_cast<Eigen::Index>(n));
  jacobian.setZero(n_coeff(), static_cast<Eigen::Index>(n) * n_parameter);
  for (std::size_t v = 0; v < n; ++v) {
    const auto column = static_cast<Eigen::Index>(v);
    put(&parts[v * n_part], coefficients.col(column));
    for (std::size_t i = 0; i < n_input; ++i)
      put(&derivatives[(v * n_input + i) * n_part],
          jacobian.col(column * n_parameter + static_cast<Eigen::Index>(unknowns_.parameters()[i])));
  }
}

}  // namespace crbrt::learned
