// SPDX-License-Identifier: Apache-2.0
// crbrt-fit --neighbours: voxels in smooth fields of which some end in a wrong minimum at first.
#include <cmath>
#include <filesystem>
#include <numbers>

#include "base/json.h"
#include "tests/e2e/fit_fixture.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

/// 600 voxels of a slice: twelve tissues with noise of their own, in fields that hardly change.
class NeighbourFit : public FitProgram {
 protected:
  static constexpr std::size_t nx = 30, ny = 20;

  NeighbourFit() {
    std::vector<physics::Tissue> slice;
    for (std::size_t v = 0; v < nx * ny; ++v) {
      slice.push_back(tissues[v % tissues.size()]);
      slice.back().omega0_rad_s = omega0_rad_s(v);
      slice.back().b1_rel = b1_rel(v);
    }
    coefficients = noisy(ShortTrain::get().coefficients(slice), m0_abs, 2e-4, 82);
    write_grid({nx, ny, 1});
  }

  void write_grid(const std::vector<std::size_t>& shape) const {
    Complexes values;
    for (Eigen::Index k = 0; k < coefficients.rows(); ++k)
      for (Eigen::Index v = 0; v < coefficients.cols(); ++v) values.emplace_back(coefficients(k, v));
    write_nifti1(file("in.nii"), {{shape[0], shape[1], shape[2], 12}, DT_COMPLEX64, bytes_of(values)});
  }

  /// From one start out of few, so that some voxels end in a wrong minimum.
  std::string command(const std::string& out, const std::string& more) const {
    return "crbrt-fit --input " + file("in.nii") + " --sequence " + file("s.json") + " --basis " + file("basis.mat:U") +
           " --starts 1 --screened 20 --out " + file(out) + " " + more;
  }
  Outcome fit(const std::string& out, const std::string& more = "") const { return run(command(out, more)); }

  std::string maps(const std::string& out) const {
    std::string all;
    for (const char* name : {"T1map", "T1map_std", "B0map", "M0map", "residual_norm", "starts_agreed", "status"})
      all += content_of(file(out + "/" + name + ".nii"));
    return all;
  }

  /// Voxels that are not in the minimum of the truth: off by 0.04 of the period of 1 / TR, or by 0.1 in B1.
  std::size_t n_far(const std::string& out) const {
    const auto b0_hz = map(out, "B0map"), b1 = map(out, "TB1map");
    std::size_t n = 0;
    for (std::size_t v = 0; v < nx * ny; ++v)
      n += std::abs(b0_hz[v] - omega0_rad_s(v) / (2 * std::numbers::pi)) > 0.04 / 3.5e-3 || std::abs(b1[v] - b1_rel(v)) > 0.1;
    return n;
  }

  static double omega0_rad_s(std::size_t voxel) { return -300 + 2 * static_cast<double>(voxel % nx); }
  static double b1_rel(std::size_t voxel) { return 1.15 - 0.004 * static_cast<double>(voxel / nx); }

  Eigen::MatrixXcd coefficients;
};

TEST_F(NeighbourFit, NoResidualGrowsAndSomeShrinkAndTheRunSaysSo) {
  ASSERT_EQ(fit("alone").exit_code, 0);
  const Outcome outcome = fit("out", "--neighbours --stats " + file("stats.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto alone = map("alone", "residual_norm"), with = map("out", "residual_norm");
  std::size_t n_changed = 0;
  for (std::size_t v = 0; v < nx * ny; ++v) {
    EXPECT_LE(with[v], alone[v]) << "voxel " << v;
    n_changed += with[v] < alone[v] ? 1 : 0;
  }
  EXPECT_GT(n_changed, 0u);
  EXPECT_LT(n_far("out"), n_far("alone") / 2);
  const auto stats = base::Json::from_file(file("stats.json"));
  EXPECT_EQ(stats.at("changed_by_neighbours"), n_changed);
  EXPECT_GE(stats.at("tried_neighbours").integer(), static_cast<std::int64_t>(n_changed));
  EXPECT_NE(outcome.text.find("and " + std::to_string(n_changed) + " ended lower"), std::string::npos) << outcome.text;
  const auto sidecar = base::Json::from_file(file("out/T1map.json"));
  EXPECT_EQ(sidecar.at("Neighbours"), true);
  EXPECT_NE(sidecar.at("EstimationAlgorithm").text().find("from neighbours"), std::string::npos);
  EXPECT_EQ(base::Json::from_file(file("alone/T1map.json")).at("Neighbours"), false);
}

TEST_F(NeighbourFit, ThreadsAndARunThatWasStoppedGiveTheSameBytes) {
  ASSERT_EQ(fit("one", "--neighbours --threads 1").exit_code, 0);
  ASSERT_EQ(fit("three", "--neighbours --threads 3").exit_code, 0);
  EXPECT_EQ(maps("three"), maps("one"));
  // As soon as the first part of the second pass is done: the first pass has two. A shell lets its jobs ignore SIGINT.
  const Outcome stopped = run(command("out", "--neighbours") + " & fit=$!; while [ ! -e " + file("out.partial/part-2") +
                              " ]; do sleep 0.01; done; kill -TERM $fit; wait $fit");
  ASSERT_EQ(stopped.exit_code, 143) << stopped.text;
  expect_refusal(fit("out", "--resume"), 4, {"out.partial: expected fits of the same data"});
  const Outcome resumed = fit("out", "--neighbours --resume --threads 2");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.text;
  EXPECT_EQ(maps("out"), maps("one"));
}

TEST_F(NeighbourFit, AListAndSingleVoxelsHaveNoneWhichIsWarnedOf) {
  const Outcome strict = fit("single", "--neighbours --voxels 1 --strict");
  EXPECT_EQ(strict.exit_code, 4) << strict.text;
  EXPECT_NE(strict.text.find("--neighbours changes nothing"), std::string::npos) << strict.text;
  EXPECT_FALSE(std::filesystem::exists(file("single")));
  coefficients = coefficients.leftCols(40).eval();
  write_grid({40, 1, 1});
  ASSERT_EQ(fit("alone").exit_code, 0);
  const Outcome outcome = fit("list", "--neighbours");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("warning: --neighbours changes nothing"), std::string::npos) << outcome.text;
  EXPECT_EQ(maps("list"), maps("alone"));
}

}  // namespace
}  // namespace crbrt::tests
