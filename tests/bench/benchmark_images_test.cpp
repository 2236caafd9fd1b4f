// SPDX-License-Identifier: Apache-2.0
/// What crbrt-benchmark makes of images: the digital brain, voxels in vivo, and their places on the page.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <filesystem>
#include <limits>
#include <span>

#include "base/error.h"
#include "base/model_file.h"
#include "bench/benchmark/accuracy.h"
#include "bench/benchmark/brain_accuracy.h"
#include "bench/benchmark/image_sections.h"
#include "bench/benchmark/image_voxels.h"
#include "bench/benchmark/in_vivo.h"
#include "tests/support/run_program.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"
#include "tools/volume/nifti.h"

namespace crbrt::bench {
namespace {

using base::Json;

const std::string models = CRBRT_SOURCE_DIR "/models";

const Model& model() {
  static const Model loaded = base::load_model(models + "/brain_v2/brain_v2.crbm");
  return loaded;
}

const Problem& problem() {
  static const Problem made =
      make_problem(models + "/protocol/crbrt1142.json", models + "/priors/paper.json", model(), "brain_v2", 8, 5);
  return made;
}

constexpr std::size_t n_voxel = 4;

float coefficient(std::size_t k, std::size_t v) { return static_cast<float>(1 + k * n_voxel + v); }

/// A row of four voxels, of which the first is outside; of SNR 50. Truths are 1, 2, 3 in SI and bounds a tenth of them.
void write_phantom(const std::string& folder, const std::string& basis_sha256) {
  const auto path = [&](const std::string& name) { return std::filesystem::path(folder) / name; };
  const auto write = [&](const std::string& name, auto values, volume::Compression compression) {
    std::filesystem::create_directories(path(name).parent_path());
    volume::write_nifti(path(name), path(name), volume::Grid{{n_voxel, 1, 1}, {}}, values, compression);
  };
  std::ofstream(path("phantom.json")) << R"({"snr": 50})";
  std::ofstream(path("coefficients.json"))
      << Json{{"basis_sha256", basis_sha256}, {"sequence_sha256", model().info().sequence_sha256}}.dump();
  const std::size_t n_coeff = model().program().n_coeff;
  std::vector<std::complex<float>> coefficients;
  for (std::size_t k = 0; k < n_coeff; ++k)
    for (std::size_t v = 0; v < n_voxel; ++v) coefficients.emplace_back(coefficient(k, v), -coefficient(k, v));
  write("coefficients.nii", std::span<const std::complex<float>>(coefficients), volume::Compression::none);
  const std::vector<std::uint8_t> tissue{0, 1, 2, 3}, mask{0, 1, 1, 1};
  write("tissue.nii.gz", std::span<const std::uint8_t>(tissue), volume::Compression::gzip);
  write("mask.nii.gz", std::span<const std::uint8_t>(mask), volume::Compression::gzip);
  for (const std::string map : {"m0_semi_frac", "T1map", "T2map"}) {
    std::vector<float> truth, root;
    for (std::size_t v = 0; v < n_voxel; ++v) {
      truth.push_back(static_cast<float>(v));
      root.push_back(truth.back() / 10);
    }
    write("truth/" + map + ".nii.gz", std::span<const float>(truth), volume::Compression::gzip);
    write("sqrt_crb/" + map + ".nii.gz", std::span<const float>(root), volume::Compression::gzip);
  }
}

TEST(DigitalBrain, VoxelsComeWithTruthBoundAndTissueInUnitsOfTheProblemsNoise) {
  const tests::TemporaryFolder folder;
  write_phantom(folder / ".", model().info().basis_sha256);
  const BrainVoxels brain = read_brain_voxels(folder / ".", problem(), model(), 100, 1);
  ASSERT_EQ(brain.voxels.size(), 3u) << "the mask has no more";
  EXPECT_EQ(brain.snr, 50);
  EXPECT_EQ(brain.tissue, (std::vector<std::string>{"wm", "gm", "csf"}));
  // The phantom's noise is 1 / 50, the problem's 1 / 100: half of the coefficients, exactly.
  ASSERT_DOUBLE_EQ(problem().sigma(), 0.01);
  for (std::size_t v = 0; v < 3; ++v)
    for (std::size_t k = 0; k < model().program().n_coeff; ++k) {
      const double expected = static_cast<double>(coefficient(k, v + 1)) / 2;
      EXPECT_EQ(brain.voxels.coefficients(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(v)),
                std::complex<double>(expected, -expected));
      EXPECT_EQ(static_cast<double>(brain.voxels.rows[(2 * v + 1) * model().program().n_coeff + k]), -expected);
    }
  for (Eigen::Index j = 0; j < 3; ++j)
    for (Eigen::Index v = 0; v < 3; ++v) {
      const auto truth = static_cast<double>(v + 1);
      EXPECT_NEAR(brain.truth(j, v), truth, 1e-6 * truth) << "maps are of single precision, 6e-8";
      EXPECT_NEAR(brain.bound(j, v), truth * truth / 100, 1e-6 * truth * truth);
    }
  EXPECT_EQ(read_brain_voxels(folder / ".", problem(), model(), 2, 1).voxels.size(), 2u);
}

TEST(DigitalBrain, OneOfAnotherBasisAndAFolderThatIsNoneAreRefused) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(read_brain_voxels(folder / ".", problem(), model(), 8, 1), base::InputError);
  write_phantom(folder / ".", std::string(64, '0'));
  EXPECT_THROW(read_brain_voxels(folder / ".", problem(), model(), 8, 1), base::DisagreementError);
}

TEST(DigitalBrain, ErrorsStandByOutputAndTissueAndLeaveOutWhatThePriorKnowsBetter) {
  BrainVoxels brain;
  brain.truth = Eigen::ArrayXXd::Zero(1, 4);
  brain.bound.resize(1, 4);
  brain.bound << 4, 4, 4, 9;
  brain.tissue = {"wm", "wm", "csf", "csf"};
  Eigen::ArrayXXd values(1, 4);
  values << 2, -6, 14, 1000;
  const Json json = brain_errors_json({"t1"}, values, brain, Eigen::ArrayXd::Constant(1, 9));
  EXPECT_DOUBLE_EQ(json["t1"]["total"].number(), std::sqrt((1.0 + 9 + 49) / 3));
  EXPECT_DOUBLE_EQ(json["t1"]["wm"]["total"].number(), std::sqrt(5.0));
  EXPECT_DOUBLE_EQ(json["t1"]["wm"]["median"].number(), 2);
  EXPECT_EQ(json["t1"]["csf"]["voxels"].number(), 1) << "the bound of the fourth voxel is not below the prior's variance";
  EXPECT_EQ(json["all"]["csf"]["far"].number(), 1);
  brain.tissue.clear();
  EXPECT_EQ(brain_errors_json({"t1"}, values, brain, Eigen::ArrayXd::Constant(1, 9))["t1"].find("wm"), nullptr);
}

TEST(ScaledErrors, HaveARootMediansWithAndWithoutSignsAndAShareFarOff) {
  const Json json = scaled_errors_json("rms", {1, -3, 7});
  EXPECT_DOUBLE_EQ(json["rms"].number(), std::sqrt(59.0 / 3));
  EXPECT_EQ(json["median"].number(), 3);
  EXPECT_EQ(json["shift"].number(), 1);
  EXPECT_DOUBLE_EQ(json["far"].number(), 1.0 / 3);
  EXPECT_EQ(json["voxels"].number(), 3);
  // Squares 1, 9, 49 have a standard deviation (N) of sqrt(2483 / 3 - (59 / 3)^2) = 21.0, over sqrt(2) and twice the root.
  EXPECT_NEAR(json["rms_standard_error"].number(), std::sqrt((2483.0 / 3 - 59.0 * 59 / 9) / 2) / (2 * std::sqrt(59.0 / 3)),
              1e-12);
  EXPECT_TRUE(scaled_errors_json("rms", {})["rms"].is_null());
}

TEST(InVivo, DifferencesAreOverTheReferencesDeviationWhereItHasOne) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  Reference reference{Eigen::ArrayXXd::Constant(1, 4, 10), Eigen::ArrayXXd(1, 4)};
  reference.std << 2, none, infinite, 1;
  Eigen::ArrayXXd values(1, 4);
  values << 14, 99, 99, 11;
  const Json json = differences_json({"t1"}, values, reference);
  EXPECT_EQ(json["t1"]["voxels"].number(), 2);
  EXPECT_DOUBLE_EQ(json["t1"]["rms"].number(), std::sqrt((4.0 + 1) / 2));
  EXPECT_EQ(json["all"]["median"].number(), 1.5);
}

TEST(InVivo, TheRealSliceIsReadAndAnotherSequenceRefused) {
  const std::string folder = tests::shared_file("data/invivo");
  if (folder.empty()) GTEST_SKIP() << "data/invivo";
  InVivoOptions options{.image = folder + "/coeffs.mat:x",
                        .mask = folder + "/coeffs.mat:mask",
                        .sequence = folder + "/control.mat",
                        .basis = folder + "/basis.mat:U",
                        .tr_s = 3.5e-3,
                        .voxels = 9};
  const InVivo in_vivo = read_in_vivo(options, models, 1);
  EXPECT_EQ(in_vivo.voxels.size(), 9u);
  EXPECT_EQ(in_vivo.voxels.coefficients.rows(), 15);
  EXPECT_GT(in_vivo.voxels.coefficients.colwise().norm().minCoeff(), 0);
  options.tr_s = 4e-3;
  EXPECT_THROW(read_in_vivo(options, models, 1), base::DisagreementError);
}

TEST(ImageVoxels, TurnsShareOutAllVoxels) {
  Voxels all;
  all.coefficients.resize(1, 5);
  all.coefficients << 0, 1, 2, 3, 4;
  for (int v = 0; v < 5; ++v) all.rows.insert(all.rows.end(), {static_cast<float>(v), 0.0f});
  const Voxels even = part_of(all, 0, 2), odd = part_of(all, 1, 2);
  ASSERT_EQ(even.size(), 3u);
  ASSERT_EQ(odd.size(), 2u);
  EXPECT_EQ(even.coefficients(0, 2).real(), 4);
  EXPECT_EQ(odd.coefficients(0, 1).real(), 3);
  EXPECT_EQ(odd.rows, (std::vector<float>{1, 0, 3, 0}));
}

TEST(BenchmarkPage, BrainAndVoxelsInVivoSayTheirKeys) {
  Json json;
  EXPECT_NE(brain_section(json, {}).find("No digital brain"), std::string::npos);
  EXPECT_NE(in_vivo_section(json).find("No voxels in vivo"), std::string::npos);
  json["phantom"]["nlls_cold"] = Json{{"us_per_voxel", 2000}, {"all", {{"total", 1.25}, {"median", 0.7}, {"far", 0.02}}}};
  json["phantom"]["nlls_cold"]["all"]["csf"] = Json{{"total", 3.5}, {"median", 0.8}};
  json["in_vivo"]["invivo6_f32"] =
      Json{{"configuration", "a network"}, {"us_per_voxel", 1.5}, {"r1_free_hz", {{"rms", 2.5}, {"median", 0.5}}}};
  const std::string brain = brain_section(json, {{"nlls_cold", "1"}}), slice = in_vivo_section(json);
  for (const char* part : {"nlls_cold: total 1.25, median 0.7, 2,000 us (phantom.nlls_cold.all)",
                           "title=\"phantom.nlls_cold.all.csf.total\">3.50<", "title=\"phantom.nlls_cold.us_per_voxel\">2,000<",
                           "title=\"phantom.nlls_cold.all.far\">2<"})
    EXPECT_NE(brain.find(part), std::string::npos) << part << "\n" << brain;
  EXPECT_EQ(brain.find("grey matter</text>"), std::string::npos) << "a chart of nothing";
  for (const char* part : {"title=\"in_vivo.invivo6_f32.r1_free_hz.rms\">2.50<", "title=\"a network\""})
    EXPECT_NE(slice.find(part), std::string::npos) << part << "\n" << slice;
}

TEST(BenchmarkProgram, RefusesHalfACommandLineAndFilesThatAreAbsent) {
  const std::string command = "crbrt-benchmark measure --quick --models " + models + " --json /dev/null ";
  EXPECT_EQ(tests::run(command + "--in-vivo coeffs.mat:x").exit_code, 2);
  EXPECT_EQ(tests::run(command + "--in-vivo-mask coeffs.mat:mask").exit_code, 2);
  EXPECT_EQ(tests::run(command + "--phantom-voxels 0 --phantom .").exit_code, 2);
  const tests::Outcome phantom = tests::run(command + "--phantom nowhere");
  EXPECT_EQ(phantom.exit_code, 3) << phantom.text;
  EXPECT_NE(phantom.text.find("nowhere/phantom.json"), std::string::npos) << phantom.text;
  EXPECT_EQ(tests::run(command + "--training nowhere.json").exit_code, 3);
}

}  // namespace
}  // namespace crbrt::bench
