// SPDX-License-Identifier: Apache-2.0
// Outputs of crbrt-map: one folder however it is spelled, no file of a person lost, no output lost to another, and nothing in
// place of what was there before until all of it is complete.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class MapOutputs : public MapProgram {
 protected:
  /// Started in the folder of the test, with everything as it is typed.
  Outcome map_here(const std::string& options) const {
    return run("cd " + file("") + " && crbrt-map --model m.crbm --input in.nii " + options);
  }
  void expect_refused(const Outcome& outcome, const std::string& part) const {
    EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr(part));
  }
  void copy(const std::string& from, const std::string& to) const { fs::copy_file(file(from), file(to)); }
};

TEST_F(MapOutputs, AFolderIsOneHoweverItIsSpelled) {
  fs::create_directory(file("dir"));
  for (const std::string& out : {std::string("a/"), std::string("b//"), std::string("./c"), std::string("d/."),
                                 std::string("x/../e"), std::string("dir/"), file("f/"), std::string("/").append(file("g"))})
    for (int run = 0; run < 2; ++run) {
      const Outcome outcome = map_here("--out " + out);
      EXPECT_EQ(outcome.exit_code, 0) << out << ": " << outcome.text;
    }
  for (const char* made : {"a", "b", "c", "d", "e", "dir", "f", "g"})
    EXPECT_TRUE(fs::exists(file(std::string(made) + "/T1map.nii"))) << made;
}

TEST_F(MapOutputs, WhatPeopleMakeOfMapsStays) {
  ASSERT_EQ(map_here("--out maps").exit_code, 0);
  base::Json smoothed = base::Json::from_file(file("maps/T1map.json"));
  smoothed["GeneratedBy"].push_back(base::Json{{"Name", "FSL"}});
  write_text(file("maps/T1map_smoothed.json"), smoothed.dump());
  copy("maps/T1map.nii", "maps/T1map_smoothed.nii");
  copy("maps/T1map.json", "maps/T1map_reviewed.json");
  write_text(file("maps/T1map_reviewed.nii.gz"), "reviewed");
  const auto before = listing(file("maps"));
  ASSERT_EQ(map_here("--out maps").exit_code, 0);
  EXPECT_EQ(listing(file("maps")), before);
  EXPECT_EQ(content_of(file("maps/T1map_reviewed.nii.gz")), "reviewed");
}

TEST_F(MapOutputs, AMapThatAnotherProgramChangedIsNotReplaced) {
  ASSERT_EQ(map_here("--out maps").exit_code, 0);
  base::Json changed = base::Json::from_file(file("maps/T1map.json"));
  changed["GeneratedBy"].push_back(base::Json{{"Name", "FSL"}});
  write_text(file("maps/T1map.json"), changed.dump());
  const std::string before = images("maps");
  expect_refused(map_here("--out maps"), "maps/T1map.nii: cannot be written: it is no map that a program of crbrt made");
  EXPECT_EQ(images("maps"), before);
}

TEST_F(MapOutputs, AForeignMapKeepsTheNameWhateverItsEnding) {
  for (const bool is_packed : {false, true}) {
    const std::string out = is_packed ? "packed" : "plain", theirs = out + (is_packed ? "/T1map.nii.gz" : "/T1map.nii");
    fs::create_directory(file(out));
    write_text(file(theirs), "theirs");
    for (const char* option : {"", " --compress", " --dry-run"})
      expect_refused(map_here("--out " + out + option), theirs + ": cannot be written: it is no map");
    EXPECT_EQ(listing(file(out)).size(), 1U);
    fs::remove(file(theirs));
  }
}

TEST_F(MapOutputs, OneSidecarIsNotTakenForThatOfTwoMaps) {
  ASSERT_EQ(map_here("--out maps --compress").exit_code, 0);
  write_text(file("maps/T1map.nii"), "theirs");
  for (const char* option : {"", " --compress"})
    expect_refused(map_here(std::string("--out maps") + option), "maps/T1map.nii: cannot be written: it and T1map.nii.gz");
  EXPECT_EQ(content_of(file("maps/T1map.nii")), "theirs");
  EXPECT_TRUE(fs::exists(file("maps/T1map.nii.gz")));
}

TEST_F(MapOutputs, TwoOutputsHaveTwoNames) {
  add_viewer();
  write_nifti1(file("labels.nii"), {{6, 5, 4}, DT_UINT8, std::vector<std::byte>(n_voxel, std::byte{1})});
  for (const std::string& options :
       {std::string("--stats r.html --report r.html"), std::string("--stats ./r.html --report ").append(file("r.html")),
        std::string("--stats r.csv --report r.html --labels labels.nii"), std::string("--report q.csv --labels labels.nii"),
        std::string("--stats maps"), std::string("--report ./maps"), std::string("--stats maps/T1map.json")}) {
    const Outcome outcome = run("cd " + file("") + " && bin/crbrt-map --model m.crbm --input in.nii --out maps " + options);
    expect_refused(outcome, "it is another output of this run");
    for (const char* name : {"maps", "r.html", "r.csv", "q.csv"}) EXPECT_FALSE(fs::exists(file(name))) << options << name;
  }
  expect_refused(run("cd " + file("") + " && crbrt-compare --maps maps --reference maps --json both --plot ./both"),
                 "it is the file of --json and of --plot");
}

// A limit on the size of files stands for a full disk: everything fits but the page.
TEST_F(MapOutputs, WithoutRoomForThePageTheMapsStayAsTheyWere) {
  add_viewer();
  folder.file("share/crbrt/niivue.umd.js", std::string(100'000, '/'));
  ASSERT_EQ(map_here("--out maps").exit_code, 0);
  const std::string before = images("maps");
  write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(Complexes(values.rbegin(), values.rend()))});
  const Outcome outcome = run("cd " + file("") +
                              " && prlimit --fsize=50000 bin/crbrt-map --model m.crbm --input in.nii --out "
                              "maps --stats s.json --report page.html");
  expect_refused(outcome, "page.html: cannot be written: File too large");
  EXPECT_EQ(images("maps"), before);
  for (const char* name : {"s.json", "page.html"}) EXPECT_FALSE(fs::exists(file(name))) << name;
}

TEST_F(MapOutputs, StatisticsAmongTheMapsComeWithThem) {
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = map_here("--out maps --stats maps/stats.json");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    EXPECT_EQ(base::Json::from_file(file("maps/stats.json"))["voxels"], n_voxel);
  }
}

TEST_F(MapOutputs, ADryRunRefusesWhatTheRunWould) {
  add_viewer();
  write_nifti1(file("labels.nii"), {{6, 5, 4}, DT_UINT8, std::vector<std::byte>(n_voxel, std::byte{1})});
  for (const char* options : {"--out maps --stats in.nii", "--out in.nii", "--out maps --stats maps", "--out in.nii/maps"})
    for (const char* how : {"", " --dry-run"}) {
      const Outcome outcome = map_here(std::string(options) + how);
      EXPECT_EQ(outcome.exit_code, 5) << options << how << outcome.text;
    }
  const Outcome plan = run("cd " + file("") +
                           " && bin/crbrt-map --model m.crbm --input in.nii --out maps --report page.html "
                           "--labels labels.nii --dry-run");
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.text, HasSubstr("  page.html\n  page.csv\n"));
  for (const char* name : {"maps", "page.html", "page.csv"}) EXPECT_FALSE(fs::exists(file(name))) << name;
}

}  // namespace
}  // namespace crbrt::tests
