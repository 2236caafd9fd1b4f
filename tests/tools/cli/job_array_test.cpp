// SPDX-License-Identifier: Apache-2.0
// Job arrays for Slurm, whose sbatch is a script here that keeps what it is asked.
#include "tools/cli/job_array.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::cli {
namespace {

class JobArrays : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder / "bin");
    const std::string sbatch = folder.file(
        "bin/sbatch", "#!/bin/sh\necho \"$*\" >>'" + (folder / "asked") + "'\nwc -l <'" + (folder / "asked") + "'\n");
    std::filesystem::permissions(sbatch, std::filesystem::perms::owner_all);
    path_before = std::getenv("PATH");
    ::setenv("PATH", (folder / "bin" + ":" + path_before).c_str(), 1);
  }
  void TearDown() override { ::setenv("PATH", path_before.c_str(), 1); }

  JobArray jobs(std::size_t n) const {
    JobArray array{.name = "job",
                   .commands = {},
                   .last = {"true"},
                   .sbatch_options = {},
                   .folder = std::filesystem::path(folder / "asked").parent_path()};
    for (std::size_t i = 0; i < n; ++i) array.commands.push_back({"echo", "task " + std::to_string(i)});
    return array;
  }
  /// What task `index` of the array that begins with command `first` prints.
  std::string printed(std::size_t index, const std::string& first) const {
    const std::string script = folder / "job.sbatch", to = folder / "printed";
    const std::string command =
        "SLURM_ARRAY_TASK_ID=" + std::to_string(index) + " bash '" + script + "' " + first + " >'" + to + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return tests::content_of(to);
  }

  tests::TemporaryFolder folder;
  std::string path_before;
};

TEST_F(JobArrays, ACohortIsOneArrayAndAJobBehindIt) {
  EXPECT_EQ(submit(jobs(3)).said, "job array 1, then job 2");
  const std::string script = folder / "job.sbatch", last = folder / "job-last.sbatch";
  EXPECT_EQ(tests::content_of(folder / "asked"),
            "--parsable " + script + "\n" + "--parsable --dependency=afterany:1 " + last + "\n");
  EXPECT_EQ(printed(2, ""), "task 2\n");
}

// Slurm takes indices below MaxArraySize, which is 1001 unless a site changes it.
TEST_F(JobArrays, MoreTasksThanAnArrayTakesAreSeveralArraysOfOneScript) {
  EXPECT_EQ(submit(jobs(2001)).said, "job array 1, 2, 3, then job 4");
  const std::string script = folder / "job.sbatch", last = folder / "job-last.sbatch";
  EXPECT_EQ(tests::content_of(folder / "asked"), "--parsable " + script + "\n" + "--parsable --array=0-999 " + script +
                                                     " 1000\n" + "--parsable --array=0-0 " + script + " 2000\n" +
                                                     "--parsable --dependency=afterany:1:2:3 " + last + "\n");
  EXPECT_EQ(printed(999, ""), "task 999\n");
  EXPECT_EQ(printed(0, "1000"), "task 1000\n");
  EXPECT_EQ(printed(0, "2000"), "task 2000\n");
  const std::string text = tests::content_of(script);
  EXPECT_NE(text.find("\n#SBATCH --array=0-999\n"), std::string::npos);
  EXPECT_NE(text.find("# the other tasks: sbatch --array=0-0 job.sbatch 2000\n"), std::string::npos);
}

TEST_F(JobArrays, AnArrayWaitsForThoseBefore) {
  JobArray array = jobs(1);
  array.last.clear();
  array.after = {"7", "8"};
  const Submitted submitted = submit(array);
  EXPECT_EQ(submitted.ids, std::vector<std::string>{"1"});
  EXPECT_EQ(tests::content_of(folder / "asked"), "--parsable --dependency=afterany:7:8 " + (folder / "job.sbatch") + "\n");
}

// sbatch takes the later of two directives: what a user says wins over what the program would take.
TEST_F(JobArrays, OptionsOfTheUserComeBehindThoseOfTheProgram) {
  JobArray array = jobs(1);
  array.threads = 2;
  array.sbatch_options = {"--cpus-per-task=8"};
  const std::string text = job_script(array);
  EXPECT_LT(text.find("--cpus-per-task=2"), text.find("--cpus-per-task=8"));
  EXPECT_NE(text.find("--cpus-per-task=8"), std::string::npos);
}

}  // namespace
}  // namespace crbrt::cli
