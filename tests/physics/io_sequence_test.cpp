// SPDX-License-Identifier: Apache-2.0
// Sequences from JSON and HDF5: what is read, and what each kind of wrong file is answered with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "physics/io/hdf5_writer.h"
#include "physics/io/sequence_io.h"
#include "tests/physics/expect_error.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using testing::ElementsAre;
using tests::expect_input_error;
using tests::TemporaryFolder;

constexpr double tr_s = 3.5e-3;

std::string hdf5_sequence(const TemporaryFolder& folder, const Shape& shape, std::vector<double> alpha,
                          std::vector<double> trf) {
  const std::string path = folder / "s.h5";
  Hdf5Writer file(path, path);
  file.write("alpha", shape, alpha.data());
  file.write("TRF", shape, trf.data());
  file.close();
  return path;
}

TEST(SequenceJson, OneArrayPerCycle) {
  const TemporaryFolder folder;
  const std::string path = folder.file("two.json", R"({"name": "two cycles", "tr_s": 0.0035,
      "alpha_rad": [[3.1, 0.5], [3.1, 0.25, 1]], "trf_s": [[5e-4, 1e-4], [5e-4, 1e-4, 2e-4]]})");
  const Sequence sequence = read_sequence(path);
  EXPECT_EQ(sequence.name, "two cycles");
  EXPECT_EQ(sequence.tr_s, tr_s);
  ASSERT_EQ(sequence.cycles.size(), 2u);
  EXPECT_THAT(sequence.cycles[0].alpha_rad, ElementsAre(3.1, 0.5));
  EXPECT_THAT(sequence.cycles[1].trf_s, ElementsAre(5e-4, 1e-4, 2e-4));
}

TEST(SequenceJson, AFlatArrayIsOneCycleAndTheNameDefaultsToTheFiles) {
  const TemporaryFolder folder;
  const Sequence sequence =
      read_sequence(folder.file("flat.json", R"({"tr_s": 0.0035, "alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4]})"));
  EXPECT_EQ(sequence.name, "flat");
  ASSERT_EQ(sequence.cycles.size(), 1u);
  EXPECT_THAT(sequence.cycles[0].alpha_rad, ElementsAre(3, 1));
}

TEST(SequenceJson, ATrGivenTwiceMustAgree) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s.json", R"({"tr_s": 0.0035, "alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4]})");
  EXPECT_EQ(read_sequence(path, 3.5e-3).tr_s, tr_s);
  expect_input_error([&] { read_sequence(path, 4e-3); }, {path, "expected tr_s", "0.004", "found 0.0035"});
}

TEST(SequenceJson, WhatIsNotSimulatedIsRefusedWithAWayOut) {
  const TemporaryFolder folder;
  const auto with = [&](const std::string& tr, const std::string& more) {
    return folder.file("s.json", R"({"tr_s": )" + tr + R"(, "alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4])" + more + "}");
  };
  EXPECT_EQ(read_sequence(with("[0.0035, 0.0035]", "")).tr_s, tr_s);
  expect_input_error([&] { read_sequence(with("[0.0035, 0.012]", "")); },
                     {"one repetition time", "crbrt-simulate --from", "found 0.0035 to 0.012 s"});
  for (const char* beyond : {R"("rf_phase_rad": [0, 1.2])", R"("rf_spoiling": true)", R"("Spoiler_T_per_m": 0.02)"})
    expect_input_error([&] { read_sequence(with("0.0035", std::string(", ") + beyond)); },
                       {"s.json", "not simulated", "crbrt-simulate --from"});
  for (const char* nothing :
       {R"("rf_phase_rad": [0, 0])", R"("rf_spoiling": false)", R"("spoiler": 0)", R"("note": "spoiled?")"})
    EXPECT_EQ(read_sequence(with("0.0035", std::string(", ") + nothing)).tr_s, tr_s) << nothing;
}

TEST(SequenceHdf5, WhatIsNotSimulatedIsRefusedWithAWayOut) {
  const TemporaryFolder folder;
  for (const char* name : {"TR", "rf_phase"}) {
    const std::string path = folder / (std::string(name) + ".h5");
    Hdf5Writer file(path, path);
    const std::vector<double> alpha{3, 1}, trf{5e-4, 1e-4}, more{0.0035, 0.012};
    for (const auto& [key, values] : {std::pair{"alpha", alpha}, std::pair{"TRF", trf}, std::pair{name, more}})
      file.write(key, {2}, values.data());
    file.close();
    expect_input_error([&] { read_sequence(path, tr_s); }, {path, "not simulated", "crbrt-simulate --from"});
  }
}

struct BadJson {
  const char* name;
  const char* text;
  const char* says;
};

class BadSequenceJson : public testing::TestWithParam<BadJson> {};

TEST_P(BadSequenceJson, IsRefusedByNameExpectedAndFound) {
  const TemporaryFolder folder;
  const std::string path = folder.file("bad.json", GetParam().text);
  expect_input_error([&] { read_sequence(path); }, {path, "expected ", "found ", GetParam().says});
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadSequenceJson,
    testing::Values(BadJson{"truncated", R"({"tr_s": 0.0035, "alpha_rad": [3, 1)", "syntax error"},
                    BadJson{"empty", "", "syntax error"},
                    BadJson{"zero_tr", R"({"tr_s": 0, "alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4]})", "TR > 0"},
                    BadJson{"no_tr", R"({"alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4]})", "tr_s"},
                    BadJson{"text_in_numbers", R"({"tr_s": 1, "alpha_rad": [3, "x"], "trf_s": [5e-4, 1e-4]})", "alpha_rad[1]"},
                    BadJson{"alpha_too_long", R"({"tr_s": 1, "alpha_rad": [3, 1, 1], "trf_s": [5e-4, 1e-4]})", "found 3 and 2"},
                    BadJson{"cycle_missing", R"({"tr_s": 1, "alpha_rad": [[3, 1], [3, 1]], "trf_s": [[5e-4, 1e-4]]})",
                            "found 1"},
                    BadJson{"one_pulse", R"({"tr_s": 1, "alpha_rad": [3], "trf_s": [5e-4]})", "two pulses"},
                    BadJson{"negative_angle", R"({"tr_s": 1, "alpha_rad": [3, -1], "trf_s": [5e-4, 1e-4]})", "-1"},
                    BadJson{"pulse_longer_than_tr", R"({"tr_s": 1, "alpha_rad": [3, 1], "trf_s": [5e-4, 2]})", "found 2"}),
    [](const auto& each) { return each.param.name; });

TEST(SequenceJson, MoreCyclesThanPulsesAreTransposedUnlessTheirNumberIsStated) {
  const TemporaryFolder folder;
  const std::string arrays =
      R"("tr_s": 0.0035, "alpha_rad": [[3, 1], [3, 1], [3, 1]], "trf_s": [[5e-4, 1e-4], [5e-4, 1e-4], [5e-4, 1e-4]]})";
  const std::string path = folder.file("s.json", "{" + arrays);
  expect_input_error([&] { read_sequence(path); }, {path, "n_cycle", "found 3 cycles of 2 pulses", "seems to be transposed"});
  folder.file("s.json", "{\"n_cycle\": 3, " + arrays);
  EXPECT_EQ(read_sequence(path).cycles.size(), 3u);
  folder.file("s.json", "{\"n_cycle\": 2, " + arrays);
  expect_input_error([&] { read_sequence(path); }, {path, "n_cycle says, 2", "found 3"});
}

TEST(Sequence, AMissingFileSaysSo) {
  expect_input_error([] { read_sequence("nowhere.json"); }, {"nowhere.json", "No such file"});
  expect_input_error([] { read_sequence("nowhere.mat", tr_s); }, {"nowhere.mat", "No such file"});
}

TEST(SequenceHdf5, RowsAreCycles) {
  const TemporaryFolder folder;
  const std::string path = hdf5_sequence(folder, {2, 3}, {3, 1, 2, 3, 0, 1}, {5e-4, 1e-4, 2e-4, 5e-4, 3e-4, 1e-4});
  const Sequence sequence = read_sequence(path, tr_s);
  ASSERT_EQ(sequence.cycles.size(), 2u);
  EXPECT_THAT(sequence.cycles[0].alpha_rad, ElementsAre(3, 1, 2));
  EXPECT_THAT(sequence.cycles[1].alpha_rad, ElementsAre(3, 0, 1));
  EXPECT_THAT(sequence.cycles[1].trf_s, ElementsAre(5e-4, 3e-4, 1e-4));
}

TEST(SequenceHdf5, OneDimensionIsOneCycle) {
  const TemporaryFolder folder;
  const Sequence sequence = read_sequence(hdf5_sequence(folder, {2}, {3, 1}, {5e-4, 1e-4}), tr_s);
  ASSERT_EQ(sequence.cycles.size(), 1u);
  EXPECT_THAT(sequence.cycles[0].alpha_rad, ElementsAre(3, 1));
}

TEST(SequenceHdf5, MoreCyclesThanPulsesAreTransposedUnlessTheirNumberIsStated) {
  const TemporaryFolder folder;
  const std::vector<double> alpha{3, 1, 3, 1, 3, 1}, trf{5e-4, 1e-4, 5e-4, 1e-4, 5e-4, 1e-4};
  const std::string path = hdf5_sequence(folder, {3, 2}, alpha, trf);
  expect_input_error([&] { read_sequence(path, tr_s); }, {path, "found 3 cycles of 2 pulses", "seems to be transposed"});
  Hdf5Writer file(path, path);
  const double n_cycle = 3;
  file.write("alpha", {3, 2}, alpha.data());
  file.write("TRF", {3, 2}, trf.data());
  file.write("n_cycle", {1, 1}, &n_cycle);  // as MATLAB saves a number
  file.close();
  EXPECT_EQ(read_sequence(path, tr_s).cycles.size(), 3u);
}

TEST(SequenceHdf5, NeedsATr) {
  const TemporaryFolder folder;
  const std::string path = hdf5_sequence(folder, {2}, {3, 1}, {5e-4, 1e-4});
  expect_input_error([&] { read_sequence(path); }, {path, "--tr", "none"});
  expect_input_error([&] { read_sequence(path, 0.0); }, {path, "TR > 0", "found 0"});
}

TEST(SequenceHdf5, WrongContentIsNamed) {
  const TemporaryFolder folder;
  const std::string path = hdf5_sequence(folder, {1, 1, 2}, {3, 1}, {5e-4, 1e-4});
  expect_input_error([&] { read_sequence(path, tr_s); }, {path, "[cycles, pulses]", "[1, 1, 2]"});
  Hdf5Writer file(path, path);
  const double value = 1;
  file.write("alpha", {1}, &value);
  file.close();
  expect_input_error([&] { read_sequence(path, tr_s); }, {path, "TRF", "found alpha"});
}

TEST(SequenceHdf5, ATruncatedFileIsRefused) {
  const TemporaryFolder folder;
  const std::string path = hdf5_sequence(folder, {2}, {3, 1}, {5e-4, 1e-4}), whole = tests::content_of(path);
  for (const std::size_t length : {std::size_t{0}, std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
    folder.file("s.h5", whole.substr(0, length));
    expect_input_error([&] { read_sequence(path, tr_s); }, {path, "expected", "found"});
  }
}

TEST(SequenceHdf5, ReadsThePublishedTrains) {
  const std::string one = tests::shared_file("data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat");
  const std::string six = tests::shared_file("data/invivo/control.mat");
  if (one.empty() || six.empty()) GTEST_SKIP() << "no published trains beside the clone";
  const Sequence single = read_sequence(one, tr_s), cycles = read_sequence(six, tr_s);
  ASSERT_EQ(single.cycles.size(), 1u);
  EXPECT_EQ(single.n_frame(), 1142u);
  ASSERT_EQ(cycles.cycles.size(), 6u);
  EXPECT_EQ(cycles.n_frame(), 6852u);
  // RF energy of both as docs/physics.md gives it, to its five digits.
  EXPECT_NEAR(rf_load(single).energy_rad2_per_s, 1.1411e6, 50);
}

}  // namespace
}  // namespace crbrt::physics
