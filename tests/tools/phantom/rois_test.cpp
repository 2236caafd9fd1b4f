// SPDX-License-Identifier: Apache-2.0
// Medians and quartiles of regions, and the files behind a box plot.
#include "tools/phantom/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "tests/support/awkward_text.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/nifti.h"

namespace crbrt::phantom {
namespace {

using tests::content_of;

TEST(Quartiles, AreLinearBetweenNeighbours) {
  const Quartiles odd = quartiles({5, 1, 4, 2, 3});
  EXPECT_EQ(odd.low, 2);
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.high, 4);
  const Quartiles even = quartiles({4, 1, 3, 2});
  EXPECT_EQ(even.low, 1.75);
  EXPECT_EQ(even.median, 2.5);
  EXPECT_EQ(even.high, 3.25);
  EXPECT_EQ(quartiles({7}).high, 7);
}

/// Two tubes of four voxels, and maps of one method: voxel v holds v in every map, the last voxel of tube 2 has no estimate.
class Rois : public testing::Test {
 protected:
  Rois() {
    grid.shape = {4, 2, 1};
    const std::vector<std::uint8_t> roi{1, 1, 1, 1, 2, 2, 2, 2};
    folder.file("phantom.json", R"({"tubes": [
      {"label": 1, "name": "one", "m0_semi_frac": 0.1, "t1_apparent_s": 1.5, "t2_free_s": 0.05},
      {"label": 2, "name": "two 20 %", "m0_semi_frac": 0.2, "t1_apparent_s": 5.5, "t2_free_s": 0.06}]})");
    volume::write_nifti(folder / "roi.nii.gz", folder / "roi.nii.gz", grid, std::span<const std::uint8_t>(roi),
                        volume::Compression::gzip);
    volume::MapFolder maps(folder / "nn", grid, volume::VoxelList::all(grid.shape), {"test", "", {}, {}},
                           volume::Compression::none);
    for (const char* name : {"m0_semi_frac", "T1map", "T2map"})
      maps.write({name, name, name[0] == 'T' ? "s" : "1"}, {{0, 1, 2, 3, 4, 5, 6, 99}});
    std::vector<VoxelStatus> status(8, VoxelStatus::ok);
    status[5] = VoxelStatus::outside_range;  // an estimate all the same
    status[7] = VoxelStatus::not_computed;
    maps.write_status(volume::status_values(status), {});
    maps.commit();
  }

  tests::TemporaryFolder folder;
  volume::Grid grid;
};

TEST_F(Rois, TheTableHoldsTruthMedianAndQuartilesOfVoxelsWithAnEstimate) {
  measure_rois({.phantom = folder / "", .methods = {{"NN", folder / "nn"}}, .csv = folder / "rois.csv", .boxes = {}});
  const std::string csv = content_of(folder / "rois.csv");
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "map,unit,tube,name,method,voxels,truth,median,quartile_low,quartile_high");
  EXPECT_NE(csv.find("\nT1map,s,1,one,NN,4,1.5,1.5,0.75,2.25\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\nT1map,s,2,two 20 %,NN,3,5.5,5,4.5,5.5\n"), std::string::npos) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 3 * 2);
}

TEST_F(Rois, BoxesAreTheValuesAtTheirPlacesWithTheTruth) {
  measure_rois({.phantom = folder / "",
                .methods = {{"A", folder / "nn"}, {"B", folder / "nn"}},
                .csv = folder / "rois.csv",
                .boxes = folder / "boxes"});
  const std::string boxes = content_of(folder / "boxes/T2map.dat");
  EXPECT_EQ(boxes.substr(0, boxes.find("\n\n\n")), "0.8000 0 0\n0.8000 1 0\n0.8000 2 0\n0.8000 3 0");
  EXPECT_NE(boxes.find("2.2000 6 1\n"), std::string::npos) << boxes;
  EXPECT_EQ(content_of(folder / "boxes/T2map.truth"), "0.550 1.450 0.05\n1.550 2.450 0.06\n");
  const std::string settings = content_of(folder / "boxes/settings.gp");
  EXPECT_NE(settings.find("n_method = 2\n"), std::string::npos) << settings;
  EXPECT_NE(settings.find("tube[2] = \"two 20 %%\"\n"), std::string::npos) << settings;
  for (const char* line :
       {"n_map = 3\n", "map[3] = \"T2map\"\n", "label[3] = \"T_{2f} (ms)\"\n", "factor[3] = 1000\n", "n_box[3] = 4\n"})
    EXPECT_NE(settings.find(line), std::string::npos) << line << settings;
}

TEST_F(Rois, NamesOutOfFilesStayNamesInTablesAndPictures) {
  const base::Json tube{
      {"label", 1}, {"name", tests::awkward_text}, {"m0_semi_frac", 0.1}, {"t1_apparent_s", 1.5}, {"t2_free_s", 0.05}};
  folder.file("phantom.json", base::Json{{"tubes", base::Json::array({tube})}}.dump());
  measure_rois({.phantom = folder / "",
                .methods = {{tests::awkward_text, folder / "nn"}},
                .csv = folder / "rois.csv",
                .boxes = folder / "it's `b`"});
  const std::string name = base::Json::parse(tube.at("name").dump(), "").text();  // no UTF-8: U+FFFD
  const std::string csv = content_of(folder / "rois.csv");
  EXPECT_NE(csv.find("\nT1map,s,1," + base::for_csv(name) + "," + base::for_csv(tests::awkward_text) + ",4,"),
            std::string::npos)
      << csv;
  if (tests::run("command -v gnuplot").exit_code != 0) GTEST_SKIP() << "no gnuplot: no picture to look at";
  const tests::Outcome drawn = tests::run(
      "cd " + (folder / "") + "; gnuplot -c " CRBRT_SOURCE_DIR "/scripts/plot_tubes.gp \"it's \\`b\\`\" \"it's a.png\"");
  EXPECT_EQ(drawn.exit_code, 0) << drawn.text;
  EXPECT_EQ(content_of(folder / "it's a.png").substr(1, 3), "PNG");
}

TEST_F(Rois, MapsOfMillisecondsAreMeasuredInSeconds) {
  folder.file("nn/T1map.json", R"({"Units": "ms"})");
  measure_rois({.phantom = folder / "", .methods = {{"NN", folder / "nn"}}, .csv = folder / "rois.csv", .boxes = {}});
  const std::string csv = content_of(folder / "rois.csv");
  EXPECT_NE(csv.find("\nT1map,s,1,one,NN,4,1.5,0.0015,0.00075,0.00225\n"), std::string::npos) << csv;
}

TEST_F(Rois, MapsThatAreMissingAreNamed) {
  try {
    measure_rois({.phantom = folder / "", .methods = {{"NN", folder / "none"}}, .csv = folder / "rois.csv", .boxes = {}});
    FAIL() << "accepted";
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("none/status.nii"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "rois.csv"));
}

}  // namespace
}  // namespace crbrt::phantom
