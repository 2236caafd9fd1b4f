// SPDX-License-Identifier: Apache-2.0
// The chain rule of a training step, written out: its gradient is LibTorch's own.
#include "trainer/dense_pass.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <string>

#include "trainer/network.h"

namespace crbrt::trainer {
namespace {

struct Case {
  std::string name;
  NetworkConfig network;
  std::size_t n_head = 0;
  double trunk_gradient = 0;
};

NetworkConfig network(OperationKind activation, std::vector<Skip> skips) {
  NetworkConfig config;
  config.hidden = {12, 10, 12, 12};
  config.skips = std::move(skips);
  config.activation.kind = activation;
  config.activation.negative_slope = 0.1f;
  return config;
}

class DensePassOf : public testing::TestWithParam<Case> {
 protected:
  static constexpr std::int64_t n_voxel = 200, n_in = 6, n_out = 3;
  const Case& c = GetParam();
  TrainableNetwork network{c.network, {n_in, n_out, c.n_head}, c.trunk_gradient, 5, at::kCPU};
  at::Tensor inputs, targets;

  void SetUp() override {
    torch::manual_seed(3);
    inputs = at::randn({n_voxel, n_in});
    targets = at::randn({n_voxel, n_out + static_cast<std::int64_t>(c.n_head)});
  }

  at::Tensor gradient_of_loss(const at::Tensor& features) {
    network.parameters().mutable_grad().zero_();
    at::square(features - targets).mean().backward();
    return network.parameters().grad();
  }
};

TEST_P(DensePassOf, ANetworkGivesTheFeaturesAndTheGradientThatLibTorchGives) {
  const at::Tensor expected_features = network.forward(inputs, Mode::training);
  const at::Tensor expected = gradient_of_loss(expected_features).clone();
  const std::unique_ptr<DensePass> pass = network.dense_pass();
  ASSERT_NE(pass, nullptr);
  for (int repeat = 0; repeat < 2; ++repeat) {  // the second time in buffers that are there
    const at::Tensor features = pass->forward(inputs);
    gradient_of_loss(features);
    pass->backward();
    // Two orders of the same sums of at most 200 products: rounding of 6e-8 each, of terms no larger than the largest result.
    const double rounding = 200 * 6e-8 * expected.abs().max().item<double>();
    EXPECT_LE((features - expected_features).abs().max().item<double>(), 1e-5);
    EXPECT_LE((network.parameters().grad() - expected).abs().max().item<double>(), rounding);
  }
  EXPECT_GT(expected.abs().max().item<double>(), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Networks, DensePassOf,
                         testing::Values(Case{"Relu", network(OperationKind::relu, {}), 0, 0},
                                         Case{"LeakyRelu", network(OperationKind::leaky_relu, {}), 0, 0},
                                         Case{"RootSilu", network(OperationKind::root_silu, {{0, 2}}), 0, 0},
                                         Case{"Skip", network(OperationKind::relu, {{0, 2}}), 4, 1},
                                         Case{"SkipsInARow", network(OperationKind::leaky_relu, {{0, 2}, {2, 3}}), 4, 0.3},
                                         Case{"TwoSkipsFromOneLayer", network(OperationKind::relu, {{0, 2}, {0, 3}}), 0, 0},
                                         Case{"HeadsAlone", network(OperationKind::relu, {}), 4, 0}),
                         [](const auto& network) { return network.param.name; });

TEST(DensePass, IsNotForNormalisation) {
  NetworkConfig config = network(OperationKind::relu, {});
  config.normalization = Normalization::batch;
  EXPECT_EQ(TrainableNetwork(config, {6, 3, 0}, 0, 1, at::kCPU).dense_pass(), nullptr);
}

}  // namespace
}  // namespace crbrt::trainer
