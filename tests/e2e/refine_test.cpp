// SPDX-License-Identifier: Apache-2.0
// crbrt-map --refine exact: maps of a network become those of least squares, for the voxels that are asked for.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/model_file.h"
#include "base/warnings.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/fit_fixture.h"
#include "tests/support/refusal.h"
#include "tools/map/refinement.h"

namespace crbrt::tests {
namespace {

/// The voxels of crbrt-fit's tests, and a model that says the same of every voxel: the mean of the prior.
class Refine : public FitProgram {
 protected:
  Refine() {
    const ShortTrain& train = ShortTrain::get();
    fbs::ModelT model = model_for(physics::Basis(train.basis), physics::sha256_of(train.sequence));
    std::fill(model.layers.back()->weights.begin(), model.layers.back()->weights.end(), 0.0f);
    std::fill(model.layers.back()->bias.begin(), model.layers.back()->bias.end(), 0.0f);
    const float means[] = {0.2f, 1.2f, 0.08f};
    for (std::size_t i = 0; i < 3; ++i) {
      model.outputs[i]->offset = means[i];
      model.outputs[i]->minimum = 0;
      model.outputs[i]->maximum = 10;
    }
    fill_estimates(model);
    write_model(file("m.crbm"), model);
  }

  Outcome map_with(const std::string& out, const std::string& more) const {
    return run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --out " + file(out) + " " + more);
  }
  Outcome refine(const std::string& out, const std::string& more = "") const {
    return map_with(out, "--refine exact --refine-steps 50 --sigma 4e-5 --sequence " + file("s.json") + " " + more);
  }
};

TEST_F(Refine, EndsWhereLeastSquaresEnds) {
  const Outcome outcome = refine("refined", "--stats " + file("stats.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  ASSERT_EQ(fit("fitted", "--sigma 4e-5").exit_code, 0);
  for (const char* name : {"m0_semi_frac", "T1map", "T2map"}) {
    const auto refined = map("refined", name), fitted = map("fitted", name), std = map("fitted", std::string(name) + "_std");
    // Each is within 0.05 standard deviations of the minimum (physics/nlls/descent.h), and what single precision adds at this
    // SNR is 1e-5 / (1 / 2,000) = 0.02 of the noise.
    for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_NEAR(refined[v], fitted[v], 0.4 * std[v]) << name << " voxel " << v;
  }
  const auto stats = base::Json::from_file(file("stats.json"))["refinement"];
  EXPECT_EQ(stats["Voxels"], n_voxel);
  EXPECT_EQ(stats["NotConverged"], 0);
  // chi^2 of 15 degrees of freedom, reduced, of 12 voxels: mean 1 with a spread of sqrt(2 / 180) = 0.105.
  double sum = 0;
  for (const float chi_square : map("refined", "chi_square")) sum += static_cast<double>(chi_square) / n_voxel;
  EXPECT_NEAR(sum, 1, 5 * 0.105);
  EXPECT_EQ(base::Json::from_file(file("refined/T1map.json"))["Refinement"]["Kind"], "exact");
  EXPECT_EQ(base::Json::from_file(file("refined/chi_square.json"))["Sigma"], 4e-5);
}

// With the prior's Gaussians as data, estimates are those of crbrt-fit --map-prior, and error bars are shorter than without.
TEST_F(Refine, APosteriorIsThatOfTheFit) {
  ASSERT_EQ(refine("posterior", "--map-prior").exit_code, 0);
  ASSERT_EQ(refine("refined").exit_code, 0);
  ASSERT_EQ(fit("fitted", "--sigma 4e-5 --map-prior").exit_code, 0);
  const auto posterior = map("posterior", "T1map"), fitted = map("fitted", "T1map"), std = map("fitted", "T1map_std");
  const auto posterior_std = map("posterior", "T1map_std"), refined_std = map("refined", "T1map_std");
  for (std::size_t v = 0; v < n_voxel; ++v) {
    EXPECT_NEAR(posterior[v], fitted[v], 0.4 * std[v]) << "voxel " << v;   // as in EndsWhereLeastSquaresEnds
    EXPECT_LE(posterior_std[v], 1.05f * refined_std[v]) << "voxel " << v;  // the bound itself changes from one end to the other
  }
  EXPECT_EQ(base::Json::from_file(file("posterior/T1map.json"))["Refinement"]["MaximumAPosteriori"], true);
}

TEST_F(Refine, ThreadsChangeNoByte) {
  ASSERT_EQ(refine("one", "--threads 1").exit_code, 0);
  ASSERT_EQ(refine("three", "--threads 3").exit_code, 0);
  for (const char* name : {"m0_semi_frac", "T1map", "T2map", "T1map_std", "chi_square", "status", "status_detail"})
    EXPECT_EQ(content_of(file("one/" + std::string(name) + ".nii")), content_of(file("three/" + std::string(name) + ".nii")))
        << name;
}

TEST_F(Refine, OnlyWhatIsAskedForIsRefined) {
  const auto refined = [&](const std::string& which) {
    const Outcome outcome = refine("some", which);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    const auto chi_square = map("some", "chi_square"), t1 = map("some", "T1map");
    for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(chi_square[v] == 0, t1[v] == 1.2f) << "voxel " << v;
    return std::count_if(chi_square.begin(), chi_square.end(), [](float value) { return value > 0; });
  };
  EXPECT_EQ(refined("--refine-voxels 5"), 5);
  EXPECT_EQ(refined("--refine-voxels flagged"), 0);  // the prior's mean lies in its range
  write_nifti1(file("labels.nii"),
               {{4, 3, 1}, DT_UINT8, bytes_of(std::vector<std::uint8_t>{7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 2})});
  EXPECT_EQ(refined("--refine-voxels label:7 --labels " + file("labels.nii") + " --report " + file("r.html")), 3);
}

TEST_F(Refine, VoxelsWithoutSignalAreFlaggedAndNotRefined) {
  data(3, 1) = std::numeric_limits<double>::quiet_NaN();
  data.col(2).setZero();
  write_input();
  ASSERT_EQ(refine("out").exit_code, 0);
  const auto status = status_map("out");
  EXPECT_EQ(status[1], 1);
  EXPECT_EQ(status[2], 2);
  EXPECT_EQ(map("out", "chi_square")[1], 0);
}

// The prior's mean is far away at this SNR, and a sigma that makes every residual plausible forbids second thoughts.
TEST_F(Refine, RunsThatTheirStepsEndedGoOn) {
  ASSERT_EQ(map_with("out", "--refine exact --refine-steps 6 --sigma 1e-3 --sequence " + file("s.json")).exit_code, 0);
  const auto status = status_map("out");
  EXPECT_EQ(std::count(status.begin(), status.end(), 8), 0);
}

/// One batch of the fixture's voxels through a refinement of our own settings, from the model's means.
struct Batch {
  Batch(const Program& program, const std::string& path, const Eigen::MatrixXcd& data, physics::Refiner refiner)
      : refinement(program, path, std::move(refiner), physics::paper_fit_prior(ShortTrain::get().sequence.tr_s),
                   {.is_asked_for = {}, .sigma = 4e-5, .n_voxel = static_cast<std::size_t>(data.cols())}, nullptr) {
    const auto n = static_cast<std::size_t>(data.cols());
    const Eigen::MatrixXcf rows = data.cast<std::complex<float>>();
    maps.n_voxel = n;
    for (const float mean : {0.2f, 1.2f, 0.08f}) maps.estimates.insert(maps.estimates.end(), n, mean);
    maps.std.resize(maps.estimates.size());
    status.assign(n, VoxelStatus::ok);
    refinement.refine(Coefficients::interleaved_rows(reinterpret_cast<const float*>(rows.data()), n, rows.rows()), 0, maps,
                      status);
  }

  map::Refinement refinement;
  map::BatchMaps maps;
  std::vector<VoxelStatus> status;
};

TEST_F(Refine, WhatDoesNotConvergeKeepsTheNetworksEstimates) {
  const Model model = base::load_model(file("m.crbm"));
  physics::FitSettings settings = settings_of(physics::T1Model::apparent);
  settings.max_iterations = 3;
  const Batch batch(model.program(), file("m.crbm"), data, physics::Refiner(short_fitter(settings)));
  const auto states = batch.refinement.states();
  EXPECT_GT(std::count(states.begin(), states.end(), map::Refined::failed), 0);
  for (std::size_t v = 0; v < n_voxel; ++v)
    EXPECT_EQ(states[v] == map::Refined::failed, batch.maps.plane(batch.maps.estimates, 1)[v] == 1.2f) << "voxel " << v;
}

// An approach by another sequence ends where the physics does not explain the data, which the fit then notices; one by the same
// physics leaves it next to nothing to do.
TEST_F(Refine, AnApproachSavesSimulationsAndIsNotBelieved) {
  const Model model = base::load_model(file("m.crbm"));
  physics::FitSettings settings = settings_of(physics::T1Model::apparent);
  settings.sigma = 4e-5;
  const ShortTrain& train = ShortTrain::get();
  physics::Sequence other = train.sequence;
  for (double& alpha : other.cycles[0].alpha_rad) alpha *= 0.8;
  const auto refined = [&](std::optional<physics::Fitter> approach) {
    return Batch(model.program(), file("m.crbm"), data, physics::Refiner(short_fitter(settings), std::move(approach)));
  };
  const Batch alone = refined(std::nullopt), near = refined(short_fitter(settings)),
              misled = refined(physics::Fitter(other, train.basis, physics::paper_fit_prior(other.tr_s), settings));
  EXPECT_LT(2 * near.refinement.report().n_simulated, alone.refinement.report().n_simulated);
  for (const Batch* batch : {&near, &misled})
    for (std::size_t v = 0; v < n_voxel; ++v)
      EXPECT_NEAR(batch->maps.chi_square[v], alone.maps.chi_square[v], 0.01f * alone.maps.chi_square[v]) << "voxel " << v;
}

TEST_F(Refine, BadInputIsRefusedBeforeAnythingIsWritten) {
  const auto refused = [&](const std::string& more, int exit_code, const std::vector<std::string>& words) {
    expect_refusal(map_with("out", "--sigma 4e-5 --basis " + file("basis.mat:U") + " " + more), exit_code, words);
    EXPECT_FALSE(std::filesystem::exists(file("out"))) << more;
    EXPECT_FALSE(std::filesystem::exists(file("out.partial"))) << more;
  };
  const std::string exact = "--refine exact --sequence " + file("s.json") + " ";
  refused("--refine exact", 2, {"--sequence"});
  refused("--refine roughly", 2, {"--refine"});
  refused("--sequence " + file("s.json"), 2, {"--refine"});
  refused(exact + "--refine-voxels many", 2, {"--refine-voxels", "many"});
  refused(exact + "--refine-voxels label:3", 2, {"label:K", "--labels"});
  refused("--refine exact --sequence " + file("none.json"), 3, {"none.json"});
  refused("--refine learned", 4, {"m.crbm", "forward part", "add-forward"});
  physics::Sequence other = ShortTrain::get().sequence;
  other.cycles[0].alpha_rad[7] += 0.1;
  write_text(file("other.json"), json_of(other));
  refused("--refine exact --sequence " + file("other.json"), 4, {"other.json", "the sequence of the model"});
}

TEST_F(Refine, PartsOfAnotherRunAreNotTakenOver) {
  base::Warnings warnings("test");
  bool was_kept = true;
  {
    const map::RefinedParts parts(file("out"), "another run", false, warnings);
    parts.part(
        0, 1, "data", 1,
        [] {
          return std::vector<map::RefinedVoxel>{{true, 0, {1}, {2}, 3, 4, 5}};
        },
        was_kept);
  }
  const std::string basis = "--basis " + file("basis.mat:U") + " ";
  expect_refusal(refine("out", basis), 5, {"out.partial", "--resume"});
  expect_refusal(refine("out", basis + "--resume"), 4, {"out.partial", "of others"});
  const map::RefinedParts again(file("out"), "another run", true, warnings);
  const auto kept = again.part(
      0, 1, "data", 1, []() -> std::vector<map::RefinedVoxel> { throw 1; }, was_kept);
  EXPECT_TRUE(was_kept);
  EXPECT_EQ(kept[0].estimates, std::vector<float>{1});
  EXPECT_EQ(kept[0].n_simulated, 5);
  again.part(
      0, 1, "other data", 1,
      [] {
        return std::vector<map::RefinedVoxel>{{true, 0, {9}, {2}, 3, 4, 5}};
      },
      was_kept);
  EXPECT_FALSE(was_kept);  // and warned of
  again.remove();
}

}  // namespace
}  // namespace crbrt::tests
