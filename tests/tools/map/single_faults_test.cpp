// SPDX-License-Identifier: Apache-2.0
// A fault of one coefficient is named; faultless data, and what cannot be told, give none.
#include "tools/map/single_faults.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace crbrt::map {
namespace {

constexpr std::size_t n_coeff = 5, n_voxel = 1000;
// Means and spreads of the coefficients, the imaginary parts about 0: as the basis is real and off-resonance has either sign.
constexpr double mean_of[n_coeff] = {1, -0.5, 0.3, 0.02, 0.2}, spread = 0.05;

std::vector<float> signal(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> phase(0, 2 * std::numbers::pi);
  std::vector<float> voxels;
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const std::complex<double> turn = std::polar(3.0, phase(random));
    const double off_resonance = 0.1 * normal(random);
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const double im = static_cast<double>(k) * off_resonance * mean_of[k];
      const std::complex<double> c = turn * std::complex<double>(mean_of[k] + spread * normal(random), im);
      voxels.push_back(static_cast<float>(c.real()));
      voxels.push_back(static_cast<float>(c.imag()));
    }
  }
  return voxels;
}

/// Minus the log-likelihood of the turned, normalised voxel under the model above: a score as a network learns it.
std::vector<float> scores_of(const std::vector<float>& interleaved) {
  std::vector<float> scores;
  for (std::size_t first = 0; first < interleaved.size(); first += 2 * n_coeff) {
    std::vector<std::complex<double>> c;
    for (std::size_t k = 0; k < n_coeff; ++k)
      c.emplace_back(static_cast<double>(interleaved[first + 2 * k]), static_cast<double>(interleaved[first + 2 * k + 1]));
    const std::complex<double> turn = 3.0 * std::abs(c[0]) / c[0];
    double score = 0;
    double slope = 0, weight = 0;
    for (std::size_t k = 0; k < n_coeff; ++k) {
      c[k] *= turn / 9.0;
      const double by = static_cast<double>(k) * mean_of[k];
      slope += by * c[k].imag(), weight += by * by;
    }
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const double im = c[k].imag() - slope / weight * static_cast<double>(k) * mean_of[k];
      score += (std::pow(c[k].real() - mean_of[k], 2) + im * im) / (2 * spread * spread);
    }
    scores.push_back(static_cast<float>(score));
  }
  return scores;
}

class SingleFaults : public testing::Test {
 protected:
  template <class Change>
  std::vector<float> changed(const Change& change) const {
    std::vector<float> result = voxels;
    for (std::size_t i = 0; i < result.size(); ++i) change(i / 2 % n_coeff, i % 2 == 1, result[i]);
    return result;
  }
  void expect_one(const std::vector<SingleFault>& found, SingleFaultKind kind, std::size_t coefficient) const {
    ASSERT_EQ(found.size(), 1u) << (found.empty() ? "none" : found.back().in_words());
    EXPECT_EQ(found[0].kind, kind);
    EXPECT_EQ(found[0].coefficient, coefficient);
  }

  // Minus the log-likelihood of nine numbers of unit variance is 4.5 +- 2.1 (three sigma of one: 6.4 more).
  const std::optional<Scores> scores = Scores{scores_of, 11};
  const Profile trained = profile_of(signal(1), n_coeff, {});
  const std::vector<float> voxels = signal(2);
};

TEST_F(SingleFaults, FaultlessDataHaveNone) {
  EXPECT_TRUE(single_faults(trained, voxels, {}, scores).empty());
  EXPECT_TRUE(single_faults(trained, voxels, {}).empty());
}

TEST_F(SingleFaults, AWrongSignIsNamedWithTheShareOfVoxels) {
  for (const std::size_t k : {std::size_t{1}, std::size_t{2}, std::size_t{4}}) {
    const auto flipped = changed([k](std::size_t i, bool, float& x) { x = i == k ? -x : x; });
    const auto found = single_faults(trained, flipped, {}, scores);
    expect_one(found, SingleFaultKind::flipped, k);
    EXPECT_GT(found[0].share.value(), 0.95);
    EXPECT_NE(found[0].in_words().find("coefficient " + std::to_string(k) + " (counted from 0) seems to have the wrong sign"),
              std::string::npos);
    expect_one(single_faults(trained, flipped, {}), SingleFaultKind::flipped, k);  // the profile alone knows, too
  }
}

TEST_F(SingleFaults, SeveralWrongSignsAreNamed) {
  const auto found =
      single_faults(trained, changed([](std::size_t i, bool, float& x) { x = i == 1 || i == 4 ? -x : x; }), {}, scores);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].coefficient, 1u);  // the stronger one first
  EXPECT_EQ(found[1].coefficient, 4u);
}

TEST_F(SingleFaults, DoNotDependOnThreads) {
  const auto flipped = changed([](std::size_t i, bool, float& x) { x = i == 1 || i == 4 ? -x : x; });
  const auto one = single_faults(trained, flipped, {}, scores);
  const auto three = single_faults(trained, flipped, {}, Scores{scores_of, 11, 3});
  ASSERT_EQ(one.size(), three.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].in_words(), three[i].in_words());
}

TEST_F(SingleFaults, AWeakCoefficientsSignCannotBeTold) {
  const auto flipped = changed([](std::size_t i, bool, float& x) { x = i == 3 ? -x : x; });
  EXPECT_TRUE(single_faults(trained, flipped, {}, scores).empty());
}

TEST_F(SingleFaults, AConjugatedCoefficientIsNamedAndTheConjugateOfAllCannotBeTold) {
  expect_one(single_faults(trained, changed([](std::size_t i, bool is_imag, float& x) { x = i == 4 && is_imag ? -x : x; }), {},
                           scores),
             SingleFaultKind::conjugated, 4);
  const auto all = changed([](std::size_t, bool is_imag, float& x) { x = is_imag ? -x : x; });
  EXPECT_TRUE(single_faults(trained, all, {}, scores).empty());
}

TEST_F(SingleFaults, ARescaledCoefficientIsNamedWithItsFactor) {
  const auto times = [&](float factor) {
    return changed([factor](std::size_t i, bool, float& x) { x *= i == 2 ? factor : 1.0f; });
  };
  for (const float factor : {0.25f, 0.5f, 2.0f, 4.0f}) {
    const auto found = single_faults(trained, times(factor), {}, scores);
    expect_one(found, SingleFaultKind::rescaled, 2);
    EXPECT_EQ(found[0].factor, static_cast<double>(factor));
  }
  expect_one(single_faults(trained, times(5), {}), SingleFaultKind::rescaled, 2);
}

TEST_F(SingleFaults, VoxelsThatStayAtypicalAreNotExplained) {
  const auto other = changed([](std::size_t i, bool, float& x) { x = i == 1 ? -x : i == 2 ? 9 * x : x; });
  EXPECT_TRUE(single_faults(trained, other, {}, scores).empty());  // a factor of 9 is none of ours
}

TEST_F(SingleFaults, AFewVoxelsSayNothing) {
  const auto flipped = changed([](std::size_t i, bool, float& x) { x = i == 1 ? -x : x; });
  EXPECT_TRUE(single_faults(trained, std::span(flipped).first(29 * 2 * n_coeff), {}, scores).empty());
}

}  // namespace
}  // namespace crbrt::map
