// SPDX-License-Identifier: Apache-2.0
/// A folded network in integers, operation by operation: each one is fitted to what the integers before it really give.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/integer_values.h"

namespace crbrt::codegen {

/// What each operation writes, in the order of the folded network; the last one s32. The input is s16.
using Widths = std::vector<Number>;

/// Operations that may write u8 as well as s16: they end in a ReLU, and neither a skip nor the operation after them needs s16.
std::vector<bool> free_widths(const Network& network);

/// Every free operation u8 (or s16), all others as they must.
Widths all_widths(const Network& network, Number free);

/// Why the network has no integer form; empty where it has one.
std::string why_no_integers(const Network& network);

/// What does not depend on the widths, computed once for many tries.
class Quantizer {
 public:
  /// `network` is folded, can have an integer form (why_no_integers), and must outlive the object.
  Quantizer(const Network& network, const Calibration& calibration);

  IntegerForm quantize(const Widths& widths) const;

 private:
  struct Progress;
  void add(std::size_t op, const Widths& widths, Progress& progress) const;

  const Network& network_;
  FloatValues float_;
  std::vector<Values> sensitivity_;
  std::vector<Scales> shared_scale_;
  Scales input_scale_;
  std::vector<float> inverse_input_scale_;
  Integers input_;
};

// The cheapest widths within a budget.

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
