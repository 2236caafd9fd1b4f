// SPDX-License-Identifier: Apache-2.0
// A step of a forward training: gradients of values and derivatives together, and the optimiser.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "trainer/forward/soap.h"
#include "trainer/forward/tangent_pass.h"

namespace crbrt::trainer {
namespace {

TEST(TangentPass, GradientsAreThoseOfLibTorch) {
  NetworkConfig config;
  config.hidden = {7, 9};
  config.activation.kind = OperationKind::root_silu;
  const LayerTensors tensors(config, {4, 3, 0}, 5, at::kCPU);
  torch::manual_seed(3);
  for (const Layer& layer : tensors.layers) {
    const at::NoGradGuard no_gradient;
    layer.bias.normal_();
  }
  for (const bool has_tangents : {false, true}) {
    const at::Tensor x = at::randn({20, 4}), t = at::randn({20, 4}), weights = at::randn({has_tangents ? 40 : 20, 3});
    at::Tensor value = x, tangent = t;
    for (const Layer& layer : tensors.layers) {
      value = at::linear(value, layer.weight, layer.bias);
      tangent = at::mm(tangent, layer.weight.t());
      if (!layer.is_hidden) break;
      const at::Tensor s = value / (value.square() + 1).sqrt();
      tangent = tangent * (1 + s * (2 - s.square())) / 2;
      value = value / 2 * (1 + s);
    }
    const at::Tensor expected = has_tangents ? at::cat({value, tangent}) : value;
    tensors.parameters.grad().zero_();
    (expected * weights).sum().backward();
    TangentPass pass(tensors);
    const at::Tensor found = pass.forward(x, has_tangents ? t : at::Tensor());
    // Sums of at most nine products of numbers up to ten; gradients of forty of them.
    EXPECT_LT((found - expected).abs().max().item<double>(), 2e-5);
    const std::vector<at::Tensor> gradients = pass.backward(weights);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const Layer& layer = tensors.layers[i];
      const at::Tensor of_layer = at::cat({layer.weight.grad(), layer.bias.grad().unsqueeze(1)}, 1);
      EXPECT_LT((gradients[i] - of_layer).abs().max().item<double>(), 2e-5 * (1 + of_layer.abs().max().item<double>())) << i;
    }
  }
}

// A quadratic whose axes are turned and of very different curvature: Adam along them gets down in tens of steps.
TEST(Soap, GetsDownAQuadraticWithTurnedAxes) {
  torch::manual_seed(4);
  const at::Tensor left = std::get<0>(at::linalg_qr(at::randn({6, 6}))), right = std::get<0>(at::linalg_qr(at::randn({5, 5})));
  const at::Tensor curvature = at::logspace(-3, 0, 30).view({6, 5});
  at::Tensor x = at::randn({6, 5});
  const auto turned = [&] { return at::mm(at::mm(left.t(), x), right); };
  const auto loss = [&] { return (curvature * turned().square()).sum().item<double>(); };
  Soap soap({x});
  const double before = loss();
  for (int step = 0; step < 400; ++step)
    x.sub_(soap.step({at::mm(at::mm(left, 2 * curvature * turned()), right.t())})[0], 0.02 * (1 - step / 400.0));
  EXPECT_LT(loss(), 1e-4 * before);
}

}  // namespace
}  // namespace crbrt::trainer
