// SPDX-License-Identifier: Apache-2.0
// The chain of scripts/phantom.sh on a slice of tubes that is as small as it can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <numbers>

#include "base/json.h"
#include "physics/io/sequence_io.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"
#include "tests/tools/volume/image_files.h"
#include "tools/phantom/tubes.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t size = 24, n_coeff = 12;

Eigen::MatrixXd cosine_basis() {
  Eigen::MatrixXd basis(120, n_coeff);
  for (Eigen::Index t = 0; t < basis.rows(); ++t)
    for (Eigen::Index k = 0; k < basis.cols(); ++k)
      basis(t, k) = std::cos(std::numbers::pi * (static_cast<double>(t) + 0.5) * static_cast<double>(k) / 120);
  basis.colwise().normalize();
  return basis;
}

class TubesChain : public testing::Test {
 protected:
  TubesChain() : sequence(short_sequence(folder)) {
    const std::string sha256 = physics::sha256_of(physics::read_sequence(sequence));
    write_model(folder / "m.crbm", model_for(cosine_basis(), sha256));
  }

  Outcome tubes(const std::string& out, const std::string& more = "") const {
    return run("crbrt-phantom tubes --model " + folder / "m.crbm" + " --sequence " + sequence + " --size 24 --out " +
               folder / out + " " + more);
  }

  Complexes coefficients(const std::string& out) const {
    return nifti_values<std::complex<float>>(folder / (out + "/coefficients.nii"));
  }

  TemporaryFolder folder;
  std::string sequence;
};

TEST_F(TubesChain, TruthMapsHoldWhatTheTubesContain) {
  const Outcome outcome = tubes("t");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const volume::ImageValues roi = volume::read_values(folder / "t/roi.nii.gz");
  ASSERT_EQ(roi.grid.shape, (volume::Shape{size, size, 1}));
  const auto m0s = volume::read_values(folder / "t/truth/m0_semi_frac.nii.gz").values;
  const auto t1 = volume::read_values(folder / "t/truth/T1map.nii.gz").values;
  const auto t2 = volume::read_values(folder / "t/truth/T2map.nii.gz").values;
  const auto bound = volume::read_values(folder / "t/sqrt_crb/T1map.nii.gz").values;
  std::size_t n = 0;
  for (std::size_t v = 0; v < roi.values.size(); ++v) {
    if (roi.values[v] == 0) continue;
    const phantom::Tube& tube = phantom::tubes()[static_cast<std::size_t>(roi.values[v]) - 1];
    EXPECT_FLOAT_EQ(m0s[v], static_cast<float>(tube.m0_semi_frac));
    EXPECT_FLOAT_EQ(t1[v], static_cast<float>(tube.t1_s));
    EXPECT_FLOAT_EQ(t2[v], static_cast<float>(tube.t2_free_s));
    EXPECT_GT(bound[v], 0);
    ++n;
  }
  const auto json = base::Json::from_file(folder / "t/phantom.json");
  std::size_t promised = 0;
  for (const auto& tube : json["tubes"].items()) promised += static_cast<std::size_t>(tube["voxels"].integer());
  EXPECT_EQ(json["tubes"].size(), 6u);
  EXPECT_EQ(promised, n);
}

// Noise of two SNRs is the same but for its size, so the difference of two images is noise: of n numbers within
// 5 / sqrt(2 n) of its standard deviation.
TEST_F(TubesChain, NoiseIsThatOfTheSnrAndOfTheSeed) {
  ASSERT_EQ(tubes("quiet", "--snr 1e9").exit_code, 0);
  ASSERT_EQ(tubes("noisy", "--snr 20 --threads 2").exit_code, 0);
  ASSERT_EQ(tubes("again", "--snr 20").exit_code, 0);
  ASSERT_EQ(tubes("other", "--snr 20 --seed 2").exit_code, 0);
  const Complexes quiet = coefficients("quiet"), noisy = coefficients("noisy");
  EXPECT_EQ(noisy, coefficients("again"));
  EXPECT_NE(noisy, coefficients("other"));
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < quiet.size(); ++i) {
    if (quiet[i] == 0.0f) {
      EXPECT_EQ(noisy[i], 0.0f) << "nothing lies outside the cylinder";
      continue;
    }
    sum += std::norm(std::complex<double>(noisy[i] - quiet[i]));
    n += 2;
  }
  ASSERT_GT(n, 0);
  EXPECT_NEAR(std::sqrt(sum / n) * 20, 1, 5 / std::sqrt(2 * n));
}

TEST_F(TubesChain, MapsAndFitsAreMeasuredInEveryTube) {
  const std::string t = folder / "t/", input = " --input " + t + "coefficients.nii";
  const std::string commands[] = {
      "crbrt-map --model " + folder / "m.crbm" + input + " --mask " + t + "mask.nii.gz --out " + folder / "nn",
      "crbrt-fit" + input + " --mask " + t + "roi.nii.gz --sequence " + sequence + " --basis " + folder / "m.crbm" +
          " --prior " CRBRT_SOURCE_DIR "/models/priors/paper.json --screened 50 --starts 1 --voxels 2 --out " + folder / "nlls",
      "crbrt-phantom rois --phantom " + t + " --maps NLLS=" + folder / "nlls" + " --maps NN=" + folder / "nn" + " --csv " +
          folder / "rois.csv" + " --boxes " + folder / "boxes"};
  ASSERT_EQ(tubes("t").exit_code, 0);
  for (const std::string& command : commands) {
    const Outcome outcome = run(command);
    ASSERT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.text;
  }
  const std::string csv = content_of(folder / "rois.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 3 * 2 * 6) << csv;
  EXPECT_NE(csv.find("\nT2map,s,3,BSA 15 %,NN,"), std::string::npos) << csv;
  for (const char* name : {"m0_semi_frac.dat", "T1map.dat", "T2map.dat", "T1map.truth", "settings.gp"})
    EXPECT_GT(std::filesystem::file_size(folder / (std::string("boxes/") + name)), 10u) << name;
}

TEST_F(TubesChain, WrongCommandLinesAndSequences) {
  EXPECT_EQ(tubes("t", "--snr 0").exit_code, 2);
  EXPECT_EQ(run("crbrt-phantom rois --phantom x --csv y --maps nowhere").exit_code, 2);
  const std::string other = CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json";
  const Outcome outcome =
      run("crbrt-phantom tubes --model " + folder / "m.crbm" + " --sequence " + other + " --out " + folder / "t");
  EXPECT_EQ(outcome.exit_code, 4) << outcome.text;
  EXPECT_NE(outcome.text.find("crbrt1142.json: expected the sequence of model"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(folder / "t"));
}

TEST_F(TubesChain, ImagesOfSomebodyElseAreNotReplacedAndThoseOfAPhantomAre) {
  for (const char* name : {"coefficients.nii", "phantom.json"}) {
    std::filesystem::create_directories(folder / "t");
    const std::string theirs = folder.file(std::string("t/") + name, "mine");
    const Outcome outcome = tubes("t");
    EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
    EXPECT_NE(outcome.text.find(theirs + ": cannot be written"), std::string::npos) << outcome.text;
    EXPECT_EQ(content_of(theirs), "mine");
    std::filesystem::remove(theirs);
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(tubes("t").exit_code, 0);
}

}  // namespace
}  // namespace crbrt::tests
