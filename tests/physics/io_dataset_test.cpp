// SPDX-License-Identifier: Apache-2.0
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
  set.unknowns = model;
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
  EXPECT_EQ(a.unknowns, b.unknowns);
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
  EXPECT_NE(why_no_target(old, "signal_per_m0").find("simulate it again"), std::string::npos);
  EXPECT_EQ(why_no_target(old, "m0_semi_frac"), "");
  EXPECT_EQ(why_no_target(example(3), "signal_per_m0"), "");
}

TEST(DatasetFile, ShardsWithAndWithoutTheBoundOfTheSignalNormAreNotJoined) {
  const TemporaryFolder folder;
  const std::string with = folder / "with.h5", without = folder / "without.h5";
  write_dataset(with, example(4));
  write_dataset(without, without_signal_bounds(3));
  expect_input_error([&] { read_dataset({with, without}); }, {without, "signal_per_m0_crb", "there", "found absent"});
  expect_input_error([&] { read_dataset({without, with}); }, {with, "signal_per_m0_crb", "absent", "found there"});
}

Dataset with_jacobian(int n) {
  Dataset set = example(n);
  set.jacobian = Eigen::MatrixXcf::Random(3 * 7, n);
  return set;
}

TEST(DatasetFile, DerivativesAreReadWhereTheyAreAskedForInTheOrderOfTheShards) {
  const TemporaryFolder folder;
  const Dataset a = with_jacobian(4), b = with_jacobian(2);
  write_dataset(folder / "a.h5", a);
  write_dataset(folder / "b.h5", b);
  const std::vector<std::string> paths{folder / "a.h5", folder / "b.h5"};
  Dataset both = read_dataset(paths);
  EXPECT_FALSE(both.jacobian) << "nobody asked";
  read_jacobian(paths, both);
  ASSERT_TRUE(both.jacobian);
  EXPECT_EQ(both.jacobian->leftCols(4), *a.jacobian);
  EXPECT_EQ(both.jacobian->rightCols(2), *b.jacobian);
}

TEST(DatasetFile, ASetWithoutDerivativesSaysHowTheyAreMade) {
  const TemporaryFolder folder;
  write_dataset(folder / "a.h5", with_jacobian(4));
  write_dataset(folder / "b.h5", example(3));
  const std::vector<std::string> paths{folder / "a.h5", folder / "b.h5"};
  Dataset both = read_dataset(paths);
  expect_error(base::exit_disagreement, [&] { read_jacobian(paths, both); }, {"b.h5", "/jacobian", "--derivatives", "none"});
}

TEST(DatasetFile, EveryFingerprintHasItsBoundsTogether) {
  const Dataset set = example(5);
  EXPECT_EQ(set.bounds(2).crb, set.crb.col(2));
  EXPECT_EQ(set.bounds(2).signal_per_m0_crb, (*set.signal_per_m0_crb)[2]);
  EXPECT_EQ(set.signal_norm(2), set.coefficients.col(2).norm());
}

/// Of another simulator: parameters of any names and units, one of which is known.
Dataset foreign_example(int n) {
  Dataset set = example(n);
  set.tissues.clear();
  set.foreign = ForeignParameters{{"T1", "b1_rel", "pH"}, {"ms", "1", "1"}, {"T1", "pH"}, Eigen::MatrixXd::Random(3, n)};
  set.crb = Eigen::MatrixXd::Random(2, n).cwiseAbs();
  return set;
}

TEST(DatasetFile, SetsOfAnotherSimulatorKeepItsNamesUnitsAndBounds) {
  const TemporaryFolder folder;
  const Dataset set = foreign_example(4);
  write_dataset(folder / "f.h5", set);
  write_dataset(folder / "g.h5", foreign_example(3));
  const Dataset read = read_dataset({folder / "f.h5"});
  ASSERT_TRUE(read.foreign);
  EXPECT_TRUE(read.tissues.empty());
  EXPECT_EQ(read.foreign->names, set.foreign->names);
  EXPECT_EQ(read.foreign->units, set.foreign->units);
  EXPECT_EQ(read.foreign->unknowns, set.foreign->unknowns);
  EXPECT_EQ(read.foreign->values, set.foreign->values);
  EXPECT_EQ(read.crb, set.crb);
  const Dataset both = read_dataset({folder / "f.h5", folder / "g.h5"});
  EXPECT_EQ(both.foreign->values.rightCols(3), foreign_example(3).foreign->values);
  write_dataset(folder / "own.h5", example(3));
  expect_input_error([&] { read_dataset({folder / "f.h5", folder / "own.h5"}); }, {"own.h5", "T1, b1_rel, pH"});
}

TEST(DatasetFile, ATargetIsTheValueBoundAndUnitOfAnOutputWhoeverSimulated) {
  const Dataset own = example(5), foreign = foreign_example(5);
  const Target t2 = own.target("t2_free_s", "own.h5");
  EXPECT_EQ(t2.unit, "s");
  EXPECT_EQ(t2.value[3], 1 / own.tissues[3].r2_free_hz);
  EXPECT_DOUBLE_EQ(t2.bound[3], own.crb(2, 3) / std::pow(own.tissues[3].r2_free_hz, 4));
  const Target ph = foreign.target("pH", "foreign.h5");
  EXPECT_EQ(ph.unit, "1");
  EXPECT_EQ(ph.value[4], foreign.foreign->values(2, 4));
  EXPECT_EQ(ph.bound[4], foreign.crb(1, 4));
  for (const Dataset* set : {&own, &foreign}) {
    const Target norm = set->target("signal_per_m0", "set.h5");
    EXPECT_EQ(norm.value[2], set->coefficients.col(2).norm());
    EXPECT_EQ(norm.bound[2], (*set->signal_per_m0_crb)[2]);
  }
  EXPECT_EQ((*foreign.values("b1_rel"))[1], foreign.foreign->values(1, 1));
  EXPECT_FALSE(foreign.values("t2_free_s"));
  expect_error(base::exit_disagreement, [&] { foreign.target("b1_rel", "f.h5"); }, {"f.h5", "b1_rel", "it is known"});
  expect_error(base::exit_disagreement, [&] { foreign.target("ph", "f.h5"); }, {"nearest: \"pH\""});
  expect_error(base::exit_disagreement, [&] { own.target("t1_free_s", "o.h5"); }, {"bounds with apparent T1"});
}

TEST(DatasetFile, ANameOfTheTableOfQuantitiesHasItsUnit) {
  const TemporaryFolder folder;
  Dataset set = foreign_example(3);
  set.foreign->units[1] = "%";
  write_dataset(folder / "f.h5", set);
  expect_input_error([&] { read_dataset({folder / "f.h5"}); }, {"f.h5", "b1_rel in 1", "found %"});
}

TEST(DatasetFile, WhatThePriorFixesHasNoBound) {
  const TemporaryFolder folder;
  Dataset set = example(3);
  set.unknowns = Unknowns(T1Model::apparent, {Parameter::b1_rel});
  set.crb = Eigen::MatrixXd::Random(6, 3).cwiseAbs();
  write_dataset(folder / "known.h5", set);
  const Dataset read = read_dataset({folder / "known.h5"});
  EXPECT_EQ(read.unknowns, set.unknowns);
  EXPECT_EQ(read.crb, set.crb);
  EXPECT_EQ(why_no_target(read, "b1_rel"), "none: the prior fixes it");
  EXPECT_EQ(read.target("omega0_rad_s", "").bound[1], set.crb(5, 1));
}

TEST(DatasetFile, TheRangeOfSnrMayComeFromTheCommandLine) {
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", example(3));
  const Dataset read = read_dataset({folder / "d.h5"}, {.minimum = 5, .maximum = std::nullopt});
  EXPECT_EQ(read.snr_min, 5);
  EXPECT_EQ(read.snr_max, 90);
  expect_input_error([&] { read_dataset({folder / "d.h5"}, {.minimum = 95, .maximum = std::nullopt}); },
                     {"snr_min <= snr_max"});
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
  Eigen::MatrixXd flipped = basis.basis.real();
  flipped.col(0) *= -1;
  basis.basis = flipped;
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
  Eigen::MatrixXd changed = set.basis.real();
  changed(2, 1) += 1e-9;
  set.basis = changed;
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
