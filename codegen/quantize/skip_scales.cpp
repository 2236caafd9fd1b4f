#include "codegen/quantize/skip_scales.h"

#include <algorithm>
#include <numeric>

namespace crbrt::codegen {
namespace {

/// Operations whose values are added, transitively: each one's representative.
std::vector<std::size_t> partners(const Program& program) {
  std::vector<std::size_t> of(program.n_op);
  std::iota(of.begin(), of.end(), std::size_t{0});
  for (std::size_t i = 0; i < program.n_op; ++i) {
    if (program.ops[i].add_slot < 0) continue;
    const std::ptrdiff_t source = writer_of(program, i, static_cast<std::uint32_t>(program.ops[i].add_slot));
    if (source < 0) continue;  // the input: quantize() refuses it
    const std::size_t from = of[i], to = of[static_cast<std::size_t>(source)];
    std::replace(of.begin(), of.end(), from, to);
  }
  return of;
}

void raise(Scales& scales, const Scales& other) {
  for (std::size_t j = 0; j < scales.size(); ++j) scales[j] = std::max(scales[j], other[j]);
}

}  // namespace

std::vector<Scales> shared_scales(const Program& program, const FloatValues& values) {
  const std::vector<std::size_t> of = partners(program);
  std::vector<Scales> shared(program.n_op);
  for (std::size_t i = 0; i < program.n_op; ++i) {
    Scales own = scales_s16(values.out[i]);
    if (values.sums[i].size() != 0) raise(own, scales_s16(values.sums[i]));  // a skip is added to what is requantized
    if (shared[of[i]].empty())
      shared[of[i]] = std::move(own);
    else
      raise(shared[of[i]], own);
  }
  for (std::size_t i = 0; i < program.n_op; ++i) {
    if (program.ops[i].kind != OpKind::group_norm) continue;
    const std::ptrdiff_t source = writer_of(program, i, program.ops[i].in_slot);
    Scales& read = shared[of[static_cast<std::size_t>(source)]];
    std::fill(read.begin(), read.end(), *std::max_element(read.begin(), read.end()));
  }
  for (std::size_t i = 0; i < program.n_op; ++i) shared[i] = shared[of[i]];
  return shared;
}

}  // namespace crbrt::codegen
