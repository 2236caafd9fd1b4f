// SPDX-License-Identifier: Apache-2.0
// What crbrt-fit writes: the tissues that were simulated, their standard deviations, sidecars and numbers of the run.
#include <Eigen/QR>
#include <algorithm>
#include <limits>
#include <numbers>

#include "base/json.h"
#include "physics/basis.h"
#include "physics/estimand.h"
#include "tests/e2e/fit_fixture.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

/// What a fit with this T1 model estimates.
std::vector<physics::Quantity> quantities_of(physics::T1Model model) {
  std::vector<physics::Quantity> all;
  for (const physics::Quantity& quantity : physics::quantities())
    if (quantity.is_estimand() && quantity.is_of(model)) all.push_back(quantity);
  return all;
}

std::vector<physics::Quantity> apparent_quantities() { return quantities_of(physics::T1Model::apparent); }

/// Names of all images without a standard deviation: what is estimated, |M0|, and three of the fit itself.
std::vector<std::string> map_names(physics::T1Model model) {
  std::vector<std::string> names{"M0map", "residual_norm", "starts_agreed", "status", "status_detail"};
  for (const physics::Quantity& quantity : quantities_of(model)) names.emplace_back(quantity.map.name);
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(FitProgram, RecoversTheSimulatedTissuesWithinTheirStandardDeviations) {
  const Outcome outcome = fit("out", "--mask " + file("mask.nii") + " --sigma 4e-5");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::vector<std::uint8_t> status = status_map("out");
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(status[v], mask[v] ? 0 : 4) << v;
  const Eigen::MatrixXcd coefficients = ShortTrain::get().coefficients(tissues);
  for (const physics::Quantity& quantity : apparent_quantities()) {
    const auto estimand = physics::Estimand::from_name(quantity.key).value();
    const std::string name(quantity.map.name);
    const std::vector<float> estimate = map("out", name), deviation = map("out", name + "_std");
    for (std::size_t v = 0; v < n_voxel; ++v) {
      if (!mask[v]) {
        EXPECT_EQ(estimate[v], 0);
        continue;
      }
      // B0map is omega0 / (2 pi) in Hz; all other maps are in SI units.
      const double unit = quantity.key == "omega0_rad_s" ? 1 / (2 * std::numbers::pi) : 1;
      const double truth = unit * estimand.value(tissues[v], coefficients.col(static_cast<Eigen::Index>(v)).norm());
      // 8 voxels times fewer than 16 outputs: P(any |z| > 5) < 128 * 5.7e-7 = 8e-5; one unit more for the model's curvature.
      EXPECT_LT(std::abs(estimate[v] - truth), 6 * deviation[v]) << name << " voxel " << v;
      EXPECT_LT(deviation[v], 0.3 * std::abs(truth)) << name << " voxel " << v;
    }
  }
  const std::vector<float> m0 = map("out", "M0map"), m0_std = map("out", "M0map_std");
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_NEAR(m0[v], mask[v] ? m0_abs : 0, 6 * m0_std[v]);
}

// As the authors of [six-cycle] publish theirs: MAT 5, a stack of real images and then imaginary ones in single precision, and
// a basis of complex type whose imaginary parts are rounding errors, with more columns than the scan has coefficients.
TEST_F(FitProgram, ASliceAndABasisAsAuthorsPublishThemAreFittedAsTheyAre) {
  Complexes stack, basis;
  for (const bool is_imaginary : {false, true})
    for (Eigen::Index k = 0; k < data.rows(); ++k)
      for (Eigen::Index v = 0; v < data.cols(); ++v) stack.emplace_back(is_imaginary ? data(k, v).imag() : data(k, v).real());
  const Eigen::MatrixXd& leading = ShortTrain::get().basis;
  Eigen::MatrixXd hundred(160, 100);  // an orthonormal basis that goes on where ours ends
  hundred << leading, Eigen::MatrixXd(leading.fullPivHouseholderQr().matrixQ()).middleCols(12, 88);
  for (const double value : hundred.reshaped()) basis.emplace_back(value, basis.size() % 2 == 0 ? 1e-16 : -1e-16);
  write_mat5<float>(file("slice.mat"), {{"x", {4, 3, 24}, stack}});
  write_mat5<double>(file("authors.mat"), {{"basis", {160, 100}, basis}});
  ASSERT_EQ(fit("out").exit_code, 0);
  const Outcome outcome = run("crbrt-fit --input " + file("slice.mat") + " --sequence " + file("s.json") + " --basis " +
                              file("authors.mat") + " --screened 300 --out " + file("published"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("its leading 12 of 100 columns are taken"), std::string::npos) << outcome.text;
  // Last bits of a basis move where a fit stops. A hundredth of a standard deviation is nothing to a user.
  for (const physics::Quantity& quantity : apparent_quantities()) {
    const std::string name(quantity.map.name);
    const std::vector<float> found = map("published", name), expected = map("out", name), deviation = map("out", name + "_std");
    for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_NEAR(found[v], expected[v], 0.01 * deviation[v]) << name << ' ' << v;
  }
}

TEST_F(FitProgram, NamesMapsOfBothT1ModelsAsCrbrtMapDoes) {
  ASSERT_EQ(fit("apparent", "--voxels 1").exit_code, 0);
  ASSERT_EQ(fit("separate", "--voxels 1 --t1 separate").exit_code, 0);
  const auto names_of = [&](const std::string& out) {
    std::vector<std::string> names;
    for (const std::string& name : listing(file(out)))
      if (name.ends_with(".nii") && !name.ends_with("_std.nii")) names.push_back(name.substr(0, name.size() - 4));
    return names;
  };
  EXPECT_EQ(names_of("apparent"), map_names(physics::T1Model::apparent));
  EXPECT_EQ(names_of("separate"), map_names(physics::T1Model::separate));
  for (const auto& quantity : apparent_quantities())
    EXPECT_EQ(map("apparent", std::string(quantity.map.name) + "_std").size(), n_voxel);
  const auto sidecar = base::Json::from_file(file("apparent/T1map.json"));
  EXPECT_EQ(sidecar.at("OutputName"), "t1_apparent_s");
  EXPECT_EQ(sidecar.at("Units"), "s");
  EXPECT_EQ(base::Json::from_file(file("apparent/B0map_std.json")).at("Units"), "Hz");
  EXPECT_EQ(sidecar.at("T1Model"), "apparent");
  EXPECT_EQ(sidecar.at("SequenceName"), "short");
  EXPECT_EQ(sidecar.at("BasisSHA256"), physics::sha256_of(ShortTrain::get().basis));
}

TEST_F(FitProgram, WhatThePriorFixesHasNoMap) {
  std::string text = content_of(CRBRT_SOURCE_DIR "/models/priors/paper.json");
  const std::size_t at = text.find("\"b1_rel\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, text.find('}', at) + 1 - at, R"("b1_rel": {"kind": "fixed", "value": 1})");
  write_text(file("known.json"), text);
  const Outcome outcome = fit("known", "--voxels 1 --starts 1 --prior " + file("known.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_TRUE(std::filesystem::exists(file("known/T1map.nii")));
  EXPECT_FALSE(std::filesystem::exists(file("known/TB1map.nii")));
}

TEST_F(FitProgram, DrawsVoxelsBySeedAndALargerDrawHoldsASmallerOne) {
  const auto fitted = [&](const std::string& out, const std::string& options) {
    EXPECT_EQ(fit(out, "--starts 1 " + options).exit_code, 0);
    std::vector<std::size_t> voxels;
    const std::vector<std::uint8_t> status = status_map(out);
    for (std::size_t v = 0; v < n_voxel; ++v)
      if (status[v] != 4) voxels.push_back(v);
    return voxels;
  };
  const auto two = fitted("two", "--voxels 2 --seed 5"), three = fitted("three", "--voxels 3 --seed 5");
  EXPECT_EQ(two.size(), 2u);
  EXPECT_EQ(three.size(), 3u);
  EXPECT_TRUE(std::includes(three.begin(), three.end(), two.begin(), two.end()));
  EXPECT_NE(fitted("other", "--voxels 3 --seed 6"), three);
  EXPECT_EQ(fitted("again", "--voxels 3 --seed 5"), three);
  for (const auto& quantity : apparent_quantities()) {
    const std::string name = std::string(quantity.map.name) + ".nii";
    EXPECT_EQ(content_of(file("again/" + name)), content_of(file("three/" + name))) << name;
  }
}

TEST_F(FitProgram, AnyNumberOfThreadsWritesTheSameBytes) {
  ASSERT_EQ(fit("one", "--threads 1").exit_code, 0);
  ASSERT_EQ(fit("five", "--threads 5").exit_code, 0);
  for (const std::string& name : map_names(physics::T1Model::apparent))
    EXPECT_EQ(content_of(file("one/" + name + ".nii")), content_of(file("five/" + name + ".nii"))) << name;
}

TEST_F(FitProgram, MapsOfAnEarlierRunAreStartsAndCostLess) {
  ASSERT_EQ(fit("cold", "--stats " + file("cold.json")).exit_code, 0);
  ASSERT_EQ(fit("warm", "--start-maps " + file("cold") + " --stats " + file("warm.json")).exit_code, 0);
  const auto simulations = [&](const char* name) { return base::Json::from_file(file(name)).at("simulations").integer(); };
  EXPECT_LT(4 * simulations("warm.json"), simulations("cold.json"));
  for (const auto& quantity : apparent_quantities()) {
    const std::string name(quantity.map.name);
    const auto a = map("cold", name), b = map("warm", name), deviation = map("cold", name + "_std");
    // A tenth of a standard deviation: each ends within a twentieth of the minimum (nlls_fit_test.cpp).
    for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_LE(std::abs(a[v] - b[v]), 0.1 * deviation[v]) << name << " voxel " << v;
  }
}

TEST_F(FitProgram, UnusableVoxelsAreFlaggedAndCountedAndTheRestIsDone) {
  data(3, 1) = std::numeric_limits<double>::quiet_NaN();
  data.col(2).setZero();
  write_input();
  const Outcome outcome = fit("out", "--starts 1 --stats " + file("stats.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::vector<std::uint8_t> status = status_map("out");
  EXPECT_EQ(status[1], 1);
  EXPECT_EQ(status[2], 2);
  EXPECT_EQ(map("out", "T1map")[1], 0);
  EXPECT_GT(map("out", "T1map")[3], 0);
  const auto stats = base::Json::from_file(file("stats.json"));
  EXPECT_EQ(stats.at("voxels"), n_voxel);
  EXPECT_EQ(stats.at("threads"), 1);
  EXPECT_EQ(stats.at("precision"), "f64");
  EXPECT_TRUE(stats.at("isa").is_null());
  EXPECT_EQ(stats.at("status").at("non_finite"), 1);
  EXPECT_EQ(stats.at("status").at("zero_signal"), 1);
  EXPECT_EQ(stats.at("status").at("not_computed"), 0);
  EXPECT_TRUE(stats.at("status").contains("not_converged"));
  for (const char* key : {"read_s", "kernel_s", "write_s", "total_s", "peak_rss_bytes"})
    EXPECT_GT(stats.at(key).number(), 0) << key;
  EXPECT_GE(stats.at("simulations").integer(), 10);
}

/// The fixture's voxels again and again, so that there is more than one part of them.
class StoppedFit : public FitProgram {
 protected:
  StoppedFit() {
    constexpr Eigen::Index n = 600;
    Complexes values;
    for (Eigen::Index k = 0; k < data.rows(); ++k)
      for (Eigen::Index v = 0; v < n; ++v)
        values.emplace_back(data(k, v % data.cols()) * (1.0 + 1e-3 * static_cast<double>(v)));
    write_nifti1(file("in.nii"), {{600, 1, 1, 12}, DT_COMPLEX64, bytes_of(values)});
  }
  std::string maps(const std::string& out) const {
    std::string all;
    for (const char* name : {"T1map", "T1map_std", "M0map", "residual_norm", "status"})
      all += content_of(file(out + "/" + name + ".nii"));
    return all;
  }
  const std::string quick = "--starts 1 ";
};

TEST_F(StoppedFit, GoesOnWhereItWasAndGivesTheSameBits) {
  ASSERT_EQ(fit("whole", quick).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(file("whole.partial")));
  // As soon as the first part is done. A shell lets its jobs ignore SIGINT.
  const Outcome stopped =
      run("crbrt-fit --input " + file("in.nii") + " --sequence " + file("s.json") + " --basis " + file("basis.mat:U") +
          " --out " + file("out") + " --screened 300 " + quick + "& fit=$!; while [ ! -e " + file("out.partial/part-0") +
          " ]; do sleep 0.01; done; kill -TERM $fit; wait $fit");
  ASSERT_EQ(stopped.exit_code, 143) << stopped.text;
  EXPECT_FALSE(std::filesystem::exists(file("out")));
  const std::string part = content_of(file("out.partial/part-0"));

  expect_refusal(fit("out", quick), 5, {"out.partial: cannot be written", "--resume"});
  expect_refusal(fit("out", quick + "--resume --seed 7"), 4, {"out.partial: expected fits of the same data"});
  std::filesystem::copy(file("out.partial"), file("kept.partial"));
  const Outcome resumed = fit("out", quick + "--resume");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.text;
  EXPECT_EQ(resumed.text.find("warning"), std::string::npos) << resumed.text;
  EXPECT_EQ(maps("out"), maps("whole"));
  EXPECT_FALSE(std::filesystem::exists(file("out.partial")));
  // A bit of a number of a fit, which is a number like any other.
  std::filesystem::rename(file("kept.partial"), file("out.partial"));
  std::string flipped = part;
  flipped[part.size() / 3] = static_cast<char>(flipped[part.size() / 3] ^ 16);
  write_text(file("out.partial/part-0"), flipped);
  const Outcome repaired = fit("out", quick + "--resume");
  ASSERT_EQ(repaired.exit_code, 0) << repaired.text;
  EXPECT_NE(repaired.text.find("part-0: expected a whole part of this run"), std::string::npos) << repaired.text;
  EXPECT_EQ(maps("out"), maps("whole"));
}

TEST_F(FitProgram, AFolderOfSomebodyElseInPlaceOfThePartsIsRefusedAndKept) {
  const std::string quick = "--voxels 1 --starts 1 ", theirs = file("out.partial/results/thesis.txt");
  std::filesystem::create_directories(file("out.partial/results"));
  write_text(theirs, "mine");
  for (const char* out : {"out", "out/"})
    expect_refusal(fit(out, quick), 5, {"out.partial: cannot be written", "identity.txt"});
  EXPECT_EQ(content_of(theirs), "mine");
  EXPECT_FALSE(std::filesystem::exists(file("out")));
  std::filesystem::rename(file("out.partial"), file("out2.partial"));
  write_text(file("out2.partial/identity.txt"), "of a run that kept no part");
  const Outcome done = fit("out2/", quick);
  EXPECT_EQ(done.exit_code, 0) << done.text;
  EXPECT_EQ(listing(file("out2.partial")), std::vector<std::string>{"results"});
}

}  // namespace
}  // namespace crbrt::tests
