#include "codegen/quantize/search.h"

#include <algorithm>

namespace crbrt::codegen {
namespace {

/// Larger of both shares of the budget that are used; at least a hundredth, so that noise does not decide.
double share(const Verdict& v, const Budget& budget) {
  return std::max({v.loss_rise / budget.loss_rise, v.bias_rise / budget.bias_rise, 0.01});
}

struct Candidate {
  std::size_t op = 0;
  double worth = 0;
};

}  // namespace

std::uint64_t macs_in_u8(const Program& program, const Widths& widths) {
  std::uint64_t macs = 0;
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    const std::ptrdiff_t source = writer_of(program, i, op.in_slot);
    if (op.kind == OpKind::dense && source >= 0 && widths[static_cast<std::size_t>(source)] == Number::u8)
      macs += std::uint64_t{op.n_in} * op.n_out;
  }
  return macs;
}

Choice cheapest_within(const Program& program, const Budget& budget, const std::function<Verdict(const Widths&)>& measure) {
  const Widths narrow = all_widths(program, Number::u8);
  if (const Verdict verdict = measure(narrow); budget.holds(verdict)) return {narrow, verdict};
  Choice best{all_widths(program, Number::s16), {}};
  best.verdict = measure(best.widths);
  if (!budget.holds(best.verdict)) return best;

  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < program.n_op; ++i) {
    if (narrow[i] != Number::u8) continue;
    Widths one = best.widths;
    one[i] = Number::u8;
    candidates.push_back({i, static_cast<double>(macs_in_u8(program, one)) / share(measure(one), budget)});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.worth > b.worth; });
  for (const Candidate& candidate : candidates) {
    Choice next = best;
    next.widths[candidate.op] = Number::u8;
    next.verdict = measure(next.widths);
    if (budget.holds(next.verdict)) best = std::move(next);
  }
  return best;
}

}  // namespace crbrt::codegen
