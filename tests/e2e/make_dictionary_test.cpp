// SPDX-License-Identifier: Apache-2.0
// crbrt-make from fingerprints of another simulator: a grid of 1,200 in closed form, and two epochs.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "physics/io/dataset.h"
#include "tests/e2e/dictionary.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

class MakeOfDictionary : public SimulateFrom {
 protected:
  Outcome make(const std::string& more = "--rank 6 --basis-kind svd") const {
    return run("crbrt-make --dictionary " + (folder_ / "dictionary.h5") + " --out " + (folder_ / "mine") +
               " --macs 2000 --epochs 2 --threads 2 " + more);
  }
  Outcome succeed(const std::string& more = "--rank 6 --basis-kind svd") const {
    Outcome outcome = make(more);
    EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 9) << outcome.text;
    return outcome;
  }
  std::string in(const std::string& name) const { return folder_ / ("mine/" + name); }
  void expect_refused(int code, const std::string& more, const std::string& says) const {
    const Outcome outcome = make(more);
    EXPECT_EQ(outcome.exit_code, code) << outcome.text;
    EXPECT_NE(outcome.text.find(says), std::string::npos) << "no \"" << says << "\" in: " << outcome.text;
    EXPECT_FALSE(fs::exists(folder_ / "mine")) << more;
  }
};

TEST_F(MakeOfDictionary, MakesAllFilesOnceAndAgainWhereTheDictionaryHasChanged) {
  Dictionary d = grid(40, 30);
  write(d);
  const Outcome first = succeed();
  for (const char* name : {"mine.crbm", "mine_unbiased.crbm", "basis.h5", "basis.cfl", "basis.hdr", "basis.npy", "report.html",
                           "README.md", "verdict.json"})
    EXPECT_TRUE(fs::exists(in(name))) << name << ": " << first.text;
  EXPECT_FALSE(fs::exists(in("work/inputs"))) << "a dictionary may be large: it is not copied";

  // Names and units are the user's, and no fingerprint is in two sets.
  const auto training = physics::read_dataset({in("work/train.h5")}), unseen = physics::read_dataset({in("work/unseen.h5")}),
             calibration = physics::read_dataset({in("work/calibration.h5")});
  EXPECT_EQ(training.size() + unseen.size() + calibration.size(), 1200u);
  EXPECT_EQ(training.basis_sha256, unseen.basis_sha256);
  EXPECT_EQ(training.basis_sha256, calibration.basis_sha256);
  EXPECT_EQ(training.coefficients.rows(), 6);
  const auto evaluation = base::Json::from_file(in("work/mine.evaluation.json"));
  EXPECT_EQ(evaluation.at("detail").at("outputs").at("T1").at("unit").text(), "ms");
  EXPECT_GT(evaluation.at("loss").at("T2").number(), 0);
  const std::string card = content_of(in("README.md"));
  EXPECT_NE(card.find("dictionary.h5 of closed form, 1200 fingerprints, 24 frames"), std::string::npos) << card;
  // T1 from 400 to 400 * 5^(39/40) ms, T2 from 40 to 40 * 3^(29/30): a tenth of the width to either side, two digits.
  EXPECT_NE(card.find("T1 (240 to 2100), T2 (32 to 130)"), std::string::npos) << card;
  const auto verdict = base::Json::from_file(in("verdict.json"));
  EXPECT_NE(verdict.dump().find("least squares on the same voxels (fingerprints of another simulator)"), std::string::npos);

  EXPECT_EQ(succeed().text.find(": begins"), std::string::npos);
  d.signals *= 2;
  d.jacobian *= 2;
  const std::string path = write(d);
  const Outcome changed = succeed();
  EXPECT_NE(changed.text.find("dictionary.h5 has changed since"), std::string::npos) << changed.text;
  EXPECT_NE(changed.text.find("training of mine: begins"), std::string::npos) << changed.text;
}

TEST_F(MakeOfDictionary, ChoosesTheRankAndMakesTheOutputsThatAreWanted) {
  Dictionary d = grid(40, 30);
  write(d);
  succeed("--outputs T2,signal_per_m0 --snr-min 20 --snr-max 200 --name only_t2");
  EXPECT_NE(content_of(in("work/logs/basis.log")).find("times that of all frames for T2"), std::string::npos);
  const auto set = physics::read_dataset({in("work/unseen.h5")});
  EXPECT_EQ(set.snr_max, 200);
  const auto verdict = base::Json::from_file(in("verdict.json"));
  EXPECT_EQ(verdict.at("models").members().front().key, "only_t2");
  EXPECT_NE(content_of(in("README.md")).find("signal_per_m0"), std::string::npos);
}

TEST_F(MakeOfDictionary, TakesTheBasisOfTheFile) {
  Dictionary d = grid(40, 30);
  d.more = [&](physics::Hdf5Writer& file) {
    const Eigen::MatrixXd rows = Eigen::MatrixXd::Identity(8, n_frame);  // [n_frame, 8] row by row
    file.write("basis", {n_frame, 8}, rows.data());
  };
  write(d);
  const Outcome outcome =
      run("crbrt-make --dictionary " + (folder_ / "dictionary.h5") + " --out " + (folder_ / "mine") + " --step basis");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(content_of(in("work/logs/basis.log")).find("basis of 8 coefficients for 24 frames"), std::string::npos);
}

TEST_F(MakeOfDictionary, WhatIsWrongIsSaidBeforeAnythingIsMade) {
  expect_refused(3, "", "dictionary.h5");
  Dictionary d = grid(20, 15);
  write(d);
  expect_refused(3, "", "at least 1000 fingerprints to train on and to judge on, found 300");
  d = grid(40, 30);
  write(d);
  for (const char* option : {"--sequence s.json", "--prior p.json", "--count 600", "--unseen 64", "--nlls 2", "--shards 2"})
    expect_refused(2, option, std::string(option).substr(0, std::string(option).find(' ')) + " goes without --dictionary");
  expect_refused(2, "--snr-min 200", "expected an --snr-min of at most --snr-max");
  expect_refused(4, "--outputs T3", "nearest");
  d.parameters.row(1).setConstant(80);
  write(d);
  expect_refused(4, "--outputs T2", "expected different values of T2, which --outputs asks for, found one value");
  d.jacobian.resize(0, 0);
  d.crb = Eigen::MatrixXd::Constant(2, 1200, 7);
  write(d);
  expect_refused(3, "", "(or --basis-kind svd --rank N), found bounds alone (/crb)");
  const Outcome neither = run("crbrt-make --out " + (folder_ / "mine") + " --sequence s.json");
  EXPECT_EQ(neither.exit_code, 2);
  EXPECT_NE(neither.text.find("expected --sequence and --prior, or --dictionary, found --sequence alone"), std::string::npos)
      << neither.text;
}

}  // namespace
}  // namespace crbrt::tests
