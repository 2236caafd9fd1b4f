// SPDX-License-Identifier: Apache-2.0
#include "codegen/quantize/quantize_network.h"

#include <algorithm>
#include <cmath>

#include "codegen/quantize/fit_dense.h"
#include "crbrt/format/integer_bounds.h"
#include "crbrt/format/requant_choice.h"

namespace crbrt::codegen {

namespace {

constexpr std::size_t sensitivity_draws = 4;

/// Constants of a group normalisation of values of one scale.
IntegerGroupNorm group_constants(const Operation& op, double scale) {
  const std::int32_t size = static_cast<std::int32_t>(op.n_in / op.n_group);
  IntegerGroupNorm c{0, 0, 2, 1};
  while (1 << c.mean_shift < size) ++c.mean_shift;
  c.mean_multiplier = (std::int32_t{1} << (14 + c.mean_shift)) / size;
  while (1 << (c.square_shift + 1) <= size) c.square_shift += 2;
  const double epsilon = std::ldexp(double{op.epsilon} * size / (scale * scale), -c.square_shift);
  c.epsilon = static_cast<std::int32_t>(std::clamp(std::nearbyint(epsilon), 1.0, double{1 << 28}));
  return c;
}

/// Scale of what group_norm_integer makes of d / deviation.
double normalised_scale(const Operation& op) { return std::sqrt(static_cast<double>(op.n_in / op.n_group)) / std::exp2(13.5); }

/// One weight an output: the scale is chosen so that it is 2^14 or 0, and exact.
Scales fit_diagonal(const Operation& from, const Scales& in_scale, IntegerOperation& op) {
  constexpr double weight = 1 << 14, bias_max = 1 << 29;
  const bool has_tables = !is_activation(from.kind);
  Scales sum_scale;
  for (std::size_t j = 0; j < from.n_out; ++j) {
    const double unit = from.kind == OperationKind::group_norm ? normalised_scale(from) : in_scale[j];
    const double factor = (has_tables ? double{from.weights[j]} : 1.0) * unit, shift = has_tables ? double{from.bias[j]} : 0.0;
    const double scale = std::max({std::abs(factor) / weight, std::abs(shift) / bias_max, 1e-30});
    op.weights_s16.push_back(static_cast<std::int16_t>(std::nearbyint(factor / scale)));
    op.bias.push_back(static_cast<std::int32_t>(std::nearbyint(shift / scale)));
    sum_scale.push_back(scale);
  }
  return sum_scale;
}

/// Shifts and multipliers to `scales`, which become what u8 really mean; those of s16 stay, because others share them.
void requantize_to(Scales& scales, const Scales& sum_scale, IntegerOperation& op) {
  for (std::size_t j = 0; j < scales.size(); ++j) {
    double exact = scales[j];
    const Requant r = requant_to(sum_scale[j], op.out, exact);
    if (op.out == Number::u8) scales[j] = exact;
    op.shift.push_back(static_cast<std::uint8_t>(r.shift));
    op.multiplier.push_back(static_cast<std::int16_t>(r.multiplier));
    op.bias[j] += first_shift_half(r);
  }
}

}  // namespace

/// What the operations so far have become; values and scales are those that operation i writes.
struct Quantizer::Progress {
  IntegerForm form;
  std::vector<Integers> values;
  std::vector<Scales> scales;
};

std::vector<bool> free_widths(const Network& network) {
  std::vector<bool> is_free(network.operations.size(), true);
  const auto needs_s16 = [&](std::size_t value) {
    if (value > 0) is_free[value - 1] = false;
  };
  for (std::size_t i = 0; i < is_free.size(); ++i) {
    const Operation& op = network.operations[i];
    if (op.kind != OperationKind::dense) needs_s16(op.in);
    if (!op.relu && op.kind != OperationKind::relu) is_free[i] = false;
    if (op.add == Operation::none) continue;
    is_free[i] = false;
    needs_s16(op.add);
  }
  is_free.back() = false;
  return is_free;
}

Widths all_widths(const Network& network, Number free) {
  Widths widths;
  for (const bool is_free : free_widths(network)) widths.push_back(is_free ? free : Number::s16);
  widths.back() = Number::s32;
  return widths;
}

std::string why_no_integers(const Network& network) {
  const Operation& last = network.operations.back();
  if (last.kind != OperationKind::dense || last.relu || last.add != Operation::none)
    return "a last layer with a skip, normalisation or ReLU";
  for (const Operation& op : network.operations)
    if (op.kind == OperationKind::root_silu) return "the activation root_silu";
  for (const Operation& op : network.operations)
    if (op.kind == OperationKind::group_norm && !group_fits(op.n_in, op.n_group))
      return "groups of " + std::to_string(op.n_in / op.n_group) + " features, no multiple of 4 nor one even group";
  return {};
}

Quantizer::Quantizer(const Network& network, const Calibration& calibration) : network_(network) {
  float_ = float_values(network, calibration.features);
  sensitivity_ = sensitivities(network, float_, calibration.importance, sensitivity_draws);
  shared_scale_ = shared_scales(network, float_);
  for (const double scale : scales_s16(calibration.features)) {
    inverse_input_scale_.push_back(static_cast<float>(1 / scale));
    input_scale_.push_back(1 / double{inverse_input_scale_.back()});
  }
  input_ = quantized(calibration.features, inverse_input_scale_);
}

IntegerForm Quantizer::quantize(const Widths& widths) const {
  Progress progress;
  progress.form.input_scale = inverse_input_scale_;
  for (std::size_t i = 0; i < network_.operations.size(); ++i) add(i, widths, progress);
  return std::move(progress.form);
}

void Quantizer::add(std::size_t i, const Widths& widths, Progress& progress) const {
  const Operation& from = network_.operations[i];
  const bool reads_input = from.in == 0;
  const Integers& in = reads_input ? input_ : progress.values[from.in - 1];
  const Scales& in_scale = reads_input ? input_scale_ : progress.scales[from.in - 1];
  const Number number = reads_input ? Number::s16 : widths[from.in - 1];
  IntegerOperation op;
  op.out = widths[i];
  if (from.kind == OperationKind::group_norm) op.group_norm = group_constants(from, in_scale[0]);
  const Scales sum_scale = from.kind == OperationKind::dense
                               ? fit_dense({from, number, in, in_scale, float_.sums[i], sensitivity_[i]}, op)
                               : fit_diagonal(from, in_scale, op);
  if (op.out == Number::s32) {
    progress.form.output_scale.assign(sum_scale.begin(), sum_scale.end());
  } else {
    progress.scales.push_back(op.out == Number::u8 ? scales_u8(float_.value[i + 1], sensitivity_[i]) : shared_scale_[i]);
    requantize_to(progress.scales.back(), sum_scale, op);
    const Integers* const add = from.add == Operation::none || from.add == 0 ? nullptr : &progress.values[from.add - 1];
    progress.values.push_back(integer_values(from, op, in, add));
  }
  progress.form.operations.push_back(std::move(op));
}

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
