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

std::uint64_t macs_in_u8(const Network& network, const Widths& widths) {
  std::uint64_t macs = 0;
  for (const Operation& op : network.operations)
    if (op.kind == OperationKind::dense && op.in > 0 && widths[op.in - 1] == Number::u8)
      macs += std::uint64_t{op.n_in} * op.n_out;
  return macs;
}

Choice cheapest_within(const Network& network, const Budget& budget, const std::function<Verdict(const Widths&)>& measure) {
  const Widths narrow = all_widths(network, Number::u8);
  if (const Verdict verdict = measure(narrow); budget.holds(verdict)) return {narrow, verdict};
  Choice best{all_widths(network, Number::s16), {}};
  best.verdict = measure(best.widths);
  if (!budget.holds(best.verdict)) return best;

  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    if (narrow[i] != Number::u8) continue;
    Widths one = best.widths;
    one[i] = Number::u8;
    candidates.push_back({i, static_cast<double>(macs_in_u8(network, one)) / share(measure(one), budget)});
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
