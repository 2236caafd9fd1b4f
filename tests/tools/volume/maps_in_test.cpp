// SPDX-License-Identifier: Apache-2.0
// Maps under their names of today, whichever version wrote them.
#include "tools/volume/maps_in.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numbers>
#include <utility>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::volume {
namespace {

class MapsIn : public testing::Test {
 protected:
  void make(const std::string& name) const { std::ofstream(folder / name) << (name.ends_with(".json") ? "{}" : "x"); }

  tests::TemporaryFolder folder;
};

TEST_F(MapsIn, AreAllButTheStatusCompressedOrNot) {
  for (const char* name : {"T1map.nii", "T1map.json", "T2map.nii.gz", "status.nii", "status_detail.nii", "notes.gz", "fat.nii"})
    make(name);
  const MapFiles maps = maps_in(folder / "");
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_EQ(maps.at("T1map").path, folder / "T1map.nii");
  EXPECT_EQ(maps.at("T2map").path, folder / "T2map.nii.gz");
  EXPECT_EQ(maps.at("fat").factor, 1);
  EXPECT_THROW(maps_in(folder / "nowhere"), base::InputError);
}

TEST_F(MapsIn, OfVersion01StandUnderTodaysNamesAndUnits) {
  for (const char* name : {"m0_abs.nii", "m0_abs_std.nii", "omega0_rad_s.nii", "omega0_rad_s_std.nii", "b1_rel.nii"})
    make(name);
  const MapFiles maps = maps_in(folder / "");
  ASSERT_EQ(maps.size(), 5u);
  EXPECT_EQ(maps.at("M0map").path, folder / "m0_abs.nii");
  EXPECT_EQ(maps.at("M0map_std").path, folder / "m0_abs_std.nii");
  EXPECT_DOUBLE_EQ(maps.at("B0map").factor, 1 / (2 * std::numbers::pi));
  EXPECT_DOUBLE_EQ(maps.at("B0map_std").factor, 1 / (2 * std::numbers::pi));
  EXPECT_EQ(maps.at("TB1map").factor, 1);
}

TEST_F(MapsIn, ASecondMapOfAQuantityKeepsItsOwnName) {
  for (const char* name : {"T1map.nii", "t1_apparent_s.nii"}) make(name);
  const MapFiles maps = maps_in(folder / "");
  EXPECT_EQ(maps.at("T1map").path, folder / "T1map.nii");
  EXPECT_EQ(maps.at("t1_apparent_s").path, folder / "t1_apparent_s.nii");
}

TEST_F(MapsIn, OfWholeMillisecondsAreInSecondsByTheirFactor) {
  for (const char* name : {"T1map.nii", "T1map_std.nii", "T2map.nii", "t1_semi_ms.nii", "R1map.nii", "mine.nii"}) make(name);
  for (const char* name : {"T1map.json", "T1map_std.json", "t1_semi_ms.json"})
    std::ofstream(folder / name) << "{\"Units\": \"ms\"}";
  std::ofstream(folder / "T2map.json") << "{\"Units\": \"s\"}";
  std::ofstream(folder / "mine.json") << "no JSON";
  const MapFiles maps = maps_in(folder / "");
  for (const char* name : {"T1map", "T1map_std", "t1_semi_s"}) EXPECT_EQ(maps.at(name).factor, 1e-3) << name;
  for (const char* name : {"T2map", "R1map", "mine"}) EXPECT_EQ(maps.at(name).factor, 1) << name;
  EXPECT_TRUE(maps.at("T2map").is_unit_stated);
  EXPECT_FALSE(maps.at("R1map").is_unit_stated);
}

TEST_F(MapsIn, StateTheirUnitInAnySpelling) {
  make("T1map.nii.gz");
  const std::pair<const char*, double> spellings[] = {
      {"msec", 1e-3}, {"milliseconds", 1e-3}, {"MS", 1e-3}, {"us", 1e-6}, {"\u00b5s", 1e-6},
      {"sec", 1},     {"Seconds", 1},         {"s", 1}};
  for (const auto& [units, factor] : spellings) {
    std::ofstream(folder / "T1map.json") << "{\"Units\": \"" << units << "\"}";
    EXPECT_EQ(maps_in(folder / "").at("T1map").factor, factor) << units;
  }
}

TEST_F(MapsIn, AUnitThatIsNoneOfTheQuantityIsRefusedNamingTheSidecar) {
  make("T1map.nii");
  make("mine.nii");
  std::ofstream(folder / "mine.json") << "{\"Units\": \"furlong\"}";
  for (const char* sidecar : {"{\"Units\": \"mins\"}", "{\"Units\": \"Hz\"}", "{oops"}) {
    std::ofstream(folder / "T1map.json") << sidecar;
    try {
      maps_in(folder / "");
      FAIL() << "accepted " << sidecar;
    } catch (const base::InputError& error) {
      EXPECT_NE(std::string(error.what()).find(folder / "T1map.json: expected "), std::string::npos) << error.what();
    }
  }
  std::ofstream(folder / "T1map.json") << "{}";
  EXPECT_EQ(maps_in(folder / "").at("mine").factor, 1);
}

TEST_F(MapsIn, OfTwoOfOneNameThePlainOneCounts) {
  for (const char* name : {"T1map.nii", "T1map.nii.gz", "T2map.nii.gz", "T2map.nii"}) make(name);
  for (const auto& [name, map] : maps_in(folder / "")) EXPECT_EQ(map.path, folder / (name + ".nii"));
}

TEST_F(MapsIn, SettingsOfPlotsComeFromTheTableOfQuantities) {
  for (const char* name : {"t2_semi_s.nii", "m0_semi_frac.nii", "fat.nii", "T1map.nii.gz"}) make(name);
  EXPECT_THROW(plot_settings(maps_in(folder / ""), {176, 146, 1}), base::InputError);  // it would be missing from the picture
  std::filesystem::remove(folder / "T1map.nii.gz");
  const std::string text = plot_settings(maps_in(folder / ""), {176, 146, 1});
  for (const char* line : {"nx = 176\n", "ny = 146\n", "n_map = 2\n", "label[1] = \"m\\100_0^s\"\n", "high[1] = 0.3\n",
                           "label[2] = \"T_{2s} (us)\"\n", "factor[2] = 1000000\n", "low[2] = 5\n", "high[2] = 20\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
}

}  // namespace
}  // namespace crbrt::volume
