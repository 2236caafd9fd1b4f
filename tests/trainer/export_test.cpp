// SPDX-License-Identifier: Apache-2.0
// The exported model is the network: a slow double-precision forward pass from plain weights, the runtime and LibTorch agree.
#include "trainer/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <memory>

#include "base/error.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/network.hpp"
#include "tests/trainer/training_fixture.h"

namespace crbrt::trainer {
namespace {

using Row = std::vector<double>;

Row normalized(const Operation& n, const Row& x) {
  Row y = x;
  const bool is_batch = n.kind == OperationKind::batch_norm;
  const std::size_t groups = is_batch ? x.size() : n.n_group, width = x.size() / groups;
  for (std::size_t g = 0; g < groups; ++g) {
    double mean = 0, variance = 0;
    for (std::size_t i = g * width; i < (g + 1) * width; ++i) mean += x[i] / static_cast<double>(width);
    for (std::size_t i = g * width; i < (g + 1) * width; ++i)
      variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(width);
    for (std::size_t i = g * width; i < (g + 1) * width; ++i) {
      const double m = is_batch ? n.mean[i] : mean, v = is_batch ? n.variance[i] : variance;
      y[i] = n.weights[i] * (x[i] - m) / std::sqrt(v + n.epsilon) + n.bias[i];
    }
  }
  return y;
}

Row dense(const Operation& op, const Row& x, const Row* add) {
  Row sum(op.n_out);
  for (std::size_t j = 0; j < op.n_out; ++j) {
    sum[j] = op.bias[j] + (add != nullptr ? (*add)[j] : 0);
    for (std::size_t k = 0; k < op.n_in; ++k) sum[j] += double{op.weights[j * op.n_in + k]} * x[k];
  }
  return sum;
}

/// models/model.fbs in plain loops; phase reference 0, l2 norm and standardisation as in the fixture.
Row reference(const TrainedNetwork& network, const float* c, std::size_t n_coeff) {
  Row x(2 * n_coeff);
  const double magnitude = std::hypot(c[0], c[n_coeff]), cosine = c[0] / magnitude, sine = c[n_coeff] / magnitude;
  double norm = 0;
  for (std::size_t k = 0; k < n_coeff; ++k) {
    x[k] = c[k] * cosine + c[n_coeff + k] * sine;
    x[n_coeff + k] = c[n_coeff + k] * cosine - c[k] * sine;
    norm += x[k] * x[k] + x[n_coeff + k] * x[n_coeff + k];
  }
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = (x[i] / std::sqrt(norm) - network.standardization.mean[i]) / network.standardization.std[i];
  std::vector<Row> values{x};
  for (const Operation& op : network.operations) {
    const Row& in = values[op.in];
    switch (op.kind) {
      case OperationKind::dense: x = dense(op, in, op.add == Operation::none ? nullptr : &values[op.add]); break;
      case OperationKind::relu:
        for (std::size_t i = 0; i < in.size(); ++i) x[i] = std::max(in[i], 0.0);
        break;
      default: x = normalized(op, in);
    }
    values.push_back(x);
  }
  for (std::size_t p = 0; p < x.size(); ++p) x[p] = network.standardization.offset[p] + network.standardization.scale[p] * x[p];
  return x;
}

struct Exported {
  physics::Dataset dataset = tests::small_dataset(400);
  Config config;
  TrainingData data;
  TrainedNetwork network;

  explicit Exported(const Config& c) : config(c), data(prepare_data(dataset, c, "data")), network(train(c, data, {}).network) {}
  std::vector<std::uint8_t> bytes() const { return export_model(config, dataset, data, network); }
};

Model loaded(const std::vector<std::uint8_t>& bytes) {
  Model model;
  const LoadResult result = load_model({bytes.data(), bytes.size()}, model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return model;
}

std::vector<float> estimates_of(const Program& program, const std::vector<float>& coefficients, std::size_t n) {
  std::vector<std::byte> memory(Session::arena_bytes(program) + layout::arena_alignment);
  void* arena = memory.data();
  std::size_t space = memory.size();
  std::align(layout::arena_alignment, Session::arena_bytes(program), arena, space);
  Session session;
  EXPECT_EQ(session.bind(program, arena, space, Isa::scalar), Status::ok);
  std::vector<float> out(n * program.n_output);
  EXPECT_EQ(session.run(Coefficients::rows(coefficients.data(), n, program.n_coeff),
                        {.estimates = {out.data(), n, program.n_output}}),
            Status::ok);
  return out;
}

struct Case {
  Normalization normalization;
  bool with_skips;
};

class Export : public testing::TestWithParam<Case> {};

TEST_P(Export, ForwardEqualsTheNetwork) {
  Config config = tests::small_config();
  config.network.hidden = {16, 16, 16, 8};
  config.network.normalization = GetParam().normalization;
  config.network.n_group = GetParam().normalization == Normalization::group ? 4 : 0;
  config.network.skips.clear();
  if (GetParam().with_skips) config.network.skips = {{0, 1}, {1, 2}};
  const Exported e(config);
  const Model model = loaded(e.bytes());
  const CheckVoxels& check = e.network.check;
  ASSERT_EQ(check.n, 50u);
  const auto runtime = estimates_of(model.program(), check.coefficients, check.n);
  for (std::size_t v = 0; v < check.n; ++v) {
    const Row expected = reference(e.network, check.coefficients.data() + v * 10, 5);
    for (std::size_t p = 0; p < 3; ++p) {
      // In standard deviations of the output: five layers of sums of 16 terms near 1, 2^-24 each, times an amplification
      // of a few per layer stays below 1e-4; a wrong layer is off by about 1.
      const double scale = e.network.standardization.scale[p];
      EXPECT_NEAR(check.estimates[3 * v + p] / scale, expected[p] / scale, 1e-4);
      EXPECT_NEAR(runtime[3 * v + p] / scale, expected[p] / scale, 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Export,
                         testing::Values(Case{Normalization::none, false}, Case{Normalization::none, true},
                                         Case{Normalization::batch, false}, Case{Normalization::batch, true},
                                         Case{Normalization::group, false}, Case{Normalization::group, true}));

TEST(ExportModel, TheScaleIsTrainedAndExportedLikeAnyOutput) {
  Config config = tests::small_config();
  config.outputs.push_back({"signal_per_m0", 0, 10});
  const Exported e(config);
  const Model model = loaded(e.bytes());
  ASSERT_EQ(model.program().n_output, 4u);
  EXPECT_STREQ(model.program().outputs[3].name, "signal_per_m0");
  EXPECT_STREQ(model.program().outputs[3].unit, "1");
  ASSERT_EQ(e.network.crb_loss_per_output.size(), 4u);
  EXPECT_TRUE(std::isfinite(e.network.crb_loss_per_output[3]) && e.network.crb_loss_per_output[3] > 0);
}

/// export_model() itself compares standard deviations and scores with LibTorch's; here it must also notice a difference.
TEST(ExportModel, CarriesUncertaintyAndAtypicality) {
  Config config = tests::small_config();
  config.heads = {true, true, 1};
  Exported e(config);
  const Model model = loaded(e.bytes());
  ASSERT_NE(model.program().uncertainty, nullptr);
  ASSERT_NE(model.program().atypicality, nullptr);
  EXPECT_EQ(model.program().uncertainty->log_noise_center, e.network.noise.center);
  EXPECT_EQ(model.program().atypicality->threshold, e.network.score_threshold);
  EXPECT_EQ(model.program().n_output, 3u);
  e.network.operations.back().bias[4] += 0.01f;  // q0 of the second output
  EXPECT_THROW(e.bytes(), base::Error);
}

TEST(ExportModel, CarriesItsOrigin) {
  const Exported e(tests::small_config());
  const Model model = loaded(e.bytes());
  const ModelInfo& info = model.info();
  EXPECT_EQ(info.name, "small");
  EXPECT_EQ(info.config_json, e.config.text);
  EXPECT_EQ(info.dataset_provenance, "{}");
  EXPECT_EQ(info.loss_kind, "crb");
  EXPECT_EQ(info.epochs, 4u);
  EXPECT_EQ(info.n_train, 350u);
  EXPECT_EQ(info.n_validation, 50u);
  EXPECT_EQ(info.snr_min, 10);
  EXPECT_EQ(info.snr_max, 100);
  EXPECT_EQ(info.validation_loss, e.network.crb_loss);
  EXPECT_EQ(info.validation_loss_per_output.size(), 3u);
  EXPECT_EQ(info.basis.size(), 40u);
  EXPECT_STREQ(model.program().outputs[2].name, "t2_free_s");
  EXPECT_STREQ(model.program().outputs[2].unit, "s");
  EXPECT_EQ(model.program().macs_per_voxel, 10u * 16 + 16 * 16 + 16 * 3);
}

TEST(ExportModel, LeavesOutABasisThatIsNotOurs) {
  Exported e(tests::small_config());
  e.config.ship_basis = false;
  const Model model = loaded(e.bytes());
  EXPECT_TRUE(model.info().basis.empty());
  EXPECT_EQ(model.info().basis_sha256, e.dataset.basis_sha256);
}

TEST(ExportModel, TestVectorHoldsWhatTheScalarKernelsGive) {
  const Exported e(tests::small_config());
  const Model model = loaded(e.bytes());
  const auto& info = model.info();
  EXPECT_EQ(estimates_of(model.program(), info.test_coefficients, info.test_coefficients.size() / 10), info.test_estimates);
}

TEST(ExportModel, RefusesANetworkThatIsNotTheOneTrained) {
  Exported e(tests::small_config());
  e.network.operations[2].weights[7] += 1;
  try {
    e.bytes();
    FAIL() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::exit_internal);
    EXPECT_THAT(error.what(), testing::HasSubstr("where LibTorch gave"));
  }
}

}  // namespace
}  // namespace crbrt::trainer
