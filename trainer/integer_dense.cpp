// SPDX-License-Identifier: Apache-2.0
#include "trainer/integer_dense.h"

#include <torch/csrc/autograd/custom_function.h>

#include "crbrt/format/integer_bounds.h"
#include "crbrt/format/requant_choice.h"

namespace crbrt::trainer {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double float_sum_max = 1 << 23;    // of weights times inputs, and of the bias: their sum is exact in a float
constexpr std::int64_t float_inputs = 1024;  // so many quads of 128 * 255 stay below
constexpr double s16_row_max = 65000;        // of 2^16, which 32-bit sums of s16 inputs allow; the rest is the bias

/// What requantisation makes of sums, and where gradients pass: not where ReLU, saturation or the clamp is at work.
template <class Sum>
void finish(const IntegerDense& layer, const at::Tensor& sums, at::Tensor& values, at::Tensor& pass) {
  const std::int64_t n_row = sums.size(0), n = sums.size(1);
  const Sum* sum = sums.data_ptr<Sum>();
  float *value = values.data_ptr<float>(), *passes = pass.data_ptr<float>();
  const std::int32_t largest = layer.out == Number::u8 ? u8_max : s16_max;
  for (std::int64_t i = 0; i < n_row; ++i)
    for (std::int64_t j = 0; j < n; ++j, ++sum, ++value, ++passes) {
      const Requant& r = layer.requant[static_cast<std::size_t>(j)];
      const auto acc = static_cast<std::int32_t>(*sum);
      const std::int32_t wanted = requantize(acc, r);
      *value = static_cast<float>(saturate(wanted, 0, largest));
      *passes = acc > first_shift_half(r) && (acc >> r.shift) <= s16_max && wanted <= largest ? 1.0f : 0.0f;
    }
}

struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias,
                            const IntegerDense* layer, double input_gradient) {
    const at::Tensor weights = layer->integer_weights(weight);
    const at::Tensor sums = at::addmm(layer->integer_bias(bias, weights), in.to(layer->type), weights.t());
    at::Tensor values, pass;
    if (layer->out == Number::s32) {
      values = sums.to(at::kFloat) * layer->sum_scale.to(at::kFloat);
    } else {
      const at::Tensor plain = sums.to(at::kCPU).contiguous();
      values = at::empty(plain.sizes(), at::kFloat);
      pass = at::empty_like(values);
      layer->type == at::kDouble ? finish<double>(*layer, plain, values, pass) : finish<float>(*layer, plain, values, pass);
      values = values.to(in.device());
      pass = pass.to(in.device());
    }
    context->save_for_backward({in, weights.to(at::kFloat), pass});
    context->saved_data["in_scale"] = layer->in_scale.to(at::kFloat);
    context->saved_data["sum_scale"] = layer->sum_scale.to(at::kFloat);
    context->saved_data["out_scale"] = layer->out_scale.to(at::kFloat);
    context->saved_data["input_gradient"] = input_gradient;
    return values;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &in = saved[0], &weights = saved[1], &pass = saved[2];
    at::Tensor of_sum = gradients[0] / context->saved_data["out_scale"].toTensor();  // of the sum as a real number
    if (pass.defined()) of_sum = of_sum * pass;
    const double share = context->saved_data["input_gradient"].toDouble();
    at::Tensor of_in;
    if (context->needs_input_grad(0) && share > 0)
      of_in = at::mm(of_sum * context->saved_data["sum_scale"].toTensor(), weights) * share;
    return {of_in, at::mm(of_sum.t(), in) * context->saved_data["in_scale"].toTensor(), of_sum.sum(0), {}, {}};
  }
};

at::Tensor to_tensor(const std::vector<double>& values, std::int64_t first, std::int64_t count) {
  return at::tensor(values, at::kDouble).narrow(0, first, count);
}

}  // namespace

IntegerDense::IntegerDense(const LayerPlan& plan, std::int64_t first_row, std::int64_t n_row, const c10::Device& device)
    : in(plan.in),
      out(plan.out),
      type(plan.in == Number::u8 && static_cast<std::int64_t>(plan.in_scale.size()) <= float_inputs ? at::kFloat
                                                                                                    : at::kDouble) {
  std::vector<double> outs(static_cast<std::size_t>(n_row), 1.0), halves(static_cast<std::size_t>(n_row), 0.0);
  if (!plan.requant.empty()) requant.assign(plan.requant.begin() + first_row, plan.requant.begin() + first_row + n_row);
  for (std::size_t j = 0; j < requant.size(); ++j) {
    outs[j] = scale_after(requant[j], plan.sum_scale[static_cast<std::size_t>(first_row) + j]);
    halves[j] = first_shift_half(requant[j]);
  }
  in_scale = to_tensor(plan.in_scale, 0, static_cast<std::int64_t>(plan.in_scale.size())).to(device);
  sum_scale = to_tensor(plan.sum_scale, first_row, n_row).to(device);
  out_scale = to_tensor(outs, 0, n_row).to(device);
  half = to_tensor(halves, 0, n_row).to(device);
}

at::Tensor IntegerDense::forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 double input_gradient) const {
  return StraightThrough::apply(x, weight, bias, this, input_gradient);
}

at::Tensor IntegerDense::integer_weights(const at::Tensor& weight) const {
  const at::Tensor steps = at::round(weight.to(at::kDouble) * in_scale / sum_scale.unsqueeze(1));
  if (in == Number::u8) return within_quads(at::clamp(steps, -127, 127)).to(type);
  const at::Tensor bounded = at::clamp(steps, -s16_max, s16_max);
  const at::Tensor share = s16_row_max / bounded.abs().sum(1, true).clamp_min(s16_row_max);
  return at::trunc(bounded * share).to(type);
}

at::Tensor IntegerDense::integer_bias(const at::Tensor& bias, const at::Tensor& integer_weights) const {
  at::Tensor most = at::full_like(half, float_sum_max);
  if (type == at::kDouble)
    most = static_cast<double>(acc_max) - integer_weights.abs().sum(1).to(at::kDouble) * -double{s16_min};
  const at::Tensor rounded = at::round(bias.to(at::kDouble) / sum_scale);
  return at::minimum(at::maximum(rounded + half, -most), most).to(type);
}

at::Tensor quantized(const at::Tensor& inputs, const at::Tensor& factor) {
  return at::round(at::clamp(inputs * factor, -s16_max, s16_max));
}

at::Tensor within_quads(const at::Tensor& weights) {
  const std::int64_t n = weights.size(0), n_in = weights.size(1), n_eight = (n_in + 7) / 8;
  // Input 8 i + 4 a + 2 b + c belongs to quad (i, b).
  const at::Tensor quads = at::constant_pad_nd(weights, {0, 8 * n_eight - n_in}).view({n, n_eight, 2, 2, 2});
  const auto shortened = [](const at::Tensor& part) {
    const at::Tensor total = part.sum(at::IntArrayRef{2, 4}, true).clamp_min(quad_weight_max);
    return at::floor(part * quad_weight_max / total);
  };
  const at::Tensor result = shortened(quads.clamp_min(0)) - shortened((-quads).clamp_min(0));
  return result.view({n, 8 * n_eight}).narrow(1, 0, n_in);
}

}  // namespace crbrt::trainer
