// SPDX-License-Identifier: Apache-2.0
// Standard deviations, atypical voxels and what crbrt-map says about data that are not the model's.
#include <cmath>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"

namespace crbrt::tests {
namespace {

using base::Json;

/// An image of 12x10x4 voxels whose coefficients fall by a factor of 0.5 each, smooth but for noise of 0.01, and a model that
/// knows their profile. n_coeff is that of uncertain_spec().
class MapDetails : public MapProgram {
 protected:
  static constexpr std::uint32_t n = 5;
  static constexpr std::size_t n_detail = 12 * 10 * 4;

  MapDetails() : details(make_model(uncertain_spec())) {
    const std::vector<float> noise = random_coefficients(n_detail, n, 3);  // uniform in [-1, 1): standard deviation 1 / sqrt(3)
    for (std::uint32_t k = 0; k < n; ++k)
      for (std::size_t v = 0; v < n_detail; ++v) {
        const auto smooth = std::polar(std::pow(0.5f, static_cast<float>(k)), 0.01f * static_cast<float>(v % 12));
        image.push_back(smooth + 0.01f * std::complex<float>(noise[v * 2 * n + k], noise[v * 2 * n + n + k]));
      }
    write_image("c.nii", image);
    float norm = 0;
    for (std::uint32_t k = 0; k < n; ++k) norm += std::pow(0.25f, static_cast<float>(k));
    for (std::uint32_t k = 0; k < n; ++k) {
      const float size = std::pow(0.5f, static_cast<float>(k)) / std::sqrt(norm);
      details.preprocessing->mean[k] = 0.8f * size, details.preprocessing->mean[n + k] = 0;
      details.preprocessing->std[k] = 0.5f * size, details.preprocessing->std[n + k] = 0.33f * size;
    }
    write(details);
  }

  void write_image(const std::string& name, const Complexes& data) const {
    write_nifti1(file(name), {{12, 10, 4, n}, DT_COMPLEX64, bytes_of(data)});
  }

  void write(fbs::ModelT& model) const {
    fill_estimates(model);
    const std::vector<std::uint8_t> bytes = to_crbm(model);
    write_text(file("m.crbm"), {bytes.begin(), bytes.end()});
  }

  /// The score of every voxel becomes this number.
  void set_score(float score) {
    fbs::DenseT& last = *details.layers.back();
    std::fill(last.weights.end() - last.n_in, last.weights.end(), 0.0f);
    last.bias.back() = score;
    write(details);
  }

  std::vector<float> rows() const {
    std::vector<float> result(n_detail * 2 * n);
    for (std::size_t v = 0; v < n_detail; ++v)
      for (std::uint32_t k = 0; k < n; ++k) {
        result[v * 2 * n + k] = image[k * n_detail + v].real();
        result[v * 2 * n + n + k] = image[k * n_detail + v].imag();
      }
    return result;
  }

  Json sidecar(const std::string& name) const { return Json::from_file(file("out/" + name + ".json")); }

  fbs::ModelT details;
  Complexes image;  ///< first all voxels of coefficient 0
};

TEST_F(MapDetails, MapsHoldWhatTheRuntimeGives) {
  const Outcome outcome = map(file("c.nii"), "out", "--isa scalar --sigma 0.02 --threads 2");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const RunResult expected = run_details(load(details).program(), rows(), 0.02f, Isa::scalar);
  const char* const names[] = {"m0_semi_frac_std", "T1map_std", "T2map_std"};
  for (std::size_t output = 0; output < 3; ++output) {
    const std::vector<float> std = nifti_values<float>(file("out/") + names[output] + ".nii");
    for (std::size_t v = 0; v < n_detail; ++v) {  // a prior of 0.5 +- 0.25 pulls (tests/support/model_builder.cpp)
      const float s = expected.std[3 * v + output], pull = s / 0.25f * ((expected.estimates[3 * v + output] - 0.5f) / 0.25f);
      ASSERT_EQ(std[v], s * std::sqrt(1 + pull * pull)) << names[output] << ' ' << v;
    }
  }
  EXPECT_EQ(nifti_values<float>(file("out/atypicality.nii")), expected.atypicality);
  EXPECT_NE(outcome.text.find("noise: 0.02 (--sigma)"), std::string::npos) << outcome.text;
}

TEST_F(MapDetails, SidecarsNameUnitNoiseAndThreshold) {
  ASSERT_EQ(map(file("c.nii"), "out", "--sigma 0.02 --stats " + file("stats.json")).exit_code, 0);
  EXPECT_EQ(sidecar("T1map_std")["OutputName"], "t1_apparent_s_std");
  EXPECT_EQ(sidecar("T1map_std")["Units"], "s");
  EXPECT_EQ(sidecar("T1map_std")["Noise"], Json({{"Sigma", 0.02}, {"Source", "given"}}));
  EXPECT_EQ(sidecar("T1map_std")["Prior"], Json({{"Mean", 0.5}, {"StandardDeviation", 0.25}}));
  EXPECT_FALSE(sidecar("T1map_std").contains("Limits")) << "this model has none";
  EXPECT_EQ(sidecar("atypicality")["Threshold"], 1.25);
  EXPECT_EQ(sidecar("atypicality")["Voxels"], n_detail);
  const auto score = nifti_values<float>(file("out/atypicality.nii"));
  const auto above = std::count_if(score.begin(), score.end(), [](float s) { return s > 1.25f; });
  EXPECT_EQ(sidecar("atypicality")["AtypicalVoxels"], above);
  const auto stats = Json::from_file(file("stats.json"));
  EXPECT_EQ(stats["noise"]["Sigma"], 0.02);
  EXPECT_EQ(stats["atypicality"]["AtypicalVoxels"], above);
}

// Five coefficients leave 8 directions, of which uniform noise fills all: within 1 / sqrt(2 * 8 * 480) = 1.1 % a standard
// deviation in 480 voxels, five of them, and what the cut of the spectrum takes, 1.5 %.
TEST_F(MapDetails, WithoutSigmaTheNoiseIsEstimated) {
  const Outcome outcome = map(file("c.nii"), "out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("(from the spectra of 128 patches, 480 voxels)"), std::string::npos) << outcome.text;
  EXPECT_EQ(sidecar("T2map_std")["Noise"]["Source"], "patches");
  EXPECT_EQ(sidecar("T2map_std")["Noise"]["Patches"], 128);
  EXPECT_NEAR(sidecar("T2map_std")["Noise"]["Sigma"].number(), 0.01 / std::sqrt(3.0), 0.07 * 0.01 / std::sqrt(3.0));
}

TEST_F(MapDetails, StandardDeviationsAtTheirLimitAreFlaggedAndCounted) {
  for (const auto& output : details.outputs) output->std_minimum = 1e-6f, output->std_maximum = 1e6f;
  details.outputs[1]->std_maximum = 2e-6f;  // below what the model gives
  write(details);
  const Outcome outcome = map(file("c.nii"), "out", "--sigma 0.02");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto status = nifti_values<std::uint8_t>(file("out/status.nii")),
             detail = nifti_values<std::uint8_t>(file("out/status_detail.nii"));
  std::size_t n_flagged = 0;
  for (std::size_t v = 0; v < n_detail; ++v) {
    EXPECT_TRUE(status[v] == 9 || status[v] == 3) << "std_at_limit, or outside_range, which counts more";
    EXPECT_EQ(detail[v] >> 6, 1) << "the bit behind the two of each of three outputs";
    n_flagged += status[v] == 9;
  }
  EXPECT_EQ(sidecar("status")["Counts"]["std_at_limit"], n_flagged);
  EXPECT_EQ(sidecar("status_detail")["Bits"]["64"], "a standard deviation at its limit");
  EXPECT_EQ(sidecar("T1map_std")["VoxelsAtLimit"], n_detail);
  EXPECT_EQ(sidecar("T2map_std")["VoxelsAtLimit"], 0);
  for (const float s : nifti_values<float>(file("out/T1map_std.nii")))
    ASSERT_EQ(s, 2e-6f) << "the pull does not pass the limit";
}

// l is log(0.02 / ||c||) + 2.5 with ||c|| = 1.15 but for noise of 1 %: -1.55, at the end of the range, where 2 + l is 0.5.
TEST_F(MapDetails, AScoreIsJudgedByTheNoise) {
  details.atypicality->at_noise = {2, 1, 0};
  for (const auto& [score, n_atypical] : {std::pair{0.49f, std::size_t{0}}, std::pair{0.51f, n_detail}}) {
    set_score(score);
    ASSERT_EQ(map(file("c.nii"), "out", "--sigma 0.02").exit_code, 0);
    EXPECT_EQ(sidecar("atypicality")["AtypicalVoxels"], n_atypical) << score;
    EXPECT_FALSE(sidecar("atypicality").contains("Diagnosis")) << "no score is above what all noise explains";
    EXPECT_EQ(sidecar("atypicality")["ThresholdAtNoise"]["Terms"], Json(std::vector<double>{2, 1, 0}));
    ASSERT_EQ(map(file("c.nii"), "out", "--no-std").exit_code, 0);
    EXPECT_EQ(sidecar("atypicality")["AtypicalVoxels"], 0) << "without a noise the other threshold counts";
  }
}

TEST_F(MapDetails, NoNoiseNoStandardDeviationsAndTheRunGoesOn) {
  write_image("flat.nii", Complexes(n * n_detail, {1, 2}));
  const Outcome outcome = map(file("flat.nii"), "out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(
      outcome.text.find("no standard deviations, because the noise cannot be estimated (neighbouring voxels do not differ"),
      std::string::npos)
      << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(file("out/T1map_std.nii")));
  EXPECT_TRUE(std::filesystem::exists(file("out/T1map.nii")));
  EXPECT_TRUE(std::filesystem::exists(file("out/atypicality.nii")));
}

TEST_F(MapDetails, NoStdLeavesThemOut) {
  const Outcome outcome = map(file("c.nii"), "out", "--no-std");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(outcome.text.find("noise"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(file("out/T1map_std.nii")));
  EXPECT_TRUE(std::filesystem::exists(file("out/atypicality.nii")));
}

TEST_F(MapDetails, AnInputThatIsMostlyAtypicalIsDiagnosed) {
  set_score(2);
  Complexes reversed;
  for (std::uint32_t k = n; k-- > 0;)
    reversed.insert(reversed.end(), image.begin() + static_cast<std::ptrdiff_t>(k * n_detail),
                    image.begin() + static_cast<std::ptrdiff_t>((k + 1) * n_detail));
  write_image("reversed.nii", reversed);
  const Outcome outcome = map(file("reversed.nii"), "out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("480 of 480 voxels (100.0 %) are unlike the model's training data"), std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("reversed order"), std::string::npos) << outcome.text;
  const Json diagnosis = sidecar("atypicality")["Diagnosis"];
  EXPECT_EQ(diagnosis["Cause"], "reversed order");
  EXPECT_GT(diagnosis["RmsFactorAsGiven"].number(), 5 * diagnosis["RmsFactorExplained"].number());
  EXPECT_EQ(diagnosis["Rms"].size(), n);
}

TEST_F(MapDetails, TypicalInputIsNotDiagnosed) {
  set_score(1);
  const Outcome outcome = map(file("c.nii"), "out");
  EXPECT_EQ(outcome.text.find("unlike"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("atypical: 0 of 480 voxels (0.0 %)"), std::string::npos) << outcome.text;
  EXPECT_FALSE(sidecar("atypicality").contains("Diagnosis"));
}

TEST_F(MapDetails, BlankVoxelsAreNeitherTypicalNorAtypical) {
  set_score(2);
  for (std::uint32_t k = 0; k < n; ++k)
    for (std::size_t v = 0; v < 100; ++v) image[k * n_detail + v] = v < 50 ? 0.0f : NAN;
  write_image("holes.nii", image);
  ASSERT_EQ(map(file("holes.nii"), "out", "--sigma 0.01").exit_code, 0);
  EXPECT_EQ(sidecar("atypicality")["Voxels"], n_detail - 100);
  EXPECT_EQ(sidecar("atypicality")["AtypicalVoxels"], n_detail - 100);
  for (const char* name : {"atypicality", "T1map_std"}) {
    const auto found = nifti_values<float>(file("out/") + name + ".nii");
    for (std::size_t v = 0; v < 100; ++v) EXPECT_EQ(found[v], 0) << name << ' ' << v;
  }
}

TEST_F(MapDetails, BadSigmas) {
  for (const char* sigma : {"0", "-1", "nan", "inf", "1e-50", "much"}) {
    const Outcome outcome = map(file("c.nii"), "out", std::string("--sigma ") + sigma);
    EXPECT_EQ(outcome.exit_code, 2) << sigma << ": " << outcome.text;
    EXPECT_NE(outcome.text.find("--sigma"), std::string::npos) << outcome.text;
  }
  EXPECT_EQ(map(file("c.nii"), "out", "--sigma 1 --no-std").exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(file("out")));
}

TEST_F(MapProgram, ASigmaThatTheModelHasNoUseForIsADisagreement) {
  const Outcome outcome = map(file("in.nii"), "out", "--sigma 0.1");
  EXPECT_EQ(outcome.exit_code, 4) << outcome.text;
  EXPECT_NE(outcome.text.find("m.crbm: expected a model that predicts standard deviations (--sigma), found one without"),
            std::string::npos)
      << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(file("out")));
}

}  // namespace
}  // namespace crbrt::tests
