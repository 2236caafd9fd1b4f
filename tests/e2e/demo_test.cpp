// SPDX-License-Identifier: Apache-2.0
// A small digital brain through the whole chain of the demo.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "physics/io/sequence_io.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"
#include "tools/volume/nifti.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

/// An ellipsoid in 24x20x16 voxels: a rim of CSF, grey matter inside, white matter in the middle.
std::size_t write_brain(const std::string& path) {
  volume::Grid grid;
  grid.shape = {24, 20, 16};
  std::vector<std::uint8_t> intensity;
  for (int z = 0; z < 16; ++z)
    for (int y = 0; y < 20; ++y)
      for (int x = 0; x < 24; ++x) {
        const double r2 = std::pow((x - 11.5) / 11, 2) + std::pow((y - 9.5) / 9, 2) + std::pow((z - 7.5) / 7, 2);
        intensity.push_back(r2 > 1 ? 0 : r2 > 0.7 ? 40 : r2 > 0.4 ? 86 : 111);
      }
  volume::write_nifti(path, path, grid, std::span<const std::uint8_t>(intensity), volume::Compression::gzip);
  return static_cast<std::size_t>(std::count_if(intensity.begin(), intensity.end(), [](std::uint8_t i) { return i > 0; }));
}

Eigen::MatrixXd cosines(Eigen::Index n_frame, Eigen::Index rank) {
  Eigen::MatrixXd basis(n_frame, rank);
  for (Eigen::Index t = 0; t < n_frame; ++t)
    for (Eigen::Index k = 0; k < rank; ++k)
      basis(t, k) =
          std::cos(3.14159265358979 * (static_cast<double>(t) + 0.5) * static_cast<double>(k) / static_cast<double>(n_frame));
  basis.colwise().normalize();
  return basis;
}

class Demo : public testing::Test {
 protected:
  void SetUp() override {
    sequence = short_sequence(folder);
    sequence_sha256 = physics::sha256_of(physics::read_sequence(sequence));
    write_model(folder / "model.crbm", model_for(cosines(120, 12), sequence_sha256));
    n_voxel = write_brain(folder / "brain.nii.gz");
  }

  std::string make(const std::string& model, const std::string& options = "") const {
    return "crbrt-phantom make --model " + folder / model + " --sequence " + sequence + " --image " + folder / "brain.nii.gz" +
           " --out " + folder / "phantom" + " --fingerprints 500 " + options;
  }
  std::string map() const {
    return "crbrt-map --model " + folder / "model.crbm" + " --input " + folder / "phantom/coefficients.nii" + " --mask " +
           folder / "phantom/mask.nii.gz" + " --out " + folder / "maps" + " --stats " + folder / "stats.json";
  }
  std::string measure(const std::string& maps, const std::string& command = "measure") const {
    return "crbrt-phantom " + command + " --phantom " + folder / "phantom" + " --maps " + folder / maps + " --stats " +
           folder / "stats.json" + " --json " + folder / "summary.json" + " --slices " + folder / "slices";
  }
  base::Json summary() const { return base::Json::from_file(folder / "summary.json"); }

  TemporaryFolder folder;
  std::string sequence, sequence_sha256;
  std::size_t n_voxel = 0;
};

TEST_F(Demo, SummaryHoldsEveryKeyThatIsPromised) {
  for (const std::string& command : {make("model.crbm"), map(), measure("maps")}) {
    const Outcome outcome = run(command);
    ASSERT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.text;
    EXPECT_EQ(outcome.text.find("warning"), std::string::npos) << outcome.text;  // the sidecar names the basis
  }
  const auto json = summary();
  EXPECT_EQ(json.at("voxels"), n_voxel);
  for (const char* key : {"kernel_s", "total_s", "threads", "isa", "precision", "model", "macs_per_voxel"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"})
    for (const char* tissue : {"wm", "gm", "csf"}) {
      const auto figures = json.at("maps").at(output).at(tissue);
      EXPECT_GT(figures.at("rmse").number(), 0);
      EXPECT_GT(figures.at("rms_sqrt_crb").number(), 0);
      EXPECT_GT(figures.at("voxels").integer(), 50);
      EXPECT_FALSE(figures.contains("within_one_std")) << "this model predicts no standard deviations";
    }
  EXPECT_TRUE(fs::exists(folder / "slices/T1map.dat") && fs::exists(folder / "slices/settings.gp"));
}

// The comparison itself: maps that are the truth have no error, and the truth is what the literature says.
TEST_F(Demo, TheTruthComparedWithItselfHasNoError) {
  for (const std::string& command : {make("model.crbm"), map()}) ASSERT_EQ(run(command).exit_code, 0) << command;
  for (const char* name : {"m0_semi_frac", "T1map", "T2map"})
    fs::copy(folder / (std::string("phantom/truth/") + name + ".nii.gz"), folder / (std::string("maps/") + name + ".nii.gz"));
  for (const char* name : {"m0_semi_frac", "T1map", "T2map"}) fs::remove(folder / (std::string("maps/") + name + ".nii"));
  const Outcome outcome = run(measure("maps"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto maps = summary().at("maps");
  const double t1_s[] = {1.084, 1.82, 3.0}, spread_s[] = {0.045, 0.114, 0.15};
  const char* tissues[] = {"wm", "gm", "csf"};
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(maps.at("t1_apparent_s").at(tissues[c]).at("rmse"), 0);
    EXPECT_NEAR(maps.at("t1_apparent_s").at(tissues[c]).at("mean_truth").number(), t1_s[c], spread_s[c]);
  }
}

TEST_F(Demo, TheSeedDecidesEveryByte) {
  const auto made = [this](const std::string& options) {
    const Outcome outcome = run(make("model.crbm", options));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return content_of(folder / "phantom/coefficients.nii");
  };
  const std::string first = made("--threads 2");
  EXPECT_EQ(made(""), first);
  EXPECT_NE(made("--seed 2"), first);
}

TEST_F(Demo, AModelOfAnotherSequenceOrWithoutItsBasisIsRefused) {
  write_model(folder / "other.crbm", model_for(cosines(120, 12), std::string(64, 'b')));
  EXPECT_EQ(run(make("other.crbm")).exit_code, 4);
  fbs::ModelT bare = model_for(cosines(120, 12), sequence_sha256);
  bare.protocol->basis.clear();
  write_model(folder / "bare.crbm", bare);
  EXPECT_EQ(run(make("bare.crbm")).exit_code, 3);
  fbs::ModelT separate = model_for(cosines(120, 12), sequence_sha256);
  separate.outputs[1]->name = separate.provenance->validation_loss_per_output[1]->name = "t1_free_s";
  write_model(folder / "separate.crbm", separate);
  EXPECT_EQ(run(make("separate.crbm")).exit_code, 4);
  EXPECT_FALSE(fs::exists(folder / "phantom"));
}

TEST_F(Demo, MeasureNamesTheMapThatIsMissing) {
  for (const std::string& command : {make("model.crbm"), map()}) ASSERT_EQ(run(command).exit_code, 0) << command;
  fs::remove(folder / "maps/T2map.nii");
  const Outcome outcome = run(measure("maps", "compare"));  // its older name
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("T2map"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
