// SPDX-License-Identifier: Apache-2.0
// crbrt-map --bids and crbrt-bids: a data set of derivatives, and a cohort of which some subjects are bad.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "tests/e2e/bids_fixture.h"
#include "tests/support/bids_rules.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

/// Every file below a folder with its bytes, but records, whose times differ.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all[entry.path().lexically_relative(folder).string()] = content_of(entry.path().string());
  return all;
}

TEST_F(Cohort, MapsAreAValidDataSetOfDerivatives) {
  const Outcome outcome = bids();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(bids::complaints(file("maps")), "");
  EXPECT_TRUE(fs::exists(file("maps/sub-01/anat/sub-01_rec-subspace_T1map.nii.gz")));
  EXPECT_TRUE(fs::exists(file("maps/sub-02/anat/sub-02_rec-subspace_desc-status_dseg.nii.gz")));
  const base::Json json = base::Json::from_file(file("maps/sub-01/anat/sub-01_rec-subspace_T1map.json"));
  EXPECT_EQ(json["Sources"].at(0), "bids:input:sub-01/anat/sub-01_rec-subspace_T2w.nii");
  EXPECT_EQ(json["SkullStripped"], false);
}

TEST_F(Cohort, NamesKeepSessionAndSpaceAndTheMaskOfTheSubjectIsUsed) {
  folder_of("raw/sub-06/ses-2/anat");
  const std::string begin = file("raw/sub-06/ses-2/anat/sub-06_ses-2_");
  write_nifti1(begin + "rec-subspace_space-T1w_T1w.nii", {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  write_nifti1(begin + "desc-brain_mask.nii", {{6, 5, 4}, DT_UINT8, bytes_of(mask)});
  const Outcome outcome = bids("--participant-label 06");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(bids::complaints(file("maps")), "");
  const base::Json json = base::Json::from_file(file("maps/sub-06/ses-2/anat/sub-06_ses-2_rec-subspace_space-T1w_T1map.json"));
  EXPECT_EQ(json["SkullStripped"], true);
  EXPECT_EQ(json["SpatialReference"], json["Sources"].at(0));
  EXPECT_EQ(cell("06", 4), "80");  // voxels: two thirds of 120
}

TEST_F(Cohort, OneSubjectsFailureLeavesTheOthersDone) {
  add_bad_subjects();
  const Outcome outcome = bids("--jobs 2");
  EXPECT_EQ(outcome.exit_code, 8) << outcome.text;
  EXPECT_EQ(state("01"), "done") << table();
  EXPECT_EQ(state("02"), "done");
  EXPECT_EQ(state("03"), "warned") << "a blank subject passed for good: " << table();
  EXPECT_EQ(state("04"), "failed");
  EXPECT_EQ(state("05"), "failed");
  EXPECT_NE(cell("05", 12).find("sub-05/anat: expected an image of 4 coefficients, found none"), std::string::npos) << table();
  EXPECT_EQ(cell("03", 7), "1.000000");  // zero_signal_share
  EXPECT_EQ(bids::complaints(file("maps")), "");
  const std::string page = content_of(file("maps/subjects.html"));
  EXPECT_NE(page.find("figures/sub-01_rec-subspace_T1map.png"), std::string::npos);
  EXPECT_EQ(content_of(file("maps/figures/sub-01_rec-subspace_T1map.png")).substr(1, 3), "PNG");
}

TEST_F(Cohort, ASecondStartDoesWhatIsMissing) {
  add_bad_subjects();
  bids();
  add_image("04", values);
  add_image("05", values);
  const auto before = fs::last_write_time(file("maps/logs/sub-01_rec-subspace.json"));
  const Outcome outcome = bids();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(state("04"), "done") << table();
  EXPECT_EQ(state("05"), "done");
  EXPECT_EQ(fs::last_write_time(file("maps/logs/sub-01_rec-subspace.json")), before) << "sub-01 was mapped again";
  bids("--no-std");  // other options make other maps
  EXPECT_NE(fs::last_write_time(file("maps/logs/sub-01_rec-subspace.json")), before);
}

TEST_F(Cohort, StrictEndsWithFourWhereThereAreWarnings) {
  add_image("03", Complexes(values.size()));
  EXPECT_EQ(bids("--strict").exit_code, 4);
  EXPECT_EQ(bids("--strict --participant-label 01 02").exit_code, 0);
  const Outcome blank = map(image_of("03"), "plain", "--strict --basis " + file("m.crbm"));
  EXPECT_EQ(blank.exit_code, 4) << blank.text;
  EXPECT_FALSE(fs::exists(file("plain"))) << "maps in spite of --strict";
}

TEST_F(Cohort, BadTreesAreNamed) {
  Outcome outcome = bids("--participant-label 99");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("sub-99"), std::string::npos) << outcome.text;
  folder.file("raw/sub-01/anat/sub-01_T1w.json", "{not JSON");
  fs::remove(file("raw/dataset_description.json"));
  outcome = bids();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("dataset_description.json: expected in a BIDS data set, found none"), std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("T1w.json: expected JSON"), std::string::npos) << outcome.text;
  outcome = run("crbrt-bids " + file("m.crbm") + " " + file("maps") + " participant --model " + file("m.crbm"));
  EXPECT_EQ(outcome.exit_code, 3) << outcome.text;
  outcome = run("crbrt-bids " + file("raw") + " " + file("raw") + " participant --model " + file("m.crbm"));
  EXPECT_EQ(outcome.exit_code, 2) << outcome.text;
}

TEST_F(Cohort, ARawDataSetIsNeverWrittenTo) {
  folder_of("other");
  folder.file("other/dataset_description.json", "{\"Name\": \"study\", \"BIDSVersion\": \"1.8.0\"}");
  const Outcome outcome = map(image_of("01"), "other", "--bids");
  EXPECT_EQ(outcome.exit_code, 3) << outcome.text;
  EXPECT_NE(outcome.text.find("DatasetType"), std::string::npos) << outcome.text;
  EXPECT_EQ(contents(file("other")).size(), 1U);
  EXPECT_EQ(map(file("in.nii"), "maps", "--bids").exit_code, 2);  // a name that says no subject
}

TEST_F(Cohort, AReadOnlyFolderIsAnErrorBeforeTheWork) {
  if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  folder_of("maps");
  fs::permissions(file("maps"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(bids().exit_code, 5);
  fs::permissions(file("maps"), fs::perms::owner_all);
}

TEST_F(Cohort, TheGroupLevelMakesTheTableAgain) {
  bids();
  const std::string before = table();
  fs::remove(file("maps/subjects.tsv"));
  const Outcome outcome = run("crbrt-bids " + file("raw") + " " + file("maps") + " group");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(table(), before);
}

TEST_F(Cohort, SlurmGetsAnArrayWithQuotedWordsAndALastJob) {
  // Stands for Slurm: runs every task at once, and remembers what it was told.
  folder_of("bin");
  folder.file(
      "bin/sbatch",
      "#!/bin/bash\nscript=${*: -1}\necho \"$*\" >>" + file("told") +
          "\nn=$(sed -n 's/^#SBATCH --array=0-//p' $script)\nfor i in $(seq 0 ${n:-0}); do SLURM_ARRAY_TASK_ID=$i bash $script "
          ">/dev/null; done\necho 7\n");
  fs::permissions(file("bin/sbatch"), fs::perms::owner_all);
  const std::string command = "PATH=" + file("bin") + ":$PATH; crbrt-bids " + file("raw") + " " + file("maps") +
                              " participant --model " + file("m.crbm") + " --basis " + file("m.crbm") +
                              " --slurm --slurm-option=--time=01:00:00 --select '*sub*'";
  const Outcome outcome = run(command);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("job array 7, then job 7"), std::string::npos) << outcome.text;
  EXPECT_NE(content_of(file("told")).find("--dependency=afterany:7"), std::string::npos);
  const std::string script = content_of(file("maps/logs/crbrt-bids.sbatch"));
  EXPECT_NE(script.find("#SBATCH --time=01:00:00\n"), std::string::npos) << script;
  EXPECT_NE(script.find("--select '*sub*'"), std::string::npos) << script;
  EXPECT_NE(script.find("#SBATCH --array=0-1\n"), std::string::npos) << script;
  EXPECT_EQ(state("01"), "done");
  EXPECT_EQ(state("02"), "done");
}

TEST_F(Cohort, DryRunsWriteNothing) {
  const Outcome cohort = bids("--dry-run");
  EXPECT_EQ(cohort.exit_code, 0) << cohort.text;
  EXPECT_NE(cohort.text.find("2 images, 0 of them done already"), std::string::npos) << cohort.text;
  EXPECT_FALSE(fs::exists(file("maps")));
  for (const char* more : {"", "--bids --compress"}) {
    const Outcome dry = map(image_of("01"), "out", std::string(more) + " --dry-run");
    EXPECT_EQ(dry.exit_code, 0) << dry.text;
    EXPECT_FALSE(fs::exists(file("out")));
    std::set<std::string> planned, written;
    std::istringstream lines(dry.text.substr(dry.text.find("would write:")));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("  ")) planned.insert(line.substr(2));
    ASSERT_EQ(map(image_of("01"), "out", more).exit_code, 0);
    for (const auto& [name, bytes] : contents(file("out")))
      if (name.find("sub-") != std::string::npos || *more == '\0') written.insert(file("out/" + name));
    EXPECT_EQ(planned, written);
    fs::remove_all(file("out"));
  }
}

TEST_F(Cohort, TheRawTreePassesTheValidator) {
  const std::string validator =
      std::string(CRBRT_SOURCE_DIR) + "/build/bids_validator/node_modules/bids-validator/bin/bids-validator";
  if (run("command -v node").exit_code != 0) GTEST_SKIP() << "no Node on this machine";
  if (!fs::exists(validator)) GTEST_SKIP() << "the validator is not there; docs/bids.md says how to install it";
  const Outcome made =
      run("crbrt-bids " + file("raw") + " " + file("raw/derivatives/crbrt") + " participant --model " + file("m.crbm"));
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const Outcome outcome = run("node " + validator + " " + file("raw"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(outcome.text.find("[ERR]"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
