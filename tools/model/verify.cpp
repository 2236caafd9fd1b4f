/// The comparison behind `crbrt-model verify`.
#include "tools/model/inspect.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "crbrt/session.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::model {
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
