// SPDX-License-Identifier: Apache-2.0
// A layer in integers: its numbers are those of requant.h whatever the weights, and its gradients those of the clipped layer.
#include "trainer/integer_dense.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crbrt/format/integer_bounds.h"
#include "trainer/integer_calibration.h"
#include "trainer/layer_tensors.h"

namespace crbrt::trainer {
namespace {

struct Case {
  Number in, out;
  std::int64_t n_in, n_out;
};

at::Tensor random_integers(const Case& c, std::int64_t n) {
  return c.in == Number::u8 ? at::randint(0, 256, {n, c.n_in}, at::kFloat)
                            : at::randint(-32768, 32768, {n, c.n_in}, at::kFloat);
}

/// Scales that calibration chooses for random weights of this size.
LayerPlan plan_for(const Case& c, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor in = random_integers(c, 500) * (c.in == Number::u8 ? 0.01 : 1e-4);
  const ObservedLayer first{at::eye(c.n_in), at::zeros({c.n_in}), in, {}};
  const ObservedLayer layer{weight, bias, in, at::ones_like(in)};
  const at::Tensor out = at::relu(at::linear(in, weight, bias));
  const ObservedLayer next{at::ones({1, c.n_out}), at::zeros({1}), out, at::ones_like(out)};
  return choose_plan({Number::s16, c.in, c.out}, {first, layer, next}).layers[1];
}

class IntegerLayers : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    at::manual_seed(5);
    weight_ = at::randn({GetParam().n_out, GetParam().n_in}) / std::sqrt(static_cast<double>(GetParam().n_in));
    bias_ = at::randn({GetParam().n_out}) / 10;
    plan_ = plan_for(GetParam(), weight_, bias_);
  }
  at::Tensor weight_, bias_;
  LayerPlan plan_;
};

TEST_P(IntegerLayers, ForwardIsRequantizeToTheBit) {
  const Case c = GetParam();
  const IntegerDense layer(plan_, 0, c.n_out, at::kCPU);
  const at::Tensor in = random_integers(c, 200), weights = layer.integer_weights(weight_);
  const std::vector<double> w = to_doubles(weights), b = to_doubles(layer.integer_bias(bias_, weights)), x = to_doubles(in);
  const std::vector<double> found = to_doubles(layer.forward(in, weight_, bias_, 1));
  bool saw_inside = false;
  for (std::size_t v = 0; v < 200; ++v)
    for (std::size_t j = 0; j < w.size() / plan_.in_scale.size(); ++j) {
      auto acc = static_cast<std::int64_t>(b[j]);
      for (std::size_t k = 0; k < plan_.in_scale.size(); ++k)
        acc += static_cast<std::int64_t>(w[j * plan_.in_scale.size() + k]) *
               static_cast<std::int64_t>(x[v * plan_.in_scale.size() + k]);
      ASSERT_EQ(acc, static_cast<std::int32_t>(acc));
      const std::int32_t value = requantize(static_cast<std::int32_t>(acc), plan_.requant[j]);
      const std::int32_t expected = saturate(value, 0, c.out == Number::u8 ? u8_max : s16_max);
      ASSERT_EQ(found[v * static_cast<std::size_t>(c.n_out) + j], expected);
      saw_inside = saw_inside || (expected > 0 && expected == value);
    }
  EXPECT_TRUE(saw_inside);
}

TEST_P(IntegerLayers, NoWeightsCanMakeASumOverflow) {
  const Case c = GetParam();
  const IntegerDense layer(plan_, 0, c.n_out, at::kCPU);
  for (const double factor : {1.0, 3.0, 1e6}) {
    const at::Tensor weights = layer.integer_weights(weight_ * factor);
    const std::vector<double> w = to_doubles(weights), b = to_doubles(layer.integer_bias(bias_ * factor, weights));
    const std::size_t n_in = plan_.in_scale.size(), padded = layout::padded_inputs(Number::u8, n_in);
    const auto weight = [&](std::size_t j, std::size_t k) { return k < n_in ? static_cast<std::int32_t>(w[j * n_in + k]) : 0; };
    for (std::size_t j = 0; j < b.size(); ++j) {
      EXPECT_TRUE(sum_fits(weight, j, n_in, static_cast<std::int64_t>(b[j]), c.in == Number::u8 ? u8_max + 1 : -s16_min));
      EXPECT_TRUE(c.in != Number::u8 || quads_fit(weight, j, padded));
    }
  }
}

/// With weights that are integers already, rounding moves only what is between two steps of `out`: gradients are those of the
/// real layer where it is neither below 0 nor above the largest number.
TEST_P(IntegerLayers, GradientsAreThoseOfTheClippedRealLayer) {
  const Case c = GetParam();
  const IntegerDense layer(plan_, 0, c.n_out, at::kCPU);
  const at::Tensor steps = layer.integer_weights(weight_).to(at::kDouble);
  const at::Tensor weight = (steps * layer.sum_scale.unsqueeze(1) / layer.in_scale).to(at::kFloat).requires_grad_(true);
  const at::Tensor bias = bias_.clone().requires_grad_(true), in = random_integers(c, 50).requires_grad_(true);
  const at::Tensor direction = at::randn({50, c.n_out});
  (layer.forward(in, weight, bias, 0.5) * direction).sum().backward();

  const at::Tensor weight2 = weight.detach().clone().requires_grad_(true), bias2 = bias_.clone().requires_grad_(true);
  const at::Tensor in2 = in.detach().clone().requires_grad_(true);
  const at::Tensor real = at::linear(in2 * layer.in_scale, weight2.to(at::kDouble), bias2.to(at::kDouble)) / layer.out_scale;
  at::Tensor largest = at::full({c.n_out}, u8_max + 0.5, at::kDouble);
  for (std::int64_t j = 0; c.out == Number::s16 && j < c.n_out; ++j)  // the first shift saturates
    largest[j] = requantize(INT32_MAX, {0, plan_.requant[static_cast<std::size_t>(j)].multiplier});
  (at::minimum(at::relu(real), largest) * direction).sum().backward();
  const auto expect_near = [](const at::Tensor& found, const at::Tensor& expected) {
    // Single precision sums of 50 to 70 terms; a sum within half a step of a clamp's edge may pass in one and not in the other.
    EXPECT_LT((found - expected).norm().item<double>(), 0.02 * expected.norm().item<double>());
  };
  expect_near(weight.grad(), weight2.grad());
  expect_near(bias.grad(), bias2.grad());
  expect_near(in.grad(), 0.5 * in2.grad());
}

INSTANTIATE_TEST_SUITE_P(Widths, IntegerLayers,
                         testing::Values(Case{Number::u8, Number::u8, 64, 20}, Case{Number::u8, Number::s16, 60, 9},
                                         Case{Number::u8, Number::u8, 1100, 3}, Case{Number::s16, Number::u8, 26, 20},
                                         Case{Number::s16, Number::s16, 33, 7}));

TEST(Quantized, ClampsAndRoundsHalvesToEven) {
  const at::Tensor x = at::tensor({0.5f, 1.5f, -0.5f, -2.5f, 1e9f, -1e9f}).view({1, 6});
  EXPECT_EQ(to_floats(quantized(x, at::ones({6}))), (std::vector<float>{0, 2, 0, -2, 32767, -32767}));
}

TEST(ScalesU8, ClipsARareOutlierAndKeepsWhatMatters) {
  at::manual_seed(1);
  at::Tensor values = at::rand({10000, 2});
  values[0][0] = values[0][1] = 3;
  at::Tensor sensitivity = at::ones_like(values);
  sensitivity[0][0] = 0;    // a step of 3 / 255 would cost the others more than this one
  sensitivity[0][1] = 1e7;  // but not here
  const std::vector<double> scales = scales_u8(values, sensitivity);
  EXPECT_LT(scales[0], 2.0 / 255);
  EXPECT_NEAR(scales[1], 3.0 / 255, 1e-6);
}

}  // namespace
}  // namespace crbrt::trainer
