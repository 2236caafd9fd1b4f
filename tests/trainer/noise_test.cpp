// SPDX-License-Identifier: Apache-2.0
// Noisy voxels have the statistics they claim, and their preprocessing is the runtime's.
#include "trainer/noise.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tests/trainer/training_fixture.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

const c10::Device cpu(at::kCPU);

struct Fixture {
  physics::Dataset dataset = tests::small_dataset(60);
  Config config = tests::small_config();
  TrainingData data = prepare_data(dataset, config, "data");
  Standardization standardization = standardize_targets(data);
  NoisySource source{data, data.training, standardization, cpu};
};

/// `n` voxels of the first training fingerprint.
VoxelBatch draw_first(const NoisySource& source, std::int64_t n, std::uint64_t seed) {
  torch::manual_seed(seed);
  return source.draw(at::zeros({n}, at::kLong), 1);
}

/// SNR of every voxel, from the weights: weight = scale^2 / CRB * SNR^2.
at::Tensor snr_of(const Fixture& f, const VoxelBatch& d) {
  const double at_snr_1 = f.data.training.inverse_bounds[0] * std::pow(double{f.standardization.scale[0]}, 2);
  return at::sqrt(d.weights.select(1, 0).to(at::kDouble) / at_snr_1);
}

TEST(Noise, SnrIsUniformOverTheRange) {
  const Fixture f;
  const std::int64_t n = 20000;
  const at::Tensor snr = snr_of(f, draw_first(f.source, n, 1));
  EXPECT_GE(snr.min().item<double>(), 10 * (1 - 1e-5));
  EXPECT_LE(snr.max().item<double>(), 100 * (1 + 1e-5));
  // Mean and variance of a uniform distribution; five standard errors: 5 * 26 / sqrt(n) and 5 * 675 sqrt(0.8 / n).
  EXPECT_NEAR(snr.mean().item<double>(), 55, 5 * 26 / std::sqrt(n));
  EXPECT_NEAR(snr.var().item<double>(), 90 * 90 / 12.0, 5 * 675 * std::sqrt(0.8 / static_cast<double>(n)));
}

TEST(Noise, SigmaIsThatOfRealAndImaginaryPartAndPhaseIsUniform) {
  const Fixture f;
  const std::int64_t n = 20000, n_coeff = 5;
  const VoxelBatch d = draw_first(f.source, n, 2);
  const at::Tensor clean =
      at::tensor(std::vector<float>(f.data.training.coefficients.begin(), f.data.training.coefficients.begin() + 10));
  // The part of a voxel along its fingerprint gives M0: <c, x> / |c|^2; what is left is noise alone.
  const at::Tensor cr = clean.narrow(0, 0, 5), ci = clean.narrow(0, 5, 5);
  const at::Tensor xr = d.coefficients.narrow(1, 0, 5), xi = d.coefficients.narrow(1, 5, 5);
  const at::Tensor norm = (clean * clean).sum();
  const at::Tensor m0r = (xr * cr + xi * ci).sum(1, true) / norm, m0i = (xi * cr - xr * ci).sum(1, true) / norm;
  const at::Tensor residual_r = xr - (m0r * cr - m0i * ci), residual_i = xi - (m0r * ci + m0i * cr);
  // One complex dimension of n_coeff went into M0. Relative standard error of a variance from m values: sqrt(2 / m).
  const double freedom = static_cast<double>(n * (n_coeff - 1)), tolerance = 5 * std::sqrt(2 / freedom);
  EXPECT_NEAR(residual_r.square().sum().item<double>() / freedom / 1e-4, 1, tolerance);
  EXPECT_NEAR(residual_i.square().sum().item<double>() / freedom / 1e-4, 1, tolerance);
  // Uniform phase: mean of exp(i phi) is 0, standard error 1 / sqrt(2 n) per part.
  const at::Tensor phase = at::atan2(m0i, m0r);
  EXPECT_NEAR(at::cos(phase).mean().item<double>(), 0, 5 / std::sqrt(2.0 * n));
  EXPECT_NEAR(at::sin(phase).mean().item<double>(), 0, 5 / std::sqrt(2.0 * n));
  // |M0| = SNR / 100, up to the noise of M0 (0.01 / |c|); on average that is far below a percent.
  const at::Tensor magnitude = at::sqrt(m0r * m0r + m0i * m0i).squeeze(1);
  EXPECT_NEAR((magnitude.to(at::kDouble) / snr_of(f, d) * 100).mean().item<double>(), 1, 0.01);
}

TEST(Noise, WeightsTimesVarianceIsTheCrbLoss) {
  const Fixture f;
  const VoxelBatch d = draw_first(f.source, 3, 3);
  const at::Tensor snr = snr_of(f, d);
  for (int v = 0; v < 3; ++v)
    for (int p = 0; p < 3; ++p) {
      const double scale = f.standardization.scale[static_cast<std::size_t>(p)];
      const double expected =
          scale * scale * f.data.training.inverse_bounds[static_cast<std::size_t>(p)] * std::pow(snr[v].item<double>(), 2);
      EXPECT_NEAR(d.weights[v][p].item<double>() / expected, 1, 1e-6);  // a few float roundings
    }
}

TEST(Noise, FixedNoiseDependsOnTheSeedOnly) {
  const Fixture f;
  const VoxelBatch first = f.source.draw_fixed(5, 1);
  torch::manual_seed(99);
  const VoxelBatch again = f.source.draw_fixed(5, 1), other = f.source.draw_fixed(6, 1);
  EXPECT_TRUE(at::equal(first.coefficients, again.coefficients));
  EXPECT_TRUE(at::equal(first.weights, again.weights));
  EXPECT_FALSE(at::equal(first.coefficients, other.coefficients));
}

/// Bias and variance are properties of one SNR, so realisations share it; everything else is drawn anew.
TEST(Noise, RealisationsShareTheSnrAndNothingElse) {
  const Fixture f;
  torch::manual_seed(8);
  const at::Tensor index = at::arange(10, at::kLong);
  for (const VoxelBatch& d : {f.source.draw(index, 4), f.source.draw_fixed(3, 4)}) {
    const at::Tensor snr = d.snr.view({-1, 4}), targets = d.targets.view({-1, 4, 3}), weights = d.weights.view({-1, 4, 3});
    for (int k = 1; k < 4; ++k) {
      EXPECT_TRUE(at::equal(snr.select(1, k), snr.select(1, 0)));
      EXPECT_TRUE(at::equal(targets.select(1, k), targets.select(1, 0)));
      EXPECT_TRUE(at::equal(weights.select(1, k), weights.select(1, 0)));
      const at::Tensor c = d.coefficients.view({-1, 4, 10});
      EXPECT_FALSE(at::isclose(c.select(1, k), c.select(1, 0)).any().item<bool>());
    }
    EXPECT_GT(snr.select(1, 0).std().item<double>(), 10);
  }
}

TEST(Noise, LogNoiseIsSigmaOverTheNormOfTheNoisyVoxel) {
  const Fixture f;
  const VoxelBatch d = draw_first(f.source, 5, 9);
  for (int v = 0; v < 5; ++v)
    EXPECT_NEAR(d.log_noise[v][0].item<double>(), std::log(0.01 / d.coefficients[v].norm().item<double>()), 1e-5);  // floats
}

TEST(Noise, StandardisedInputsHaveMeanZeroAndVarianceOneExceptTheReference) {
  Fixture f;
  const VoxelBatch d = draw_first(f.source, 5000, 4);
  standardize_inputs(normalize_coefficients(d.coefficients, f.config.preprocessing), f.config.preprocessing, f.standardization);
  const at::Tensor x = preprocess(d.coefficients, f.config.preprocessing, f.standardization).to(at::kDouble);
  for (std::int64_t i = 0; i < 10; ++i) {
    const bool is_reference = i == 5;                            // imaginary part of coefficient 0: rotated to zero
    EXPECT_NEAR(x.select(1, i).mean().item<double>(), 0, 1e-5);  // float rounding of values near 1, averaged
    EXPECT_NEAR(x.select(1, i).var().item<double>(), is_reference ? 0 : 1, 1e-3) << i;
  }
  EXPECT_EQ(f.standardization.std[5], 1.0f);
}

/// What the runtime makes of coefficients before its first layer: a program that is one identity layer.
std::vector<float> runtime_inputs(const std::vector<float>& coefficients, std::uint32_t n_coeff,
                                  const PreprocessingConfig& config, const Standardization& s) {
  const std::uint32_t n = 2 * n_coeff;
  std::vector<float> inverse_std, weights(layout::packed_size(n, n), 0.0f), bias(layout::padded_outputs(n), 0.0f);
  for (float std : s.std) inverse_std.push_back(1 / std);
  for (std::uint32_t i = 0; i < n; ++i) weights[layout::packed_index(n, n, i, i)] = 1;
  const Op op{OpKind::dense, n, n, 0, 1, -1, 0, 0, 0, weights.data(), bias.data()};
  const std::vector<Output> outputs(n, Output{"x", "1", 0, 1, -100, 100});
  const std::uint32_t slots[] = {n, n};
  Program program{};
  program.version = program_version;
  program.name = "identity";
  program.model_sha256 = "";
  program.n_coeff = n_coeff;
  program.n_output = n;
  program.n_op = 1;
  program.n_slot = 2;
  program.preprocessing = {config.phase_reference, config.conjugate_reference, config.l2_normalize ? 1u : 0u, s.mean.data(),
                           inverse_std.data()};
  program.outputs = outputs.data();
  program.ops = &op;
  program.slot_width = slots;
  program.macs_per_voxel = std::uint64_t{n} * n;
  std::vector<std::byte> memory(Session::arena_bytes(program) + layout::arena_alignment);
  void* arena = memory.data();
  std::size_t space = memory.size();
  std::align(layout::arena_alignment, Session::arena_bytes(program), arena, space);
  Session session;
  EXPECT_EQ(session.bind(program, arena, space, Isa::scalar), Status::ok);
  std::vector<float> out(coefficients.size());
  EXPECT_EQ(session.run(Coefficients::rows(coefficients.data(), out.size() / n, n / 2),
                        {.estimates = {out.data(), out.size() / n, n}}),
            Status::ok);
  return out;
}

TEST(Preprocessing, EqualsTheRuntimes) {
  Fixture f;
  const VoxelBatch d = f.source.draw_fixed(7, 1);
  const auto rows = f.source.size();
  const std::vector<float> coefficients(d.coefficients.data_ptr<float>(), d.coefficients.data_ptr<float>() + rows * 10);
  for (const auto& [reference, conjugate] : {std::pair{-1, -1}, {0, -1}, {2, -1}, {0, 2}, {-1, 1}})
    for (bool l2 : {false, true})
      for (bool standardize : {false, true}) {
        const PreprocessingConfig config{reference, conjugate, l2, standardize};
        standardize_inputs(normalize_coefficients(d.coefficients, config), config, f.standardization);
        const at::Tensor ours = preprocess(d.coefficients, config, f.standardization).contiguous();
        const std::vector<float> theirs = runtime_inputs(coefficients, 5, config, f.standardization);
        for (std::size_t i = 0; i < theirs.size(); ++i) {
          // Some ten roundings of 2^-24, relative to the numbers before the mean is taken off, all below 1.
          const std::size_t input = i % 10;
          const double size =
              std::abs(theirs[i]) + (std::abs(f.standardization.mean[input]) + 1) / f.standardization.std[input];
          ASSERT_NEAR(ours.data_ptr<float>()[i], theirs[i], 10 * 0x1p-24 * size)
              << "input " << input << " reference " << reference << " conjugate " << conjugate << " l2 " << l2
              << " standardize " << standardize;
        }
      }
}

}  // namespace
}  // namespace crbrt::trainer
