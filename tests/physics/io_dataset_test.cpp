// Data sets survive the disk bit for bit, and shards join only where they belong together.
#include <gtest/gtest.h>

#include <Eigen/QR>
#include <chrono>
#include <thread>

#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_writer.h"
#include "tests/physics/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using tests::expect_error;
using tests::expect_input_error;
using tests::TemporaryFolder;

Dataset example(int n, T1Model model = T1Model::apparent) {
  Dataset set;
  std::srand(static_cast<unsigned>(n));
  set.t1_model = model;
  set.coefficients = Eigen::MatrixXcd::Random(3, n);
  for (int i = 0; i < n; ++i) set.tissues.push_back({0.1 + 0.001 * i, 1, 10, 20, 1, 1e-5, 5.0 * i, 0.9});
  set.crb = Eigen::MatrixXd::Random(static_cast<Eigen::Index>(bound_names(model).size()), n).cwiseAbs();
  set.signal_per_m0_crb = Eigen::VectorXd::Random(n).cwiseAbs();
  set.basis =
      Eigen::HouseholderQR<Eigen::MatrixXd>(Eigen::MatrixXd::Ones(7, 3) + Eigen::MatrixXd::Identity(7, 3)).householderQ() *
      Eigen::MatrixXd::Identity(7, 3);
  set.sequence_name = "short";
  set.sequence_sha256 = std::string(64, 'a');
  set.basis_sha256 = sha256_of(set.basis);
  set.tr_s = 3.5e-3;
  set.snr_min = 11;
  set.snr_max = 90;
  set.provenance = "{\"seed\": " + std::to_string(n) + "}";
  return set;
}

void expect_equal(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.coefficients, b.coefficients);
  EXPECT_EQ(a.crb, b.crb);
  EXPECT_EQ(a.signal_per_m0_crb, b.signal_per_m0_crb);
  EXPECT_EQ(a.basis, b.basis);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a.tissues[i].values(), b.tissues[i].values());
  EXPECT_EQ(a.t1_model, b.t1_model);
  EXPECT_EQ(a.sequence_name, b.sequence_name);
  EXPECT_EQ(a.sequence_sha256, b.sequence_sha256);
  EXPECT_EQ(a.basis_sha256, b.basis_sha256);
  EXPECT_EQ(a.tr_s, b.tr_s);
  EXPECT_EQ(a.snr_min, b.snr_min);
  EXPECT_EQ(a.snr_max, b.snr_max);
  EXPECT_EQ(a.provenance, b.provenance);
}

TEST(DatasetFile, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  for (const T1Model model : {T1Model::apparent, T1Model::separate}) {
    const Dataset set = example(5, model);
    const std::string file = folder / (model == T1Model::apparent ? "apparent.h5" : "separate.h5");
    write_dataset(file, set);
    expect_equal(read_dataset({file}), set);
  }
  EXPECT_EQ(folder.count(), 2u) << "a temporary file was left";
}

TEST(DatasetFile, EqualSetsAreEqualFiles) {
  const TemporaryFolder folder;
  write_dataset(folder / "a.h5", example(4));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 counts whole seconds where it stores times
  write_dataset(folder / "b.h5", example(4));
  EXPECT_EQ(tests::content_of(folder / "a.h5"), tests::content_of(folder / "b.h5"));
}

TEST(DatasetFile, ShardsJoinInOrder) {
  const TemporaryFolder folder;
  write_dataset(folder / "a.h5", example(4));
  write_dataset(folder / "empty.h5", example(0));
  write_dataset(folder / "b.h5", example(3));
  const Dataset all = read_dataset({folder / "a.h5", folder / "empty.h5", folder / "b.h5"});
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all.coefficients.leftCols(4), example(4).coefficients);
  EXPECT_EQ(all.coefficients.rightCols(3), example(3).coefficients);
  EXPECT_EQ(all.crb.rightCols(3), example(3).crb);
  EXPECT_EQ(all.signal_per_m0_crb->head(4), *example(4).signal_per_m0_crb);
  EXPECT_EQ(all.signal_per_m0_crb->tail(3), *example(3).signal_per_m0_crb);
  EXPECT_EQ(all.tissues[5].values(), example(3).tissues[1].values());
}

Dataset without_signal_bounds(int n) {
  Dataset set = example(n);
  set.signal_per_m0_crb.reset();
  return set;
}

TEST(DatasetFile, AFileOfBeforeTheBoundOfTheSignalNormIsRead) {
  const TemporaryFolder folder;
  write_dataset(folder / "a.h5", without_signal_bounds(4));
  write_dataset(folder / "b.h5", without_signal_bounds(3));
  const Dataset old = read_dataset({folder / "a.h5", folder / "b.h5"});
  EXPECT_FALSE(old.signal_per_m0_crb);
  const Estimand scale = *Estimand::from_name("signal_per_m0"), m0s = *Estimand::from_name("m0_semi_frac");
  EXPECT_NE(why_no_bound(old, scale).find("simulate it again"), std::string::npos);
  EXPECT_EQ(why_no_bound(old, m0s), "");
  EXPECT_EQ(why_no_bound(example(3), scale), "");
}

TEST(DatasetFile, ShardsWithAndWithoutTheBoundOfTheSignalNormAreNotJoined) {
  const TemporaryFolder folder;
  const std::string with = folder / "with.h5", without = folder / "without.h5";
  write_dataset(with, example(4));
  write_dataset(without, without_signal_bounds(3));
  expect_input_error([&] { read_dataset({with, without}); }, {without, "signal_per_m0_crb", "there", "found absent"});
  expect_input_error([&] { read_dataset({without, with}); }, {with, "signal_per_m0_crb", "absent", "found there"});
}

TEST(DatasetFile, EveryFingerprintHasItsBoundsTogether) {
  const Dataset set = example(5);
  EXPECT_EQ(set.bounds(2).crb, set.crb.col(2));
  EXPECT_EQ(set.bounds(2).signal_per_m0_crb, (*set.signal_per_m0_crb)[2]);
  EXPECT_EQ(set.signal_norm(2), set.coefficients.col(2).norm());
}

TEST(DatasetFile, ShardsOfOtherSequencesBasesOrModelsAreRefused) {
  const TemporaryFolder folder;
  write_dataset(folder / "a.h5", example(4));
  // Three files: what a process has read, it does not write.
  std::string other = folder / "sequence.h5";
  Dataset sequence = example(3);
  sequence.sequence_sha256 = std::string(64, 'b');
  write_dataset(other, sequence);
  expect_input_error([&] { read_dataset({folder / "a.h5", other}); }, {other, "sequence", "bbbb"});
  Dataset basis = example(3);
  basis.basis.col(0) *= -1;
  basis.basis_sha256 = sha256_of(basis.basis);
  other = folder / "basis.h5";
  write_dataset(other, basis);
  expect_input_error([&] { read_dataset({folder / "a.h5", other}); }, {other, "basis"});
  other = folder / "model.h5";
  write_dataset(other, example(3, T1Model::separate));
  expect_input_error([&] { read_dataset({folder / "a.h5", other}); }, {other, "apparent", "found separate"});
}

TEST(DatasetFile, ABasisThatIsNotTheHashedOneIsRefused) {
  const TemporaryFolder folder;
  Dataset set = example(3);
  set.basis(2, 1) += 1e-9;
  write_dataset(folder / "d.h5", set);
  expect_input_error([&] { read_dataset({folder / "d.h5"}); }, {folder / "d.h5", "basis with SHA-256"});
}

TEST(DatasetFile, MissingTruncatedAndForeignFilesAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder / "d.h5";
  expect_input_error([&] { read_dataset({path}); }, {path, "No such file"});
  write_dataset(path, example(3));
  const std::string whole = tests::content_of(path);
  for (const std::size_t length : {std::size_t{3}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    folder.file("d.h5", whole.substr(0, length));
    expect_input_error([&] { read_dataset({path}); }, {path, "expected", "found"});
  }
  Hdf5Writer file(path, path);
  const double value = 1;
  file.write("coefficients", {1, 1}, &value);
  file.close();
  expect_input_error([&] { read_dataset({path}); }, {path, "t1_model", "none"});
}

TEST(DatasetFile, AFolderThatIsNotThereIsAnOutputErrorAndTheOldFileStays) {
  const TemporaryFolder folder;
  expect_error(base::exit_output, [&] { write_dataset(folder / "no/d.h5", example(3)); }, {"no/d.h5", "No such file"});
  const std::string below_a_file = folder.file("plain", "x") + "/d.h5";
  expect_error(base::exit_output, [&] { write_dataset(below_a_file, example(3)); }, {below_a_file, "Not a directory"});
  expect_error(base::exit_output, [&] { write_dataset("/dev/full", example(3)); }, {"/dev/full", "no regular file"});
  EXPECT_EQ(tests::content_of(folder / "plain"), "x");
  EXPECT_EQ(folder.count(), 1u);
}

}  // namespace
}  // namespace crbrt::physics
