// SPDX-License-Identifier: Apache-2.0
// crbrt-bids among files of other programs, and data sets with mistakes: nobody's file is replaced, and every image has its
// row.
#include <gmock/gmock.h>

#include "base/json.h"
#include "tests/e2e/bids_fixture.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST_F(Cohort, TablesAndLogsOfOtherProgramsAreRefusedBeforeTheWork) {
  folder_of("maps/logs");
  for (const char* name : {"subjects.tsv", "subjects.json", "subjects.html", "logs/sub-01_rec-subspace.json",
                           "logs/sub-01_rec-subspace.log", "logs/sub-01_rec-subspace_stats.json"}) {
    const std::string theirs = folder.file(std::string("maps/") + name, "{\"mine\": 1}\n");
    for (const char* option : {"", "--dry-run", "--fresh"}) {
      const Outcome outcome = bids(option);
      EXPECT_EQ(outcome.exit_code, 5) << name << outcome.text;
      EXPECT_THAT(outcome.text, HasSubstr(theirs + ": cannot be written: crbrt-bids did not make it"));
    }
    EXPECT_EQ(content_of(theirs), "{\"mine\": 1}\n");
    EXPECT_FALSE(fs::exists(file("maps/sub-01"))) << name;
    fs::remove(theirs);
  }
  const std::string theirs = folder.file("maps/subjects.tsv", "mine");
  EXPECT_EQ(run("crbrt-bids " + file("raw") + " " + file("maps") + " group").exit_code, 5);
  EXPECT_EQ(content_of(theirs), "mine");
}

TEST_F(Cohort, WhatWeMadeIsOursInEveryStart) {
  ASSERT_EQ(bids().exit_code, 0);
  for (const char* option : {"", "--fresh", "--no-std"}) {
    const Outcome outcome = bids(option);
    EXPECT_EQ(outcome.exit_code, 0) << option << outcome.text;
  }
  fs::remove(file("maps/logs/sub-01_rec-subspace.json"));  // the log alone is known, too
  EXPECT_EQ(bids().exit_code, 0);
}

TEST_F(Cohort, ARecordThatWasCutOffIsNone) {
  ASSERT_EQ(bids().exit_code, 0);
  const std::string record = file("maps/logs/sub-01_rec-subspace.json"), whole = content_of(record);
  for (const std::size_t length : {std::size_t{0}, std::size_t{8}, whole.size() / 2})
    for (const char* option : {"", "--fresh"}) {
      folder.file("maps/logs/sub-01_rec-subspace.json", whole.substr(0, length));
      const Outcome outcome = bids(option);
      EXPECT_EQ(outcome.exit_code, 0) << length << outcome.text;
      EXPECT_EQ(base::Json::from_file(record)["State"], "done");
    }
}

TEST_F(Cohort, AnImageUnderAnotherSubjectsNameIsRefusedInItsOwnRow) {
  folder_of("raw/sub-07/anat");
  fs::copy_file(image_of("01"), file("raw/sub-07/anat/sub-08_T2w.nii"));
  const Outcome outcome = bids("--participant-label 07");
  EXPECT_EQ(outcome.exit_code, 8) << outcome.text;
  EXPECT_EQ(state("07"), "failed") << table();
  EXPECT_THAT(cell("07", 12), HasSubstr("sub-07/anat/sub-08_T2w.nii: expected a name of sub-07, whose folder it lies in"));
  EXPECT_FALSE(fs::exists(file("maps/sub-08")));
}

TEST_F(Cohort, ImagesOfOneNameHaveARowEach) {
  for (const char* name : {"echo-1_T2w.nii", "echo-2_T2w.nii"}) {
    folder_of("raw/sub-07/anat");
    fs::copy_file(image_of("01"), file(std::string("raw/sub-07/anat/sub-07_") + name));
  }
  folder_of("raw/sub-08/anat");
  fs::copy_file(image_of("01"), file("raw/sub-08/anat/sub-08_T2w.NII"));
  EXPECT_EQ(bids().exit_code, 8);
  const std::string rows = table();
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 1 + 5) << rows;
  for (const char* image : {"sub-07_echo-1_T2w.nii", "sub-07_echo-2_T2w.nii"})
    EXPECT_THAT(rows, HasSubstr(std::string("\t") + image + "\tfailed")) << image;
  EXPECT_THAT(cell("08", 12), HasSubstr("sub-08_T2w.NII (expected .nii or .nii.gz in small letters)"));
}

TEST_F(Cohort, AMapThatIsGoneIsMadeAgain) {
  ASSERT_EQ(bids().exit_code, 0);
  const std::string anat = file("maps/sub-02/anat/sub-02_rec-subspace_");
  for (const char* name : {"T1map.nii.gz", "desc-status_dseg.nii.gz"}) {
    ASSERT_TRUE(fs::remove(anat + name));
    EXPECT_EQ(bids().exit_code, 0);
    EXPECT_TRUE(fs::exists(anat + name)) << name;
  }
}

// What a program printed comes to a file when it ends, behind its error.
TEST_F(Cohort, TheReasonOfAFailureIsTheErrorAndNotTheLastLine) {
  folder_of("bin");
  fs::copy_file(CRBRT_BIN_DIR "/crbrt-bids", file("bin/crbrt-bids"));
  folder.file("bin/crbrt-map",
              "#!/bin/sh\necho 'crbrt-map: X: cannot be written: No space left on device' >&2\n"
              "echo 'crbrt-map: warning: odd' >&2\necho 'noise: 1'\nexit 5\n");
  fs::permissions(file("bin/crbrt-map"), fs::perms::owner_all);
  const Outcome outcome =
      run(file("bin/crbrt-bids") + " " + file("raw") + " " + file("maps") + " participant --model " + file("m.crbm"));
  EXPECT_EQ(outcome.exit_code, 8) << outcome.text;
  EXPECT_EQ(cell("01", 12), "crbrt-map: X: cannot be written: No space left on device");
  EXPECT_THAT(content_of(file("maps/logs/sub-01_rec-subspace.log")), HasSubstr("crbrt-bids ran: "));
}

}  // namespace
}  // namespace crbrt::tests
