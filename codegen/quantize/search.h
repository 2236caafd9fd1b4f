/// The cheapest widths within a budget.
#pragma once

#include <functional>

#include "codegen/quantize/quantize_network.h"

namespace crbrt::codegen {

/// What integers cost (cost.h): rises over the float form.
struct Verdict {
  double loss_rise = 0;  ///< of the CRB loss over the SNR range, relative
  double bias_rise = 0;  ///< of bias^2/CRB at SNR 100, of the output where it is most
};

struct Budget {
  double loss_rise = 0.01;
  double bias_rise = 0.05;
  bool holds(const Verdict& v) const noexcept { return v.loss_rise <= loss_rise && v.bias_rise <= bias_rise; }
};

struct Choice {
  Widths widths;
  Verdict verdict;
};

/// Multiply-adds of dense layers that read u8.
std::uint64_t macs_in_u8(const Network& network, const Widths& widths);

/// All u8 where that holds. Otherwise from all s16 on, operations are made u8 one after the other, those with the most
/// multiply-adds saved for their share of the budget first, and each is kept where the budget still holds. A choice whose
/// verdict does not hold is the best there is: all s16.
Choice cheapest_within(const Network& network, const Budget& budget, const std::function<Verdict(const Widths&)>& measure);

}  // namespace crbrt::codegen
