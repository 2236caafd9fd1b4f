// SPDX-License-Identifier: Apache-2.0
// Training sets: the union of shards, threads, resuming after a kill, dropped fingerprints.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_reader.h"
#include "physics/io/sequence_io.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"
#include "tests/support/small_disk.h"

namespace crbrt::tests {
namespace {

using physics::Dataset;
using physics::read_dataset;

class SimulateTrainingSet : public testing::Test {
 protected:
  std::string command(const std::string& options, const std::string& out) {
    return "crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior + " --rank 9 " + options + " --out " +
           (folder_ / out);
  }
  /// 300 draws of seed 5.
  Outcome make(const std::string& options, const std::string& out) { return succeed("--count 300 --seed 5 " + options, out); }
  Outcome succeed(const std::string& options, const std::string& out) {
    const Outcome outcome = run(command(options, out));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return outcome;
  }
  static void expect_equal(const Dataset& a, const Dataset& b) {
    EXPECT_EQ(a.coefficients, b.coefficients);
    EXPECT_EQ(a.crb, b.crb);
    EXPECT_EQ(a.signal_per_m0_crb, b.signal_per_m0_crb);
    EXPECT_EQ(a.basis, b.basis);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a.tissues[i].values(), b.tissues[i].values());
  }

  TemporaryFolder folder_;
  std::string sequence_ = short_sequence(folder_, 60);
};

TEST_F(SimulateTrainingSet, ASinglePoolHasBoundsOfItsRatesAndFieldsAlone) {
  const std::string prior =
      folder_.file("one.json", R"({"name": "one pool", "t1_model": "apparent", "snr": {"min": 10, "max": 100},
    "classes": [{"name": "water", "parameters": {
      "m0_semi_frac": {"kind": "fixed", "value": 0}, "t1_apparent_s": {"kind": "uniform", "min": 0.3, "max": 3},
      "t2_free_s": {"kind": "uniform", "min": 0.02, "max": 0.2}, "b1_rel": {"kind": "fixed", "value": 1},
      "omega0_cycles_per_tr": {"kind": "uniform", "min": -0.3, "max": 0.3}}}]})");
  const Outcome outcome = run("crbrt-simulate --sequence " + sequence_ + " --prior " + prior +
                              " --count 64 --rank 5 --basis-kind crb --out " + (folder_ / "one.h5"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("kept 64 of 64"), std::string::npos) << outcome.text;
  const Dataset set = read_dataset({folder_ / "one.h5"});
  EXPECT_EQ(set.bound_names(), (std::vector<std::string>{"r1_apparent_hz", "r2_free_hz", "omega0_rad_s"}));
  EXPECT_TRUE(set.crb.allFinite());
  EXPECT_EQ(set.tissues[5].m0_semi_frac, 0);
  EXPECT_EQ(physics::why_no_target(set, "m0_semi_frac"), "none: the prior fixes it");
}

TEST_F(SimulateTrainingSet, HoldsWhatItSays) {
  const Outcome outcome = make("", "all.h5");
  const Dataset set = read_dataset({folder_ / "all.h5"});
  EXPECT_EQ(set.size(), 300u);
  EXPECT_EQ(set.basis.rows(), 60);
  EXPECT_EQ(set.basis.cols(), 9);
  EXPECT_EQ(set.sequence_name, "short");
  EXPECT_EQ(set.sequence_sha256, sha256_of(physics::read_sequence(sequence_)));
  EXPECT_EQ(set.unknowns.t1_model(), physics::T1Model::separate);
  ASSERT_TRUE(set.signal_per_m0_crb);
  EXPECT_TRUE(set.signal_per_m0_crb->allFinite());
  EXPECT_GT(set.signal_per_m0_crb->minCoeff(), 0);
  EXPECT_NE(set.provenance.find("\"seed\": 5"), std::string::npos) << set.provenance;
  EXPECT_NE(set.provenance.find("\"kept\": 300"), std::string::npos) << set.provenance;
  EXPECT_NE(set.provenance.find("two classes"), std::string::npos) << set.provenance;
  EXPECT_NE(outcome.text.find("kept 300 of 300"), std::string::npos) << outcome.text;
  EXPECT_EQ(folder_.count(), 2u) << "something was left beside sequence and output";
}

TEST_F(SimulateTrainingSet, DoesNotDependOnShardsOrThreads) {
  make("", "all.h5");
  const Dataset all = read_dataset({folder_ / "all.h5"});
  make("--threads 3", "threads.h5");
  EXPECT_EQ(content_of(folder_ / "all.h5"), content_of(folder_ / "threads.h5"));
  for (const int n : {2, 3, 7}) {  // 7 shards of 5 blocks: two are empty
    std::vector<std::string> paths;
    for (int i = 0; i < n; ++i) {
      const std::string name = "part" + std::to_string(i) + ".h5";
      make("--shard " + std::to_string(i) + "/" + std::to_string(n), name);
      paths.push_back(folder_ / name);
    }
    expect_equal(read_dataset(paths), all);
  }
}

TEST_F(SimulateTrainingSet, DerivativesChangeNothingElseAndDoNotDependOnShardsOrThreads) {
  make("", "plain.h5");
  make("--derivatives", "all.h5");
  make("--derivatives --threads 3", "threads.h5");
  EXPECT_EQ(content_of(folder_ / "all.h5"), content_of(folder_ / "threads.h5"));
  Dataset all = read_dataset({folder_ / "all.h5"});
  expect_equal(all, read_dataset({folder_ / "plain.h5"}));
  physics::read_jacobian({folder_ / "all.h5"}, all);
  std::vector<std::string> paths;
  for (const char* shard : {"0/2", "1/2"}) {
    paths.push_back(folder_ / ("part" + std::to_string(paths.size()) + ".h5"));
    make(std::string("--derivatives --shard ") + shard, "part" + std::to_string(paths.size() - 1) + ".h5");
  }
  Dataset parts = read_dataset(paths);
  physics::read_jacobian(paths, parts);
  EXPECT_EQ(*parts.jacobian, *all.jacobian);
}

// Bounds that follow from the derivatives are those of the file: they belong to its unknowns, in its order. In single precision
// a derivative is off by 2^-24, and a bound by twice that times the condition number, which is at most 8000 here: less than
// 1e-3.
TEST_F(SimulateTrainingSet, DerivativesAreThoseOfTheBounds) {
  make("--derivatives --t1 apparent", "all.h5");
  Dataset set = read_dataset({folder_ / "all.h5"});
  physics::read_jacobian({folder_ / "all.h5"}, set);
  const auto n_unknown = static_cast<Eigen::Index>(set.bound_names().size());
  int n_compared = 0;
  for (Eigen::Index i = 0; i < set.crb.cols(); ++i) {
    const Eigen::MatrixXcd derivatives = set.jacobian->col(i).cast<std::complex<double>>().reshaped(9, n_unknown);
    const physics::Bounds bounds = physics::cramer_rao_bound(set.coefficients.col(i), derivatives);
    if (bounds.condition > 8000) continue;
    ++n_compared;
    for (Eigen::Index p = 0; p < n_unknown; ++p) EXPECT_NEAR(bounds.crb[p] / set.crb(p, i), 1, 1e-3) << i << ' ' << p;
  }
  EXPECT_GT(n_compared, 100);
}

TEST_F(SimulateTrainingSet, EveryDrawMayHaveTheSameOffResonances) {
  succeed("--count 40 --seed 5 --derivatives --off-resonances 8", "grid.h5");
  succeed("--count 5 --seed 5", "draws.h5");
  const Dataset grid = read_dataset({folder_ / "grid.h5"}), draws = read_dataset({folder_ / "draws.h5"});
  ASSERT_EQ(grid.size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) {
    physics::Tissue expected = draws.tissues[i / 8];
    expected.omega0_rad_s = (static_cast<double>(i % 8) + 0.5) / 8 * 3.14159265358979323846 / grid.tr_s;
    EXPECT_EQ(grid.tissues[i].values(), expected.values()) << i;
  }
  EXPECT_EQ(run(command("--count 41 --off-resonances 8", "o.h5")).exit_code, 2);
}

TEST_F(SimulateTrainingSet, AnotherSeedIsAnotherSet) {
  make("", "a.h5");
  succeed("--count 300 --seed 6", "b.h5");
  const Dataset a = read_dataset({folder_ / "a.h5"}), b = read_dataset({folder_ / "b.h5"});
  EXPECT_NE(a.tissues[0].values(), b.tissues[0].values());
  EXPECT_NE(a.basis_sha256, b.basis_sha256);
}

TEST_F(SimulateTrainingSet, AGivenBasisIsUsed) {
  make("", "a.h5");
  const Outcome outcome = run("crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior + " --count 64 --basis " +
                              (folder_ / "a.h5") + ":basis --rank 8 --out " + (folder_ / "b.h5"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(read_dataset({folder_ / "b.h5"}).basis, read_dataset({folder_ / "a.h5"}).basis.leading(8));
}

TEST_F(SimulateTrainingSet, ABasisForTheBoundLeavesSmallerBounds) {
  make("", "svd.h5");
  make("--basis-kind crb", "crb.h5");
  const Dataset svd = read_dataset({folder_ / "svd.h5"}), crb = read_dataset({folder_ / "crb.h5"});
  EXPECT_NE(svd.basis_sha256, crb.basis_sha256);
  EXPECT_NE(crb.provenance.find("keep the bounds"), std::string::npos) << crb.provenance;
  ASSERT_EQ(svd.size(), crb.size());
  for (Eigen::Index i : {0, 2}) {  // pool size and R2, of which an SVD loses most
    std::vector<double> ratio;
    for (std::size_t t = 0; t < svd.size(); ++t)
      ratio.push_back(crb.crb(i, static_cast<Eigen::Index>(t)) / svd.crb(i, static_cast<Eigen::Index>(t)));
    std::nth_element(ratio.begin(), ratio.begin() + 150, ratio.end());
    EXPECT_LT(ratio[150], 0.95) << "bound " << i;
  }
}

TEST_F(SimulateTrainingSet, AKindOfBasisGoesWithABasisThatIsMade) {
  const Outcome outcome = run(command("--count 64 --basis-kind crb --basis x.h5", "o.h5"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.text.find("--basis-kind goes with --prior"), std::string::npos) << outcome.text;
}

// Three chunks; the kill comes as soon as the first is there, long before the last.
TEST_F(SimulateTrainingSet, AKilledRunIsContinuedToTheSameBytes) {
  const std::string options = "--count 4200 --derivatives ", first_chunk = folder_ / "killed.h5.partial/chunk-0.h5";
  run(command(options, "killed.h5") + " & pid=$!; while [ ! -e " + first_chunk +
      " ] && kill -0 $pid; do sleep 0.01; done; kill -KILL $pid; wait $pid");
  ASSERT_TRUE(std::filesystem::exists(first_chunk));
  ASSERT_FALSE(std::filesystem::exists(folder_ / "killed.h5"));
  const Outcome continued = succeed(options, "killed.h5");
  EXPECT_NE(continued.text.find("continuing after "), std::string::npos) << continued.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "killed.h5.partial"));
  succeed(options, "straight.h5");
  EXPECT_EQ(content_of(folder_ / "killed.h5"), content_of(folder_ / "straight.h5"));
}

class SimulateParts : public SimulateTrainingSet {
 protected:
  /// What a kill leaves: basis and one chunk or more.
  void leave_parts() {
    const std::string first_chunk = folder_ / "o.h5.partial/chunk-0.h5";
    run(command(options, "o.h5") + " & pid=$!; while [ ! -e " + first_chunk +
        " ] && kill -0 $pid; do sleep 0.01; done; kill -KILL $pid; wait $pid");
    ASSERT_TRUE(std::filesystem::exists(first_chunk));
    std::filesystem::copy(folder_ / "o.h5.partial", folder_ / "kept", std::filesystem::copy_options::recursive);
  }
  void put_back() {
    std::filesystem::remove_all(folder_ / "o.h5.partial");
    std::filesystem::remove(folder_ / "o.h5");
    std::filesystem::copy(folder_ / "kept", folder_ / "o.h5.partial", std::filesystem::copy_options::recursive);
  }
  const std::string options = "--count 2200 --seed 3 ";
};

TEST_F(SimulateParts, OfAnotherCommandAreRefused) {
  leave_parts();
  const Outcome outcome = run(command("--count 2200 --seed 4", "o.h5"));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("o.h5.partial: expected the parts of the same command"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("\"seed\": 4"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "o.h5"));
}

// One bit of every part at places all over the file, an exchanged chunk, a basis of zeros, a chunk of another shape.
TEST_F(SimulateParts, WhatIsDamagedOrExchangedIsToldAndMadeAgain) {
  leave_parts();
  succeed(options, "straight.h5");
  const std::string expected = content_of(folder_ / "straight.h5");
  const auto expect_made_again = [&](const std::string& what) {
    const Outcome outcome = succeed(options, "o.h5");
    EXPECT_NE(outcome.text.find("warning"), std::string::npos) << what << ": " << outcome.text;
    EXPECT_EQ(content_of(folder_ / "o.h5"), expected) << what;
  };
  for (const char* part : {"basis.h5", "chunk-0.h5", "arguments.json"}) {
    const std::string whole = content_of(folder_ / (std::string("kept/") + part));
    for (std::size_t k = 0; k < 6; ++k) {
      put_back();
      std::string flipped = whole;
      const std::size_t bit = (2 * k + 1) * 8 * whole.size() / 12 + k;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      folder_.file(std::string("o.h5.partial/") + part, flipped);
      expect_made_again(std::string(part) + ", bit " + std::to_string(bit));
    }
  }
  put_back();
  std::filesystem::copy_file(folder_ / "kept/chunk-0.h5", folder_ / "o.h5.partial/chunk-1.h5",
                             std::filesystem::copy_options::overwrite_existing);
  expect_made_again("chunk 0 in the place of chunk 1");
}

TEST_F(SimulateParts, ASecondRunOnOneOutputIsRefused) {
  const std::string first_chunk = folder_ / "o.h5.partial/chunk-0.h5";
  const Outcome outcome = run(command("--count 60000 ", "o.h5") + " & pid=$!; while [ ! -e " + first_chunk +
                              " ] && kill -0 $pid; do sleep 0.01; done; " + command("--count 60000 ", "o.h5") +
                              "; echo second $?; [ -e " + first_chunk + " ] && echo kept; kill -KILL $pid; wait $pid");
  EXPECT_NE(outcome.text.find("another run is working on this output"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("second 5\nkept\n"), std::string::npos) << outcome.text;
}

TEST_F(SimulateTrainingSet, AFullDiskIsSaidAndTheRunGoesOnWhenThereIsRoom) {
  std::filesystem::create_directory(folder_ / "disk");
  const std::string options = "--count 2200 --seed 3 ", make = command(options, "disk/o.h5");
  const Outcome outcome =
      run_on_small_disk(folder_ / "disk", "400k",
                        make + "\necho first $?\n[ ! -e " + (folder_ / "disk/o.h5") + " ] && echo nothing\nls -A " +
                            (folder_ / "disk/o.h5.partial") + "\ngrow\n" + make + "\necho second $?\ncp " +
                            (folder_ / "disk/o.h5") + " " + (folder_ / "o.h5"));
  if (outcome.exit_code == 77) GTEST_SKIP() << "nothing can be mounted here: " << outcome.text;
  EXPECT_NE(outcome.text.find("chunk-0.h5: cannot be written: No space left on device"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("first 5\nnothing\narguments.json\nbasis.h5\nlock\n"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("second 0\n"), std::string::npos) << outcome.text;
  succeed(options, "straight.h5");
  EXPECT_EQ(content_of(folder_ / "o.h5"), content_of(folder_ / "straight.h5"));
}

TEST_F(SimulateTrainingSet, TheRankMayBeChosenByTheBounds) {
  const std::string start =
      "crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior + " --count 300 --seed 5 --basis-only --out ";
  const Outcome loose = run(start + (folder_ / "loose.h5") + " --rank auto --rank-factor 3"),
                tight = run(start + (folder_ / "tight.h5") + " --rank auto --rank-factor 2");
  ASSERT_EQ(loose.exit_code, 0) << loose.text;
  ASSERT_EQ(tight.exit_code, 0) << tight.text;
  EXPECT_NE(loose.text.find("times that of all frames for t2_free_s"), std::string::npos) << loose.text;
  const auto columns = [&](const char* name) {
    const Outcome outcome = run("crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior +
                                " --count 64 --basis " + (folder_ / name) + " --out " + (folder_ / "set.h5"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return read_dataset({folder_ / "set.h5"}).basis.cols();
  };
  EXPECT_GE(columns("loose.h5"), 5);
  EXPECT_GT(columns("tight.h5"), columns("loose.h5"));
}

// No 40 of 120 vectors that hold the energy of the signals keep every bound to a thousandth.
TEST_F(SimulateTrainingSet, WhereNoRankIsEnoughTheMostIsTakenOnlyWhereThatIsAskedFor) {
  const std::string start = "crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior +
                            " --count 300 --seed 5 --basis-only --rank auto --rank-factor 1.001 --out " + (folder_ / "o.h5");
  const Outcome refused = run(start);
  EXPECT_EQ(refused.exit_code, 4) << refused.text;
  EXPECT_NE(refused.text.find("expected a basis of at most 40 coefficients"), std::string::npos) << refused.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "o.h5"));
  const Outcome taken = run(start + " --rank-or-most");
  EXPECT_EQ(taken.exit_code, 0) << taken.text;
  const std::string warning =
      "the basis loses more than a factor of 1.001 (--rank-factor), with the most coefficients that are tried, rank 40";
  EXPECT_NE(taken.text.find("warning: " + warning), std::string::npos) << taken.text;
  const physics::Hdf5Reader basis(folder_ / "o.h5");
  EXPECT_EQ(basis.number_attribute("/", "n_coeff"), 40);
  EXPECT_NE(basis.text_attribute("/", "provenance").find(warning), std::string::npos);
}

TEST_F(SimulateTrainingSet, OptionsOfTheRankGoTogether) {
  for (const char* options : {"--count 64 --rank-factor 2", "--count 64 --rank-or-most", "--count 64 --outputs t2_free_s",
                              "--count 64 --basis-only --shard 0/2", "--count 64 --basis-only --derivatives"})
    EXPECT_EQ(run(command(options, "o.h5")).exit_code, 2) << options;
  EXPECT_EQ(run("crbrt-simulate --sequence " + sequence_ + " --prior " + example_prior + " --count 64 --rank some --out " +
                (folder_ / "o.h5"))
                .exit_code,
            2);
}

TEST_F(SimulateTrainingSet, AFolderOfSomebodyElseInPlaceOfThePartsIsRefusedAndKept) {
  std::filesystem::create_directory(folder_ / "o.h5.partial");
  const std::string theirs = folder_.file("o.h5.partial/thesis.txt", "mine");
  const Outcome outcome = run(command("--count 300", "o.h5"));
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_NE(outcome.text.find("o.h5.partial: cannot be written"), std::string::npos) << outcome.text;
  EXPECT_EQ(content_of(theirs), "mine");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "o.h5"));
}

/// The example's prior with half of the draws from the class "fluid", one of whose parameters is changed.
class SimulateDrops : public SimulateTrainingSet {
 protected:
  static constexpr std::uint64_t n_draw = 200;

  /// Returns what the program says; the set is read into set_.
  std::string make_with_fluid(const std::string& from, const std::string& to) {
    std::string prior = content_of(example_prior);
    for (const auto& [old, changed] :
         {std::pair{from, to}, {"\"weight\": 0.9", "\"weight\": 1"}, {"\"weight\": 0.1", "\"weight\": 1"}}) {
      const std::size_t at = prior.rfind(old);
      EXPECT_NE(at, std::string::npos) << old;
      prior.replace(at, old.size(), changed);
    }
    const Outcome outcome = run("crbrt-simulate --sequence " + sequence_ + " --prior " + folder_.file("changed.json", prior) +
                                " --count 200 --rank 9 --out " + (folder_ / "set.h5"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    set_ = read_dataset({folder_ / "set.h5"});
    // Binomial around 100: five standard deviations.
    EXPECT_GT(set_.size(), 65u);
    EXPECT_LT(set_.size(), 135u);
    EXPECT_TRUE(set_.crb.allFinite());
    EXPECT_EQ(set_.signal_per_m0_crb.value().size(), static_cast<Eigen::Index>(set_.size()));
    EXPECT_TRUE(set_.signal_per_m0_crb->allFinite());
    for (const physics::Tissue& tissue : set_.tissues) EXPECT_GT(tissue.r2_free_hz, 2) << "a fluid was kept";
    return outcome.text;
  }
  std::string n_dropped() const { return std::to_string(n_draw - set_.size()); }

  Dataset set_;
};

TEST_F(SimulateDrops, FingerprintsWithoutSignalAreCounted) {
  // Next to no free pool: its signal is below 1e-6 of M0.
  const std::string text = make_with_fluid(R"("m0_semi_frac": {"kind": "fixed", "value": 0.01})",
                                           R"("m0_semi_frac": {"kind": "fixed", "value": 0.99999999})");
  EXPECT_NE(text.find("dropped " + n_dropped() + " without signal, 0 ill-conditioned, 0 without"), std::string::npos) << text;
  EXPECT_NE(set_.provenance.find("\"no_signal\": " + n_dropped()), std::string::npos) << set_.provenance;
}

TEST_F(SimulateDrops, IllConditionedFingerprintsAreCounted) {
  // A field so weak that the signal is proportional to it, so that a smaller B1 is a smaller M0, and a semi-solid pool that
  // hardly exchanges, so that nothing tells its properties apart.
  const std::string between = R"("t1_semi_s": {"kind": "fixed", "value": 0.3},
        "t2_semi_s": {"kind": "fixed", "value": 12e-6},
        "omega0_rad_s": {"kind": "uniform", "min": -300, "max": 300},
        "b1_rel": {"kind": "fixed", "value": )";
  const std::string text = make_with_fluid(R"("exchange_hz": {"kind": "fixed", "value": 10},
        )" + between + "1}",
                                           R"("exchange_hz": {"kind": "fixed", "value": 0.1},
        )" + between + "0.01}");
  EXPECT_NE(text.find("dropped 0 without signal, " + n_dropped() + " ill-conditioned, 0 without"), std::string::npos) << text;
  EXPECT_NE(set_.provenance.find("\"ill_conditioned\": " + n_dropped()), std::string::npos) << set_.provenance;
}

TEST_F(SimulateDrops, FingerprintsWithoutABoundAreDropped) {
  // Without a semi-solid pool nothing depends on its properties.
  make_with_fluid(R"("m0_semi_frac": {"kind": "fixed", "value": 0.01})", R"("m0_semi_frac": {"kind": "fixed", "value": 0})");
}

}  // namespace
}  // namespace crbrt::tests
