// SPDX-License-Identifier: Apache-2.0
// The choices of crbrt-codegen for a model that is not trained further, where they matter; what is left, training finds.
#include "trainer/integer_calibration.h"

#include <torch/csrc/autograd/autograd.h>

#include "crbrt/format/requant_choice.h"
#include "trainer/integer_dense.h"
#include "trainer/layer_tensors.h"

namespace crbrt::trainer {
namespace {

constexpr double smallest_step = 0.2;  // of a step that clips nothing: how far u8 are searched
constexpr double search_ratio = 1.06;
constexpr double fewest_steps = 24, most_steps = 300;  // of the largest weight of a row in s8
constexpr double s16_sum_share = 0.8;                  // of 32 bits that start out used: weights grow while they are trained

std::vector<double> scales_s16(const at::Tensor& values) {
  const at::Tensor largest = std::get<0>(values.abs().max(0)).to(at::kDouble);
  return to_doubles((s16_headroom / used_s16 * largest).clamp_min(1e-12));
}

/// Rows that start at zero get room to grow.
at::Tensor not_far_below_mean(const at::Tensor& rows) { return at::maximum(rows, 0.01 * rows.mean()).clamp_min(1e-30); }

/// Step of each row of weights in units of the inputs, so that sums of s16 inputs use a fixed share of 32 bits.
at::Tensor sum_scales_s16(const at::Tensor& weights, const at::Tensor& bias) {
  const at::Tensor largest_sum = weights.abs().sum(1) * -double{s16_min} + bias.abs();
  const at::Tensor largest_weight = std::get<0>(weights.abs().max(1)) / double{s16_max};
  return not_far_below_mean(at::maximum(largest_sum / (s16_sum_share * 0x1p31), largest_weight));
}

/// The step of each row of bytes that changes sums least, with inputs of the given variances that do not depend on each other.
at::Tensor sum_scales_u8(const at::Tensor& weights, const at::Tensor& variance) {
  const at::Tensor largest = not_far_below_mean(std::get<0>(weights.abs().max(1, true)));
  at::Tensor best = largest / fewest_steps, least;
  for (double steps = fewest_steps; steps < most_steps; steps *= search_ratio) {
    const at::Tensor scale = largest / steps;
    const at::Tensor error = within_quads(at::clamp(at::round(weights / scale), -127, 127)) * scale - weights;
    const at::Tensor cost = (at::square(error) * variance).sum(1, true);
    if (!least.defined()) least = cost;
    best = at::where(cost < least, scale, best);
    least = at::minimum(cost, least);
  }
  return best.squeeze(1);
}

/// Of the integers that `in` becomes; a little for those that never vary.
at::Tensor integer_variance(const at::Tensor& in, const at::Tensor& in_scale) {
  const at::Tensor variance = at::clamp(at::round(in.to(at::kDouble) / in_scale), 0, u8_max).var(0, false);
  return variance + 1e-3 * variance.mean() + 1e-9;
}

LayerPlan plan_layer(const ObservedLayer& layer, Number in, std::vector<double> in_scale) {
  LayerPlan plan;
  plan.in = in;
  plan.in_scale = std::move(in_scale);
  const at::Tensor scale = at::tensor(plan.in_scale, at::kDouble).to(layer.weight.device());
  const at::Tensor weights = layer.weight.to(at::kDouble) * scale;
  plan.sum_scale = to_doubles(in == Number::u8 ? sum_scales_u8(weights, integer_variance(layer.in, scale))
                                               : sum_scales_s16(weights, layer.bias.to(at::kDouble)));
  return plan;
}

}  // namespace

std::vector<double> scales_u8(const at::Tensor& values, const at::Tensor& sensitivity) {
  const at::Tensor x = values.clamp_min(0);
  const at::Tensor weight = sensitivity + 0.01 * sensitivity.mean(0, true) + 1e-30;
  const at::Tensor largest = (std::get<0>(x.max(0, true)) / static_cast<double>(u8_max)).clamp_min(1e-6);
  at::Tensor best = largest, least;
  for (double share = 1; share > smallest_step; share /= search_ratio) {
    const at::Tensor scale = largest * share;
    const at::Tensor rounded = at::clamp(at::floor(x / scale + 0.5), 0, u8_max) * scale;
    const at::Tensor cost = (at::square(rounded - x) * weight).sum(0, true);
    if (!least.defined()) least = cost;
    best = at::where(cost < least, scale, best);
    least = at::minimum(cost, least);
  }
  return to_doubles(best.squeeze(0));
}

IntegerPlan choose_plan(const std::vector<Number>& reads, const std::vector<ObservedLayer>& layers) {
  const at::NoGradGuard no_gradient;
  IntegerPlan plan;
  std::vector<double> in_scale;
  for (const double scale : scales_s16(layers.front().in)) {
    plan.input_factor.push_back(static_cast<float>(1 / scale));
    in_scale.push_back(1 / double{plan.input_factor.back()});
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    LayerPlan layer = plan_layer(layers[i], reads[i], std::move(in_scale));
    in_scale.clear();
    layer.out = i + 1 < layers.size() ? reads[i + 1] : Number::s32;
    if (i + 1 < layers.size()) {
      const ObservedLayer& next = layers[i + 1];
      const auto wanted = layer.out == Number::u8 ? scales_u8(next.in, next.sensitivity) : scales_s16(next.in);
      for (std::size_t j = 0; j < wanted.size(); ++j) {
        in_scale.push_back(wanted[j]);
        layer.requant.push_back(requant_to(layer.sum_scale[j], layer.out, in_scale.back()));
      }
    }
    plan.layers.push_back(std::move(layer));
  }
  return plan;
}

IntegerPlan choose_plan(const QuantizationConfig& config, const TrainableNetwork& network, const at::Tensor& inputs,
                        const at::Tensor& weights) {
  const Trace trace = network.trace(inputs);
  // With random signs the square of one gradient is, in the mean, the sum of the squares over outputs.
  const at::Tensor signs = at::randint(0, 2, weights.sizes(), weights.options()) * 2 - 1;
  const at::Tensor estimates = trace.features.narrow(1, 0, weights.size(1));
  const torch::autograd::variable_list read(trace.layer_inputs.begin() + 1, trace.layer_inputs.end());
  const auto gradients = torch::autograd::grad({(estimates * signs * at::sqrt(weights)).sum()}, read);
  std::vector<ObservedLayer> layers;
  for (const Operation& op : network.operations()) {
    if (op.kind != OperationKind::dense) continue;
    const std::size_t i = layers.size();
    const at::Tensor weight = at::tensor(op.weights, at::kFloat).view({-1, static_cast<std::int64_t>(op.n_in)});
    layers.push_back({weight.to(inputs.device()), at::tensor(op.bias, at::kFloat).to(inputs.device()),
                      trace.layer_inputs[i].detach(), i == 0 ? at::Tensor() : at::square(gradients[i - 1])});
  }
  return choose_plan(config.reads, layers);
}

namespace {

std::vector<Requant> requants(const IntegerOperation& op) {
  std::vector<Requant> all;
  for (std::size_t j = 0; j < op.shift.size(); ++j) all.push_back({op.shift[j], op.multiplier[j]});
  return all;
}

/// Integers [n, n_out] of a layer that is not the last, ReLU included.
at::Tensor next_integers(const IntegerOperation& op, const std::vector<Requant>& requant, const at::Tensor& in) {
  const at::Tensor weights =
      (op.reads() == Number::u8 ? at::tensor(op.weights_s8, at::kChar) : at::tensor(op.weights_s16, at::kShort))
          .to(at::kDouble)
          .view({-1, in.size(1)});
  const at::Tensor sums = at::addmm(at::tensor(op.bias, at::kInt).to(at::kDouble), in, weights.t()).contiguous();
  at::Tensor next = at::empty_like(sums);
  const double* sum = sums.data_ptr<double>();
  double* value = next.data_ptr<double>();
  for (std::int64_t i = 0; i < sums.numel(); ++i) {
    const Requant& r = requant[static_cast<std::size_t>(i % sums.size(1))];
    value[i] = saturate(requantize(static_cast<std::int32_t>(sum[i]), r), 0, op.out == Number::u8 ? u8_max : s16_max);
  }
  return next;
}

/// Real value of a step of each feature: least squares; of one that is hardly ever active, the middle one of the others.
std::vector<double> step_values(const at::Tensor& integers, const at::Tensor& real) {
  const at::Tensor product = (integers * real.to(at::kCPU, at::kDouble)).sum(0), square = at::square(integers).sum(0);
  const at::Tensor steps = product / square.clamp_min(1), active = steps.masked_select(steps > 0);
  const at::Tensor middle = active.numel() > 0 ? active.median() : at::full({}, 1e-6, at::kDouble);
  return to_doubles(at::where(steps > 0.05 * middle, steps, middle));
}

Operation real_operation(const IntegerOperation& integers, const LayerPlan& plan) {
  Operation real;
  real.n_in = static_cast<std::uint32_t>(plan.in_scale.size());
  real.n_out = static_cast<std::uint32_t>(plan.sum_scale.size());
  for (std::size_t j = 0; j < real.n_out; ++j) {
    const std::int32_t half = plan.requant.empty() ? 0 : first_shift_half(plan.requant[j]);
    for (std::size_t k = 0; k < real.n_in; ++k)
      real.weights.push_back(static_cast<float>(integers.weight(j * real.n_in + k) * plan.sum_scale[j] / plan.in_scale[k]));
    real.bias.push_back(static_cast<float>((static_cast<double>(integers.bias[j]) - half) * plan.sum_scale[j]));
  }
  return real;
}

}  // namespace

Continued continued(const IntegerForm& integers, const TrainableNetwork& network, const at::Tensor& inputs) {
  const at::NoGradGuard no_gradient;
  const Trace trace = network.trace(inputs);
  Continued result{{integers.input_scale, {}}, {}};
  at::Tensor in = quantized(inputs.to(at::kCPU), at::tensor(integers.input_scale, at::kFloat)).to(at::kDouble);
  std::vector<double> in_scale;
  for (const float factor : integers.input_scale) in_scale.push_back(1 / double{factor});
  for (std::size_t i = 0; i < integers.operations.size(); ++i) {
    const IntegerOperation& op = integers.operations[i];
    LayerPlan plan{op.reads(), op.out, in_scale, {}, requants(op)};
    if (plan.requant.empty()) {
      plan.sum_scale.assign(integers.output_scale.begin(), integers.output_scale.end());
    } else {
      in = next_integers(op, plan.requant, in);
      in_scale = step_values(in, trace.layer_inputs[i + 1]);
      for (std::size_t j = 0; j < in_scale.size(); ++j) plan.sum_scale.push_back(in_scale[j] / scale_after(plan.requant[j], 1));
    }
    result.real.push_back(real_operation(op, plan));
    result.plan.layers.push_back(std::move(plan));
  }
  return result;
}

IntegerPlan empty_plan(const QuantizationConfig& config, const TrainableNetwork& network) {
  IntegerPlan plan;
  for (const Operation& op : network.operations()) {
    if (op.kind != OperationKind::dense) continue;
    const std::size_t i = plan.layers.size();
    const bool is_last = i + 1 == config.reads.size();
    if (i == 0) plan.input_factor.resize(op.n_in);
    plan.layers.push_back({config.reads[i], is_last ? Number::s32 : config.reads[i + 1], std::vector<double>(op.n_in),
                           std::vector<double>(op.n_out), std::vector<Requant>(is_last ? 0 : op.n_out)});
  }
  return plan;
}

std::vector<double> numbers_of(const IntegerPlan& plan) {
  std::vector<double> numbers(plan.input_factor.begin(), plan.input_factor.end());
  for (const LayerPlan& layer : plan.layers) {
    numbers.insert(numbers.end(), layer.in_scale.begin(), layer.in_scale.end());
    numbers.insert(numbers.end(), layer.sum_scale.begin(), layer.sum_scale.end());
    for (const Requant& r : layer.requant) {
      numbers.push_back(r.shift);
      numbers.push_back(r.multiplier);
    }
  }
  return numbers;
}

void read_numbers(const std::vector<double>& numbers, IntegerPlan& plan) {
  auto next = numbers.begin();
  for (float& factor : plan.input_factor) factor = static_cast<float>(*next++);
  for (LayerPlan& layer : plan.layers) {
    for (double& scale : layer.in_scale) scale = *next++;
    for (double& scale : layer.sum_scale) scale = *next++;
    for (Requant& r : layer.requant) {
      r.shift = static_cast<std::int32_t>(*next++);
      r.multiplier = static_cast<std::int32_t>(*next++);
    }
  }
}

}  // namespace crbrt::trainer
