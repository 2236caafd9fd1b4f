// Training sets: the union of shards, threads, resuming after a kill, dropped fingerprints.
#include <gtest/gtest.h>

#include <filesystem>

#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/sequence_io.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"

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
    EXPECT_EQ(a.basis, b.basis);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a.tissues[i].values(), b.tissues[i].values());
  }

  TemporaryFolder folder_;
  std::string sequence_ = short_sequence(folder_, 60);
};

TEST_F(SimulateTrainingSet, HoldsWhatItSays) {
  const Outcome outcome = make("", "all.h5");
  const Dataset set = read_dataset({folder_ / "all.h5"});
  EXPECT_EQ(set.size(), 300u);
  EXPECT_EQ(set.basis.rows(), 60);
  EXPECT_EQ(set.basis.cols(), 9);
  EXPECT_EQ(set.sequence_name, "short");
  EXPECT_EQ(set.sequence_sha256, sha256_of(physics::read_sequence(sequence_)));
  EXPECT_EQ(set.t1_model, physics::T1Model::separate);
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
  EXPECT_EQ(read_dataset({folder_ / "b.h5"}).basis, read_dataset({folder_ / "a.h5"}).basis.leftCols(8));
}

// Three chunks; the kill comes as soon as the first is there, long before the last.
TEST_F(SimulateTrainingSet, AKilledRunIsContinuedToTheSameBytes) {
  const std::string options = "--count 4200 ", first_chunk = folder_ / "killed.h5.partial/chunk-0.h5";
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

TEST_F(SimulateTrainingSet, PartsOfAnotherCommandAreRefused) {
  std::filesystem::create_directory(folder_ / "o.h5.partial");
  folder_.file("o.h5.partial/arguments.json", "{\n \"program\": \"another\"\n}");
  const Outcome outcome = run(command("--count 300", "o.h5"));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("o.h5.partial: expected the parts of the same command"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "o.h5"));
}

TEST_F(SimulateTrainingSet, FingerprintsWithoutSignalOrBoundAreDroppedAndCounted) {
  // T2f of a microsecond: nothing is left at the echo. Without a semi-solid pool nothing depends on its properties.
  std::string prior = content_of(example_prior);
  const auto replace = [&](const std::string& from, const std::string& to) {
    prior.replace(prior.find(from), from.size(), to);
  };
  replace("\"r2_free_hz\": {\"kind\": \"uniform\", \"min\": 0.5, \"max\": 2}",
          "\"r2_free_hz\": {\"kind\": \"fixed\", \"value\": 1e6}");
  replace("\"weight\": 0.1", "\"weight\": 0.45");
  replace("\"weight\": 0.9", "\"weight\": 0.45");
  const Outcome dark = run("crbrt-simulate --sequence " + sequence_ + " --prior " + folder_.file("dark.json", prior) +
                           " --count 200 --rank 9 --out " + (folder_ / "dark.h5"));
  ASSERT_EQ(dark.exit_code, 0) << dark.text;
  const Dataset set = read_dataset({folder_ / "dark.h5"});
  EXPECT_GT(set.size(), 50u);
  EXPECT_LT(set.size(), 150u);
  const std::string n_dark = std::to_string(200 - set.size());
  EXPECT_NE(dark.text.find("dropped " + n_dark + " without signal, 0 ill-conditioned, 0 without"), std::string::npos)
      << dark.text;
  EXPECT_NE(set.provenance.find("\"no_signal\": " + n_dark), std::string::npos) << set.provenance;
  for (const physics::Tissue& tissue : set.tissues) EXPECT_LT(tissue.r2_free_hz, 1e6);

  replace("\"r2_free_hz\": {\"kind\": \"fixed\", \"value\": 1e6}", "\"r2_free_hz\": {\"kind\": \"fixed\", \"value\": 1}");
  replace("\"m0_semi_frac\": {\"kind\": \"fixed\", \"value\": 0.01}", "\"m0_semi_frac\": {\"kind\": \"fixed\", \"value\": 0}");
  const Outcome free = run("crbrt-simulate --sequence " + sequence_ + " --prior " + folder_.file("free.json", prior) +
                           " --count 200 --rank 9 --out " + (folder_ / "free.h5"));
  ASSERT_EQ(free.exit_code, 0) << free.text;
  const Dataset bounded = read_dataset({folder_ / "free.h5"});
  EXPECT_TRUE(bounded.crb.allFinite());
  for (const physics::Tissue& tissue : bounded.tissues) EXPECT_GT(tissue.m0_semi_frac, 0);
  EXPECT_LT(bounded.size(), 150u);
}

}  // namespace
}  // namespace crbrt::tests
