// SPDX-License-Identifier: Apache-2.0
// crbrt-bids and the runs of crbrt-map that it starts: what they are told, how they end with it, and data that are odd as a
// whole.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/json.h"
#include "tests/e2e/bids_fixture.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

/// Copies of the programs in a folder of their own. crbrt-map waits for a signal while the file "wait" is there; what it gets
/// is a line of the file "got".
class CohortOfSlowMaps : public Cohort {
 protected:
  CohortOfSlowMaps() {
    folder_of("programs");
    fs::copy_file(CRBRT_BIN_DIR "/crbrt-bids", file("programs/crbrt-bids"));
    folder.file("programs/crbrt-map",
                "#!/bin/bash\n[ -e " + file("wait") +
                    " ] || exec " CRBRT_BIN_DIR "/crbrt-map \"$@\"\nfor s in INT TERM; do trap \"echo $s $$ >>" + file("got") +
                    "; exit 1\" $s; done\necho $$ >>" + file("begun") + "\nfor ((i = 0; i < 600; ++i)); do sleep 0.1; done\n");
    fs::permissions(file("programs/crbrt-map"), fs::perms::owner_all);
  }

  std::size_t n_line(const std::string& name) const {
    if (!fs::exists(file(name))) return 0;
    const std::string text = content_of(file(name));
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  /// The exit code of a cohort of two images at a time that is told this signal while both are mapped.
  int exit_code_of_interrupted(int signal) const {
    const pid_t child = ::fork();
    if (child == 0) {
      std::signal(SIGINT, SIG_DFL);
      if (std::freopen("/dev/null", "w", stderr) == nullptr || std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(99);
      const std::string program = file("programs/crbrt-bids"), raw = file("raw"), maps = file("maps"), model = file("m.crbm");
      ::execl(program.c_str(), "crbrt-bids", raw.c_str(), maps.c_str(), "participant", "--model", model.c_str(), "--basis",
              model.c_str(), "--jobs", "2", static_cast<char*>(nullptr));
      ::_exit(98);
    }
    for (int i = 0; i < 3000 && n_line("begun") < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::kill(child, signal);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  Outcome start_again(const std::string& more = "") const {
    return run(file("programs/crbrt-bids") + " " + file("raw") + " " + file("maps") + " participant --model " + file("m.crbm") +
               " --basis " + file("m.crbm") + " " + more);
  }
};

TEST_F(CohortOfSlowMaps, AnInterruptedCohortEndsItsMapsAndASecondStartGoesOn) {
  for (const auto& [signal, name] : {std::pair{SIGTERM, "TERM "}, {SIGINT, "INT "}}) {
    fs::remove(file("begun")), fs::remove(file("got"));
    folder.file("wait", "");
    EXPECT_EQ(exit_code_of_interrupted(signal), 128 + signal);
    EXPECT_EQ(n_line("got"), 2U) << name << "reached one crbrt-map of two, or none, before crbrt-bids ended";
    EXPECT_NE(content_of(file("got")).find(name), std::string::npos) << content_of(file("got"));
    const Outcome group = run("crbrt-bids " + file("raw") + " " + file("maps") + " group");
    EXPECT_EQ(group.exit_code, 8) << group.text;
    EXPECT_EQ(state("01"), "failed");
    EXPECT_NE(cell("02", 12).find("ended before"), std::string::npos) << table();
    fs::remove(file("wait"));
    const Outcome second = start_again("--jobs 2");
    EXPECT_EQ(second.exit_code, 0) << second.text;
    EXPECT_EQ(state("01"), "done");
    EXPECT_EQ(state("02"), "done");
    fs::remove_all(file("maps"));
  }
}

TEST_F(Cohort, OptionsThatChangeMapsReachThem) {
  write_nifti1(file("raw/sub-01/anat/sub-01_desc-brain_mask.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(mask)});
  const Outcome outcome = bids("--fill nan --units ms --ignore-geometry");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::string begin = file("maps/sub-01/anat/sub-01_rec-subspace_");
  EXPECT_EQ(base::Json::from_file(begin + "T1map.json")["Units"], "ms");
  const std::vector<float> t1 = volume::read_values(begin + "T1map.nii.gz").values;
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(std::isnan(t1[v]), mask[v] == 0) << v;
  const std::string script = file("maps/logs/crbrt-bids.sbatch");
  run("PATH=/nowhere; " CRBRT_BIN_DIR "/crbrt-bids " + file("raw") + " " + file("maps") + " participant --model " +
      file("m.crbm") + " --slurm --fill nan --units ms --ignore-geometry");
  EXPECT_NE(content_of(script).find(" --fill nan --units ms --ignore-geometry "), std::string::npos) << content_of(script);
}

// Threads make no other maps, and neither do other names of the same folder and the same model.
TEST_F(Cohort, OtherNamesOfTheSameFilesAreDoneAlready) {
  ASSERT_EQ(bids().exit_code, 0);
  const Outcome outcome =
      run("cd " + file("raw") + " && crbrt-bids . ../maps/ participant --model ./../m.crbm --basis ../m.crbm" +
          " --threads 2 --dry-run");
  EXPECT_NE(outcome.text.find("2 images, 2 of them done already"), std::string::npos) << outcome.text;
}

/// Coefficients of the shipped model's sequence, which it can judge: as they are, last to first, and none.
class CohortOfTubes : public Cohort {
 protected:
  static constexpr const char* model = CRBRT_SOURCE_DIR "/models/brain_v1/brain_v1.crbm";

  CohortOfTubes() {
    const Outcome tubes = run(std::string("crbrt-phantom tubes --size 32 --model ") + model +
                              " --sequence " CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json --out " + file("tubes"));
    EXPECT_EQ(tubes.exit_code, 0) << tubes.text;
    const auto image = volume::CoefficientImage::open(file("tubes/coefficients.nii"));
    const Complexes good = nifti_values<std::complex<float>>(file("tubes/coefficients.nii"));
    const auto n = static_cast<std::uint32_t>(image.n_coeff());
    Complexes reversed;
    for (std::size_t k = n; k-- > 0;)
      reversed.insert(reversed.end(), good.begin() + static_cast<std::ptrdiff_t>(k * n_tube_voxel),
                      good.begin() + static_cast<std::ptrdiff_t>((k + 1) * n_tube_voxel));
    add("01", good, n), add("02", reversed, n), add("03", Complexes(good.size()), n);
  }

  void add(const std::string& subject, const Complexes& coefficients, std::uint32_t n) const {
    folder_of("raw/sub-" + subject + "/anat");
    write_nifti1(image_of(subject), {{32, 32, 1, n}, DT_COMPLEX64, bytes_of(coefficients)});
    place(image_of(subject));
    fs::copy_file(file("tubes/mask.nii.gz"), file("raw/sub-" + subject + "/anat/sub-" + subject + "_desc-brain_mask.nii.gz"));
  }

  Outcome tubes(const std::string& more = "") const {
    return run("crbrt-bids " + file("raw") + " " + file("maps") + " participant --ignore-geometry --model " + model +
               " --basis " + model + " " + more);
  }

  static constexpr std::size_t n_tube_voxel = 32 * 32;
};

TEST_F(CohortOfTubes, BlankAndReversedSubjectsDoNotPassForGood) {
  const Outcome outcome = tubes();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(state("01"), "done") << table();
  EXPECT_EQ(state("02"), "warned") << table();
  EXPECT_EQ(state("03"), "warned") << table();
  EXPECT_NE(cell("02", 12).find("the coefficients seem to be in another order"), std::string::npos) << table();
  EXPECT_NE(cell("03", 12).find("no voxel has an estimate"), std::string::npos) << table();
  EXPECT_EQ(tubes("--strict").exit_code, 4) << "warnings of an earlier start were forgotten";
  EXPECT_EQ(tubes("--strict --participant-label 01").exit_code, 0);
  for (const char* subject : {"02", "03"})
    EXPECT_EQ(tubes(std::string("--strict --participant-label ") + subject).exit_code, 4) << subject;
  fs::resize_file(image_of("03"), 400);
  EXPECT_EQ(tubes("--strict").exit_code, 8);
  EXPECT_EQ(state("02"), "warned");
  EXPECT_EQ(state("03"), "failed");
}

}  // namespace
}  // namespace crbrt::tests
