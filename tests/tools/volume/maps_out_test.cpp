// SPDX-License-Identifier: Apache-2.0
// Maps keep the geometry they were given, say what they are, and exist completely or not at all.
#include "tools/volume/maps_out.h"

#include <gtest/gtest.h>
#include <nifti/nifti2_io.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <numbers>

#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"
#include "tools/volume/nifti.h"

namespace crbrt::tests {
namespace {

using volume::Compression;
using volume::StatusValue;

// An oblique geometry with both forms set: nothing in it is a default.
void set_oblique(nifti_1_header& header) {
  header.qform_code = 1, header.sform_code = 3, header.xyzt_units = NIFTI_UNITS_MICRON;
  const float pixdim[4] = {-1, 1.25f, 0.75f, 3};
  std::copy(pixdim, pixdim + 4, header.pixdim);
  header.quatern_b = 0.1f, header.quatern_c = -0.2f, header.quatern_d = 0.3f;
  header.qoffset_x = -90.5f, header.qoffset_y = 126.25f, header.qoffset_z = -72;
  for (int i = 0; i < 4; ++i) {
    header.srow_x[i] = 0.1f + static_cast<float>(i);
    header.srow_y[i] = -0.3f - static_cast<float>(i);
    header.srow_z[i] = 2.7f * static_cast<float>(i);
  }
}

void expect_same_geometry(const nifti_1_header& a, const nifti_1_header& b) {
  EXPECT_EQ(a.qform_code, b.qform_code);
  EXPECT_EQ(a.sform_code, b.sform_code);
  EXPECT_EQ(a.xyzt_units & 7, b.xyzt_units & 7);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(a.pixdim[i], b.pixdim[i]) << i;
    EXPECT_EQ(a.srow_x[i], b.srow_x[i]) << i;
    EXPECT_EQ(a.srow_y[i], b.srow_y[i]) << i;
    EXPECT_EQ(a.srow_z[i], b.srow_z[i]) << i;
  }
  EXPECT_EQ(std::tie(a.quatern_b, a.quatern_c, a.quatern_d), std::tie(b.quatern_b, b.quatern_c, b.quatern_d));
  EXPECT_EQ(std::tie(a.qoffset_x, a.qoffset_y, a.qoffset_z), std::tie(b.qoffset_x, b.qoffset_y, b.qoffset_z));
}

class MapsOut : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder / name; }
  void write_one(const volume::Grid& grid, Compression compression, const std::vector<float>& values) {
    volume::MapFolder maps(file("out"), grid, volume::VoxelList::all(grid.shape), run, compression);
    maps.write({"T1map", "t1_apparent_s", "s", {{"ValidRange", base::Json::array({0.5, 2.0})}}}, values);
    maps.write_status(std::vector(values.size(), StatusValue::outside_range), {});
    maps.commit();
  }

  TemporaryFolder folder;
  volume::RunRecord run{"crbrt-map", "crbrt-map --input in.nii", {"/data/in.nii", "scan.mat:x"}, {{"ModelName", "m"}}};
};

TEST_F(MapsOut, GeometryIsCarriedOverFromTheInput) {
  write_nifti1(file("in.nii"), {{2, 2, 2, 3}, DT_COMPLEX64, std::vector<std::byte>(192), set_oblique});
  write_one(volume::CoefficientImage::open(file("in.nii")).grid(), Compression::none, std::vector<float>(8));
  expect_same_geometry(nifti_header(file("out/T1map.nii")), nifti_header(file("in.nii")));
  expect_same_geometry(nifti_header(file("out/status.nii")), nifti_header(file("in.nii")));
}

TEST_F(MapsOut, GeometryOfASwappedFileIsTheSame) {
  write_nifti1(file("native.nii"), {{2, 2, 2, 3}, DT_COMPLEX64, std::vector<std::byte>(192), set_oblique});
  write_nifti1(file("in.nii"), {{2, 2, 2, 3}, DT_COMPLEX64, std::vector<std::byte>(192), set_oblique, ByteOrder::swapped});
  write_one(volume::CoefficientImage::open(file("in.nii")).grid(), Compression::none, std::vector<float>(8));
  expect_same_geometry(nifti_header(file("out/T1map.nii")), nifti_header(file("native.nii")));
}

TEST_F(MapsOut, TheGridOfAnImageGivesTheGeometry) {
  write_nifti1(file("like.nii"), {{2, 2, 2}, DT_UINT8, std::vector<std::byte>(8), set_oblique});
  write_one(volume::read_grid(file("like.nii")), Compression::none, std::vector<float>(8));
  expect_same_geometry(nifti_header(file("out/T1map.nii")), nifti_header(file("like.nii")));
}

TEST_F(MapsOut, FilesWithoutGeometryGetTheIdentityAtOneMillimetre) {
  write_cfl(file("in.cfl"), {2, 2, 2, 1, 1, 1, 3}, Complexes(24));
  write_one(volume::CoefficientImage::open(file("in.cfl")).grid(), Compression::none, std::vector<float>(8));
  const nifti_1_header header = nifti_header(file("out/T1map.nii"));
  EXPECT_EQ(header.xyzt_units & 7, NIFTI_UNITS_MM);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(header.srow_x[i], i == 0 ? 1 : 0);
    EXPECT_EQ(header.srow_y[i], i == 1 ? 1 : 0);
    EXPECT_EQ(header.srow_z[i], i == 2 ? 1 : 0);
    EXPECT_EQ(header.pixdim[i], 1);
  }
}

TEST_F(MapsOut, ValuesTypesAndStatusAreStoredAsTheyAre) {
  const std::vector<float> values{1, -2.5f, 3e-30f, 0, 5, 6, 7, 8};
  write_one({{2, 2, 2}, {}}, Compression::none, values);
  EXPECT_EQ(nifti_values<float>(file("out/T1map.nii")), values);
  EXPECT_EQ(nifti_header(file("out/T1map.nii")).datatype, DT_FLOAT32);
  EXPECT_EQ(nifti_values<std::uint8_t>(file("out/status.nii")), std::vector<std::uint8_t>(8, 3));
  EXPECT_EQ(nifti_header(file("out/status.nii")).datatype, DT_UINT8);
}

// Maps are expanded in pieces of 32,768 voxels: runs that end at, begin at and cross their borders, and more than one piece
// without any voxel at the end.
TEST_F(MapsOut, ListedVoxelsGetTheirValuesAndAllOthersZeroOrNotComputed) {
  const volume::Grid grid{{200, 200, 5}, {}};
  const std::size_t n_grid = volume::n_voxel(grid.shape), piece = 32768;
  std::vector<std::size_t> voxels;
  const auto list = [&](std::size_t first, std::size_t end) {
    for (std::size_t v = first; v < end; ++v) voxels.push_back(v);
  };
  list(1, 2), list(100, piece), list(piece + 1, piece + 7), list(2 * piece - 3, 2 * piece + 5);
  std::vector<float> values, map(n_grid, 0);
  std::vector<std::uint8_t> codes(n_grid, static_cast<std::uint8_t>(StatusValue::not_computed));
  std::vector<StatusValue> status;
  for (const std::size_t v : voxels) {
    values.push_back(map[v] = 0.5f + static_cast<float>(v));
    status.push_back(v % 2 == 0 ? StatusValue::ok : StatusValue::outside_range);
    codes[v] = static_cast<std::uint8_t>(status.back());
  }
  for (const Compression compression : {Compression::none, Compression::gzip}) {
    volume::MapFolder maps(file(compression == Compression::gzip ? "packed" : "out"), grid, voxels, run, compression);
    maps.write({"T1map", "t1_apparent_s", "s"}, values);
    maps.write_status(status, {});
    maps.commit();
  }
  EXPECT_EQ(nifti_values<float>(file("out/T1map.nii")), map);
  EXPECT_EQ(nifti_values<std::uint8_t>(file("out/status.nii")), codes);
  for (const std::string name : {"T1map.nii", "status.nii"}) {
    const std::string plain = content_of(file("out/" + name));
    EXPECT_TRUE(gunzipped(file("packed/" + name + ".gz")) == plain) << name;
  }
  EXPECT_EQ(base::Json::from_file(file("out/status.json"))["Counts"]["not_computed"], n_grid - voxels.size());
}

TEST_F(MapsOut, CompressedMapsHoldTheSameBytes) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8};
  write_one({{2, 2, 2}, {}}, Compression::none, values);
  const std::string plain = content_of(file("out/T1map.nii"));
  write_one({{2, 2, 2}, {}}, Compression::gzip, values);
  EXPECT_EQ(gunzipped(file("out/T1map.nii.gz")), plain);
  EXPECT_FALSE(std::filesystem::exists(file("out/T1map.nii"))) << "of the run before, with other options";
}

// A sidecar of ours belongs to the file beside it where that is called as we call the map of its output, in every unit and with
// every model, and where nobody else has made it since.
TEST_F(MapsOut, OnlyMapsThatWeNamedAreThoseOfAnEarlierRun) {
  const auto sidecar = [&](const std::string& stem, const std::string& output, const char* programs) {
    write_text(file(stem + ".json"), R"({"OutputName": ")" + output + R"(", "GeneratedBy": [)" + programs + "]}");
    write_text(file(stem + ".nii"), "map");
  };
  const char *const ours = R"({"Name": "crbrt-fit"})", *const both = R"({"Name": "crbrt-map"}, {"Name": "FSL"})";
  sidecar("T1map", "t1_apparent_s", ours), sidecar("T1map_std", "t1_apparent_s_std", ours);
  sidecar("t1_semi_ms", "t1_semi_s", ours), sidecar("own_output", "own_output", ours), sidecar("status", "status", ours);
  sidecar("T2map", "t2_free_s", both), sidecar("R1map", "t1_apparent_s", ours),
      sidecar("T1map_smoothed", "t1_apparent_s", ours);
  sidecar("B0map", "omega0_rad_s", R"({"Name": "FSL"})"), write_text(file("exchange_hz.json"), "{");
  const volume::MapPlace place(file(""));
  EXPECT_EQ(place.earlier_in(file("")),
            (std::set<std::string>{"T1map.json", "T1map.nii", "T1map_std.json", "T1map_std.nii", "own_output.json",
                                   "own_output.nii", "status.json", "status.nii", "t1_semi_ms.json", "t1_semi_ms.nii"}));
  place.expect_room({"T1map", "status", "M0map"});
  for (const char* map : {"T2map", "R1map", "B0map", "exchange_hz"})
    expect_error(base::exit_output, {map, "it is no map that a program of crbrt made"}, [&] { place.expect_room({map}); });
  write_text(file("T1map.nii.gz"), "another");
  expect_error(base::exit_output, {"T1map.nii", "cannot belong to both"}, [&] { place.expect_room({"M0map"}); });
}

TEST_F(MapsOut, NamesOfBidsAreThoseOfTheirImage) {
  const auto image = volume::bids_name("/raw/sub-01/anat/sub-01_MTS.nii").value();
  const volume::MapPlace place({file(""), "/raw", volume::BidsMapNames(image)}, image.folder());
  const std::string anat = "sub-01/anat/";
  std::filesystem::create_directories(file(anat));
  for (const char* stem : {"sub-01_T1map", "sub-01_acq-a_T1map", "sub-010_T1map", "sub-01_desc-brain_T1map"})
    write_text(file(anat + stem + ".json"), R"({"OutputName": "t1_apparent_s", "GeneratedBy": [{"Name": "crbrt-map"}]})");
  EXPECT_EQ(place.earlier_in(file(anat)), (std::set<std::string>{"sub-01_T1map.json"}));
}

TEST_F(MapsOut, SidecarsSayWhatTheMapIsAndWhatMadeIt) {
  write_one({{2, 2, 2}, {}}, Compression::none, std::vector<float>(8));
  const auto json = base::Json::from_file(file("out/T1map.json"));
  EXPECT_EQ(json["OutputName"], "t1_apparent_s");
  EXPECT_EQ(json["Units"], "s");
  EXPECT_EQ(json["ValidRange"], base::Json::array({0.5, 2.0}));
  EXPECT_EQ(json["ModelName"], "m");
  EXPECT_EQ(json["GeneratedBy"].at(0)["Name"], "crbrt-map");
  EXPECT_EQ(json["GeneratedBy"].at(0)["Version"], CRBRT_VERSION_STRING);
  EXPECT_EQ(json["Sources"], base::Json::array({"in.nii", "scan.mat:x"}));
  const auto status = base::Json::from_file(file("out/status.json"));
  EXPECT_EQ(status["Levels"]["4"], "not_computed");
  EXPECT_EQ(status["Counts"]["outside_range"], 8);
}

TEST_F(MapsOut, WithoutCommitNothingIsLeftAndNothingChanged) {
  { volume::MapFolder maps(file("fresh"), {{2, 2, 2}, {}}, volume::VoxelList::all({2, 2, 2}), run, Compression::none); }
  EXPECT_FALSE(std::filesystem::exists(file("fresh")));
  write_one({{2, 2, 2}, {}}, Compression::none, std::vector<float>(8, 1));
  const std::string before = content_of(file("out/T1map.nii"));
  const auto names = listing(file("out"));
  {
    volume::MapFolder maps(file("out"), {{2, 2, 2}, {}}, volume::VoxelList::all({2, 2, 2}), run, Compression::none);
    maps.write({"T1map", "t1_apparent_s", "s"}, std::vector<float>(8, 2));
  }
  EXPECT_EQ(content_of(file("out/T1map.nii")), before);
  EXPECT_EQ(listing(file("out")), names);
}

// NIfTI-1 counts voxels in 16 bits: 32,767 fit, one more needs NIfTI-2, which our own reader and libnifti read.
TEST_F(MapsOut, AGridBeyondNifti1IsNifti2) {
  for (const std::size_t extent : {std::size_t{32767}, std::size_t{32768}}) {
    std::vector<float> values(extent, 0.5f);
    values.back() = 2;
    for (const Compression compression : {Compression::none, Compression::gzip}) {
      write_one({{extent, 1, 1}, {}}, compression, values);
      const std::string path = file(compression == Compression::gzip ? "out/T1map.nii.gz" : "out/T1map.nii");
      EXPECT_EQ(volume::read_values(path).values, values) << path;
      const std::unique_ptr<nifti_image, void (*)(nifti_image*)> image(nifti_image_read(path.c_str(), 1), nifti_image_free);
      ASSERT_NE(image, nullptr);
      int version = 0;
      std::free(nifti_read_header(path.c_str(), &version, 0));
      EXPECT_EQ(version, extent > 32767 ? 2 : 1);
      EXPECT_EQ(image->nx, static_cast<std::int64_t>(extent));
      EXPECT_EQ(static_cast<const float*>(image->data)[extent - 1], 2);
      base::forget_input(path);
    }
  }
}

TEST_F(MapsOut, ExtentsAndSpacingsThatAreNotUsedAreOne) {
  write_one({{2, 2, 2}, {}}, Compression::none, std::vector<float>(8));
  const nifti_1_header header = nifti_header(file("out/T1map.nii"));
  EXPECT_EQ(header.dim[0], 3);
  for (int i = 4; i < 8; ++i) {
    EXPECT_EQ(header.dim[i], 1) << i;
    EXPECT_EQ(header.pixdim[i], 1) << i;
  }
}

std::vector<std::string> names_of(const std::vector<volume::MapOutput>& outputs) {
  std::vector<std::string> names;
  for (const volume::MapDescription& map : volume::describe_maps("m.crbm", outputs)) names.push_back(map.name);
  return names;
}

TEST(MapNames, FollowBidsWhereItHasAName) {
  EXPECT_EQ(names_of({{"m0_semi_frac", "1"}, {"t1_apparent_s", "s"}, {"t2_free_s", "s"}}),
            (std::vector<std::string>{"m0_semi_frac", "T1map", "T2map"}));
  EXPECT_EQ(names_of({{"m0_semi_frac", "1"}, {"r1_free_hz", "1/s"}, {"r2_free_hz", "1/s"}, {"exchange_hz", "1/s"}}),
            (std::vector<std::string>{"m0_semi_frac", "R1map", "R2map", "exchange_hz"}));
  EXPECT_EQ(names_of({{"omega0_rad_s", "rad/s"}, {"b1_rel", "1"}, {"m0", "arbitrary"}}),
            (std::vector<std::string>{"B0map", "TB1map", "M0map"}));
}

TEST(MapNames, AreDifferentAndStayInTheFolder) {
  EXPECT_EQ(names_of({{"t1_free_s", "s"}, {"t1_apparent_s", "s"}}), (std::vector<std::string>{"T1map", "t1_apparent_s"}));
  for (const char* name : {"../escape", "", "status", "a/b", "a.b", "atypicality", "t1_std"})
    expect_error(base::exit_input, {"m.crbm", std::string("\"") + name + "\""}, [&] { names_of({{name, "1"}}); });
  expect_error(base::exit_input, {"m.crbm", "twice"}, [&] { names_of({{"b1_rel", "1"}, {"b1_rel", "1"}}); });
}

TEST(MapNames, UnitsOfTheTableGoWithItsNamesAndAllElseIsTheFilesOwn) {
  const auto maps =
      volume::describe_maps("m.crbm", {{"B0map", "T"}, {"omega0_rad_s", "rad/s"}, {"t1_free_s", "ms"}, {"fat", "%"}});
  const auto expect = [&](std::size_t i, const char* name, const char* unit) {
    EXPECT_EQ(maps[i].name, name);
    EXPECT_EQ(maps[i].unit, unit);
    EXPECT_EQ(maps[i].factor, 1);
  };
  expect(0, "B0map", "T");             // a stranger's quantity of our name
  expect(1, "omega0_rad_s", "rad/s");  // its name is taken: neither renamed nor scaled
  expect(2, "t1_free_s", "ms");        // T1map is in seconds
  expect(3, "fat", "%");
}

TEST_F(MapsOut, OffResonanceIsStoredInHertz) {
  const volume::MapDescription map = volume::describe_map(volume::MapOutput{"omega0_rad_s", "rad/s"});
  const std::vector<float> omega0{0, 1, -2.5f, 897.6f, 1e-3f, -1e-3f, 6.2831855f, 3};
  volume::MapFolder maps(file("b0"), {{2, 2, 2}, {}}, volume::VoxelList::all({2, 2, 2}), run, Compression::none);
  maps.write(map, omega0);
  maps.write(volume::describe_std(map, "standard deviation"), omega0);
  maps.commit();
  for (const char* name : {"b0/B0map.nii", "b0/B0map_std.nii"}) {
    const std::vector<float> hz = nifti_values<float>(file(name));
    // The factor and the product are rounded in double, the result once to float.
    for (std::size_t v = 0; v < hz.size(); ++v)
      EXPECT_FLOAT_EQ(hz[v], static_cast<float>(static_cast<double>(omega0[v]) / (2 * std::numbers::pi))) << name << v;
  }
  const auto sidecar = base::Json::from_file(file("b0/B0map.json"));
  EXPECT_EQ(sidecar["OutputName"], "omega0_rad_s");
  EXPECT_EQ(sidecar["Units"], "Hz");
}

TEST_F(MapsOut, FillStandsWhereNoVoxelIsListed) {
  volume::MapFolder maps(file("out"), {{2, 2, 1}, {}}, std::vector<std::size_t>{1, 2}, run, Compression::none, 1,
                         std::numeric_limits<float>::quiet_NaN());
  maps.write({"T1map", "t1_apparent_s", "s"}, std::vector<float>{1, 2});
  maps.commit();
  const std::vector<float> values = nifti_values<float>(file("out/T1map.nii"));
  EXPECT_TRUE(std::isnan(values[0]) && std::isnan(values[3]));
  EXPECT_EQ(values[1], 1);
  EXPECT_EQ(values[2], 2);
}

// Whole milliseconds: rounded to the nearest, standard deviations up, and no time that people see in microseconds.
TEST_F(MapsOut, TimesInWholeMilliseconds) {
  const auto describe = [](const char* key) {
    return volume::describe_map(*physics::find_quantity(key), volume::TimeUnit::whole_milliseconds);
  };
  const volume::MapDescription t1 = describe("t1_apparent_s");
  EXPECT_EQ(t1.name, "T1map");
  EXPECT_EQ(t1.unit, "ms");
  EXPECT_EQ(describe("t1_semi_s").name, "t1_semi_ms");
  EXPECT_EQ(describe("t2_semi_s").unit, "s");
  EXPECT_EQ(describe("t2_semi_s").factor, 1);
  EXPECT_EQ(describe("m0_semi_frac").factor, 1);
  volume::MapFolder maps(file("out"), {{2, 2, 1}, {}}, volume::VoxelList::all({2, 2, 1}), run, Compression::none);
  maps.write(t1, std::vector<float>{1.2344f, 0.0004f, 2.9996f, 0});
  maps.write(volume::describe_std(t1, "standard deviation"), std::vector<float>{0.0121f, 0.0001f, 0.003f, 0});
  maps.commit();
  EXPECT_EQ(nifti_values<float>(file("out/T1map.nii")), (std::vector<float>{1234, 0, 3000, 0}));
  const std::vector<float> std = nifti_values<float>(file("out/T1map_std.nii"));
  EXPECT_EQ(std[0], 13);
  EXPECT_EQ(std[1], 1);
  EXPECT_EQ(std[3], 0);
  EXPECT_EQ(base::Json::from_file(file("out/T1map.json"))["Units"], "ms");
}

TEST_F(MapsOut, WindowsOfTheTableStandInTheHeader) {
  const auto header_of = [&](const volume::MapDescription& map) {
    volume::MapFolder maps(file("out"), {{2, 2, 1}, {}}, volume::VoxelList::all({2, 2, 1}), run, Compression::none);
    maps.write(map, std::vector<float>(4));
    maps.commit();
    return nifti_header(file("out/" + map.name + ".nii"));
  };
  const auto expect = [&](const volume::MapDescription& map, float low, float high) {
    const nifti_1_header header = header_of(map);
    EXPECT_FLOAT_EQ(header.cal_min, low) << map.name;
    EXPECT_FLOAT_EQ(header.cal_max, high) << map.name;
  };
  const physics::Quantity &t1 = *physics::find_quantity("t1_apparent_s"), &b0 = *physics::find_quantity("omega0_rad_s");
  expect(volume::describe_map(t1), 0, 3);
  expect(volume::describe_map(t1, volume::TimeUnit::whole_milliseconds), 0, 3000);
  expect(volume::describe_std(volume::describe_map(t1), ""), 0, 0.3f);
  expect(volume::describe_map(b0), -100, 100);                        // the map is in Hz
  expect(volume::describe_map(*physics::find_quantity("m0")), 0, 0);  // the viewer decides
}

TEST_F(MapsOut, TheDetailOfTheStatusNamesEveryLimit) {
  volume::MapFolder maps(file("out"), {{2, 2, 1}, {}}, std::vector<std::size_t>{0, 1, 3}, run, Compression::none);
  maps.write_status(std::vector{StatusValue::outside_range, StatusValue::ok, StatusValue::outside_range},
                    {{0, 3}, {1, 3}, {"T1map below 0 s", "T1map above 7 s"}});
  maps.commit();
  EXPECT_EQ(nifti_values<std::uint8_t>(file("out/status.nii")), (std::vector<std::uint8_t>{3, 0, 4, 3}));
  EXPECT_EQ(nifti_values<std::uint8_t>(file("out/status_detail.nii")), (std::vector<std::uint8_t>{1, 0, 0, 3}));
  const auto status = base::Json::from_file(file("out/status.json")),
             detail = base::Json::from_file(file("out/status_detail.json"));
  EXPECT_EQ(status["BeyondLimits"]["T1map below 0 s"], 2);
  EXPECT_EQ(status["BeyondLimits"]["T1map above 7 s"], 1);
  EXPECT_EQ(detail["Bits"]["2"], "T1map above 7 s");
  EXPECT_EQ(status["Levels"]["6"], "at_bound");
}

TEST(Sidecar, CommandsKeepNoFolders) {
  std::vector<std::string> words{"/usr/bin/crbrt-map", "--input", "/data/sub 1/in.nii",
                                 "--out=/data/out/",   "--mask",  "rel/m.nii"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  EXPECT_EQ(volume::command_without_folders(static_cast<int>(argv.size()), argv.data()),
            "crbrt-map --input in.nii --out=out --mask rel/m.nii");
}

}  // namespace
}  // namespace crbrt::tests
