// SPDX-License-Identifier: Apache-2.0
// The committed train: limits, agreement of its files, and that the generator still writes the same bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "physics/io/sequence_io.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"
#include "tools/design/problem.h"
#include "tools/design/report.h"
#include "tools/design/shape.h"

namespace crbrt::design {
namespace {

const std::string folder = CRBRT_SOURCE_DIR "/models/protocol/";

TEST(ShippedProtocol, IsOneCycleOf1142PulsesWithinEveryLimit) {
  const auto sequence = physics::read_sequence(folder + "crbrt1142.json");
  ASSERT_EQ(sequence.cycles.size(), 1u);
  EXPECT_EQ(sequence.n_frame(), 1142u);
  EXPECT_EQ(sequence.tr_s, 3.5e-3);
  EXPECT_EQ(why_over_limit(sequence, Limits{}), "");
  const auto load = physics::rf_load(sequence);  // once more in figures, should the limits themselves be changed
  EXPECT_LE(load.energy_rad2_per_s, 1.1411e6);
  EXPECT_LE(load.b1_rms_ut, 2.0);
  EXPECT_LE(load.b1_peak_ut, 23.5);
}

TEST(ShippedProtocol, JsonAndCsvAreWhatTheGeneratorWrites) {
  const auto sequence =
      expand(read_shape(folder + "shape.json"), read_problem(folder + "design.json").limits, Durations::whole_microseconds);
  EXPECT_EQ(json_text(sequence), tests::content_of(folder + "crbrt1142.json"));
  EXPECT_EQ(csv_text(sequence), tests::content_of(folder + "crbrt1142.csv"));
}

TEST(ShippedProtocol, CsvHoldsTheNumbersOfTheJson) {
  const auto cycle = physics::read_sequence(folder + "crbrt1142.json").cycles.front();
  std::ifstream csv(folder + "crbrt1142.csv");
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "pulse,alpha_rad,trf_s");
  std::size_t k = 0;
  for (; std::getline(csv, line); ++k) {
    std::istringstream row(line);
    std::size_t pulse = 0;
    double alpha = 0, trf = 0;
    char comma = 0;
    ASSERT_TRUE(row >> pulse >> comma >> alpha >> comma >> trf) << line;
    ASSERT_LT(k, cycle.alpha_rad.size());
    EXPECT_EQ(pulse, k + 1);
    EXPECT_EQ(alpha, cycle.alpha_rad[k]);
    EXPECT_EQ(trf, cycle.trf_s[k]);
  }
  EXPECT_EQ(k, cycle.alpha_rad.size());
}

TEST(ShippedProtocol, IsNotThePublishedTrain) {
  const std::string path = tests::shared_file("data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat");
  if (path.empty()) GTEST_SKIP() << "../shared/data/v3p2 is not here";
  const auto published = physics::read_sequence(path, 3.5e-3).cycles.front();
  const auto ours = physics::read_sequence(folder + "crbrt1142.json").cycles.front();
  ASSERT_EQ(published.alpha_rad.size(), ours.alpha_rad.size());
  std::size_t equal = 0;
  for (std::size_t k = 1; k < ours.alpha_rad.size(); ++k)
    equal += std::abs(published.alpha_rad[k] - ours.alpha_rad[k]) < 1e-3 && std::abs(published.trf_s[k] - ours.trf_s[k]) < 1e-6;
  EXPECT_LT(equal, 12u);  // one in a hundred may agree by chance
}

}  // namespace
}  // namespace crbrt::design
