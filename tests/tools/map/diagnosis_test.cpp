// SPDX-License-Identifier: Apache-2.0
// Data with a known fault get that fault named; data without one do not.
#include "tools/map/diagnosis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "tests/support/model_builder.h"

namespace crbrt::map {
namespace {

constexpr std::size_t n_coeff = 9, n_voxel = 2000;

/// Voxels whose coefficients fall by a factor of 0.6 each, with means, spread and a phase of their own, and noise.
std::vector<float> signal(double noise, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> phase(0, 2 * std::numbers::pi);
  std::vector<float> voxels;
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const std::complex<double> turn = std::polar(1.0, phase(random));
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const double size = std::pow(0.6, static_cast<double>(k)), mean = k % 2 == 0 ? 1 : -0.5;
      const double re = mean + 0.3 * normal(random), im = 0.4 * normal(random);
      const std::complex<double> c = turn * size * std::complex<double>(re, im);
      voxels.push_back(static_cast<float>(c.real() + noise * normal(random)));
      voxels.push_back(static_cast<float>(c.imag() + noise * normal(random)));
    }
  }
  return voxels;
}

class Diagnoses : public testing::Test {
 protected:
  Diagnosis of(const std::vector<float>& data) const { return diagnose(trained, data, {}); }

  /// Every voxel of `voxels` as change(coefficients) leaves it.
  template <class Change>
  std::vector<float> changed(const Change& change) const {
    std::vector<float> result = voxels;
    for (std::size_t first = 0; first < result.size(); first += 2 * n_coeff) {
      std::vector<std::complex<float>> c(n_coeff);
      for (std::size_t k = 0; k < n_coeff; ++k) c[k] = {voxels[first + 2 * k], voxels[first + 2 * k + 1]};
      change(c);
      for (std::size_t k = 0; k < n_coeff; ++k) result[first + 2 * k] = c[k].real(), result[first + 2 * k + 1] = c[k].imag();
    }
    return result;
  }

  const Profile trained = profile_of(signal(0, 1), n_coeff, {});
  const std::vector<float> voxels = signal(0.002, 2);
};

TEST_F(Diagnoses, FaultlessDataAreOfAnotherBasisAtMost) {
  const Diagnosis d = of(voxels);
  EXPECT_EQ(d.cause, Cause::basis);
  EXPECT_LT(d.factor_as_given, 1.1);
  EXPECT_NE(d.in_words().find("another sequence or basis"), std::string::npos);
  EXPECT_NE(d.in_words().find("order and scale are plausible"), std::string::npos);
}

TEST_F(Diagnoses, ReversedOrder) {
  const Diagnosis d = of(changed([](auto& c) { std::reverse(c.begin(), c.end()); }));
  EXPECT_EQ(d.cause, Cause::reversed);
  EXPECT_GT(d.factor_as_given, 5);
  EXPECT_LT(d.factor_explained, 1.1);
}

TEST_F(Diagnoses, AnyOtherOrder) {
  EXPECT_EQ(of(changed([](auto& c) { std::rotate(c.begin(), c.begin() + 1, c.end()); })).cause, Cause::permuted);
  EXPECT_EQ(of(changed([](auto& c) {
              std::swap(c[0], c[5]);
              std::swap(c[2], c[7]);
              std::swap(c[1], c[4]);
            })).cause,
            Cause::permuted);
}

TEST_F(Diagnoses, CoefficientsTimesAPowerOfTheSingularValues) {
  for (const double power : {-1.0, 1.0, 2.0}) {
    const Diagnosis d = of(changed([&](auto& c) {
      for (std::size_t k = 0; k < n_coeff; ++k) c[k] *= static_cast<float>(std::pow(trained.rms[k], power));
    }));
    EXPECT_EQ(d.cause, Cause::scaled) << power;
    EXPECT_NEAR(d.number, power, 0.25) << "voxels are normalised after the scaling, which is no power law quite";
  }
}

TEST_F(Diagnoses, ImaginaryPartsBehindRealOnesReadAsPairs) {
  const Diagnosis d = of(changed([](auto& c) {
    const auto right = c;
    const auto in_stack = [&](std::size_t i) { return i < n_coeff ? right[i].real() : right[i - n_coeff].imag(); };
    for (std::size_t k = 0; k < n_coeff; ++k) c[k] = {in_stack(2 * k), in_stack(2 * k + 1)};
  }));
  EXPECT_EQ(d.cause, Cause::interleaved);
}

TEST_F(Diagnoses, NoiseAloneAndNoiseThatDrownsTheSignal) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> noise(voxels.size());
  for (float& value : noise) value = normal(random);
  const Diagnosis d = of(noise);
  EXPECT_EQ(d.cause, Cause::noise);
  EXPECT_GE(d.number, 0.95);
  EXPECT_EQ(of(signal(0.5, 5)).cause, Cause::noise);
}

// Flat like noise, but with the phases of a signal.
TEST_F(Diagnoses, WhitenedSignalIsNotTakenForNoise) {
  const Diagnosis d = of(changed([](auto& c) {
    for (std::size_t k = 0; k < n_coeff; ++k) c[k] *= std::pow(0.6f, -static_cast<float>(k));
  }));
  EXPECT_EQ(d.cause, Cause::scaled);
  EXPECT_NEAR(d.number, -1, 0.25);
}

TEST_F(Diagnoses, ConjugatedDataCannotBeTold) {
  const Diagnosis d = of(changed([](auto& c) {
    for (auto& value : c) value = std::conj(value);
  }));
  EXPECT_EQ(d.cause, Cause::basis);
  EXPECT_NEAR(d.factor_as_given, of(voxels).factor_as_given, 1e-6);
}

// For a model that conjugates voxels, noise has a mean in the coefficient that decides about it: that is no coherence.
TEST_F(Diagnoses, NoiseIsNoiseForAModelThatConjugates) {
  const Turning turning{.phase_reference = 0, .conjugate_reference = 3};
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> noise(voxels.size());
  for (float& value : noise) value = normal(random);
  EXPECT_EQ(diagnose(profile_of(signal(0, 1), n_coeff, turning), noise, turning).cause, Cause::noise);
}

TEST_F(Diagnoses, AProfileOfConjugatedVoxelsIsThatOfTheVoxelsForAModelThatConjugates) {
  const Turning turning{.phase_reference = 0, .conjugate_reference = 3};
  std::size_t which = 0;
  const std::vector<float> mixed = changed([&](auto& c) {
    for (auto& value : c) value = which % 2 == 0 ? value : std::conj(value);
    ++which;
  });
  const Profile of_mixed = profile_of(mixed, n_coeff, turning), of_voxels = profile_of(voxels, n_coeff, turning);
  for (std::size_t k = 0; k < n_coeff; ++k) EXPECT_NEAR(std::abs(of_mixed.mean[k] - of_voxels.mean[k]), 0, 1e-12);
  EXPECT_GT(of_voxels.mean[3].imag(), 0.01);
  EXPECT_LT(std::abs(profile_of(mixed, n_coeff, {}).mean[3].imag()), 0.01);
}

// The profile of these voxels is far from the trained one even in the right order: the model must confirm.
TEST_F(Diagnoses, TheModelDecidesWhereTheProfileIsFarOff) {
  const auto weaken = [](auto& c) {
    for (std::size_t k = 1; k < n_coeff; k += 2) c[k] *= 0.1f;
  };
  const std::vector<float> right = changed(weaken), wrong = changed([&](auto&c) {
                                                      weaken(c);
                                                      std::reverse(c.begin(), c.end());
                                                    });
  EXPECT_EQ(diagnose(trained, wrong, {}).cause, Cause::basis);
  EXPECT_EQ(diagnose(trained, wrong, {}, [](const auto&) { return 1.0; }).cause, Cause::basis);
  const Diagnosis d = diagnose(trained, wrong, {}, [&](const auto& data) { return data == right ? 0.25 : 1.0; });
  EXPECT_EQ(d.cause, Cause::reversed);
  EXPECT_EQ(d.atypical_explained, 0.25);
  EXPECT_NE(d.in_words().find("put right, 25 % of these voxels are atypical"), std::string::npos) << d.in_words();
}

TEST(TrainedProfile, IsMeanAndStandardDeviationOfRealAndImaginaryPart) {
  fbs::ModelT model = tests::make_model(tests::tiny_plain_spec());
  model.preprocessing->mean = {0.3f, 0.4f};
  model.preprocessing->std = {0.5f, 0.25f};
  const Model loaded = tests::load(model);
  const Profile profile = trained_profile(loaded.program()).value();
  EXPECT_EQ(profile.rms.size(), 1u);
  EXPECT_NEAR(profile.rms[0], 1, 1e-12);  // one coefficient holds all energy
  EXPECT_NEAR(profile.mean[0].real(), 0.3, 1e-7);
  EXPECT_NEAR(profile.mean[0].imag(), 0.4, 1e-7);
}

TEST(TrainedProfile, ComesWithTheTurningOfItsProgram) {
  const Turning turned = turning_of(tests::load(tests::batch_skip_spec()).program());
  EXPECT_EQ(turned.phase_reference, 0u);
  EXPECT_EQ(turned.conjugate_reference, std::optional<std::size_t>(2));
  EXPECT_EQ(turning_of(tests::load(tests::plain_spec()).program()).conjugate_reference, std::nullopt);
}

TEST(TrainedProfile, NeedsStandardisationOfNormalisedCoefficients) {
  fbs::ModelT model = tests::make_model(tests::plain_spec());
  EXPECT_TRUE(trained_profile(tests::load(model).program()));
  model.preprocessing->l2_normalize = false;
  EXPECT_FALSE(trained_profile(tests::load(model).program()));
  model.preprocessing->l2_normalize = true;
  std::fill(model.preprocessing->mean.begin(), model.preprocessing->mean.end(), 0.0f);
  std::fill(model.preprocessing->std.begin(), model.preprocessing->std.end(), 1.0f);
  EXPECT_FALSE(trained_profile(tests::load(model).program()));
}

}  // namespace
}  // namespace crbrt::map
