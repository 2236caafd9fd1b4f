// SPDX-License-Identifier: Apache-2.0
// kill -9 at every step of a commit and at random moments: the folder holds the old maps or the new ones, never both, and
// the next run leaves its maps and nothing else. CRBRT_KILLS says how many (scripts/test.sh --full: 200 of each kind).
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/e2e/map_fixture.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;
using Settings = std::map<std::string, std::string>;

class KilledRuns : public MapProgram {
 protected:
  KilledRuns() {
    write_nifti1(input_of(true), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
    write_nifti1(input_of(false), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(Complexes(values.rbegin(), values.rend()))});
    for (const bool first : {true, false}) {
      EXPECT_EQ(end_of(start(first, {{"CRBRT_KILL_COUNT", file("count")}}, first ? "first" : "second")), 0);
      set_[first] = contents(first ? "first" : "second");
    }
  }

  std::string input_of(bool first) const { return file(first ? "first.nii" : "second.nii"); }

  pid_t start(bool first, const Settings& settings, const std::string& out = "out") const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    for (const auto& [name, value] : settings) ::setenv(name.c_str(), value.c_str(), 1);
    ::setenv("LD_PRELOAD", CRBRT_KILL_POINT, 1);
    if (std::freopen("/dev/null", "w", stderr) == nullptr || std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(99);
    const std::string program = CRBRT_BIN_DIR "/crbrt-map", model = file("m.crbm"), input = input_of(first),
                      folder_ = file(out);
    ::execl(program.c_str(), "crbrt-map", "--model", model.c_str(), "--input", input.c_str(), "--out", folder_.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(98);
  }
  static int end_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  /// Files of a folder but not of its folders; commands name --out, so that they are compared without it.
  Settings contents(const std::string& out) const {
    Settings all;
    for (const fs::directory_entry& entry : fs::directory_iterator(file(out))) {
      if (!entry.is_regular_file()) continue;
      std::string text = content_of(entry.path().string());
      if (const auto at = text.find("\"CommandLine\""); at != std::string::npos) text.erase(at, text.find('\n', at) - at);
      all[entry.path().filename().string()] = text;
    }
    return all;
  }

  /// A folder with the first maps, made by a run that nobody kills.
  void prepare(bool with_folder_inside) {
    fs::remove_all(file("out"));
    ASSERT_EQ(end_of(start(true, {})), 0);
    if (with_folder_inside) fs::create_directory(file("out/inside"));
  }

  /// Which of both sets the files could be of; a set that is moved may be incomplete, one that is exchanged may not.
  void expect_one_set(bool may_be_incomplete, const std::string& where) const {
    const Settings found = contents("out");
    const auto is_of = [&](const Settings& set) {
      for (const auto& [name, text] : found)
        if (!set.contains(name) || set.at(name) != text) return false;
      return may_be_incomplete || found.size() == set.size();
    };
    EXPECT_TRUE(is_of(set_.at(true)) || is_of(set_.at(false))) << "a mixture, killed " << where;
  }

  void expect_next_run_tidies(bool with_folder_inside, const std::string& where) const {
    ASSERT_EQ(end_of(start(true, {})), 0) << where;
    EXPECT_EQ(contents("out"), set_.at(true)) << where;
    std::set<std::string> hidden;
    for (const char* parent : {"", "out"})
      for (const fs::directory_entry& entry : fs::directory_iterator(file(parent)))
        if (entry.path().filename().string().starts_with(".")) hidden.insert(entry.path().string());
    EXPECT_EQ(hidden, std::set<std::string>{}) << "left, killed " << where;
    EXPECT_EQ(fs::exists(file("out/inside")), with_folder_inside) << where;
  }

  static long n_kill() {
    const char* const text = std::getenv("CRBRT_KILLS");
    return text == nullptr ? 24 : std::atol(text);
  }
  long n_call() const { return std::atol(content_of(file("count")).c_str()); }

 private:
  std::map<bool, Settings> set_;
};

// Before and behind every call, from the last one, with folders that are exchanged and with files that are moved; a short test
// takes some of them, a long one takes them more than once.
TEST_F(KilledRuns, AtAStepOfTheCommitLeaveOneSet) {
  long killed = 0;
  for (const bool moved : {false, true}) {
    prepare(moved);
    ASSERT_EQ(end_of(start(false, {{"CRBRT_KILL_COUNT", file("count")}})), 0);
    const long n_point = 2 * n_call();
    ASSERT_GT(n_point, 40);
    const long n = n_kill() / 2, step = std::max(1L, n_point / n);
    for (long i = 0; i < n; ++i) {
      const long point = n_point - 1 - i * step % n_point, call = 1 + point / 2;
      Settings settings{{"CRBRT_KILL_AT", std::to_string(call)}};
      if (point % 2 == 1) settings["CRBRT_KILL_AFTER"] = "1";
      prepare(moved);
      EXPECT_EQ(end_of(start(false, settings)), -SIGKILL);
      ++killed;
      const std::string where =
          (point % 2 == 1 ? "behind call " : "before call ") + std::to_string(call) + (moved ? ", moved" : "");
      expect_one_set(moved, where);
      expect_next_run_tidies(moved, where);
    }
  }
  std::printf("%ld runs killed at a step\n", killed);
}

TEST_F(KilledRuns, AtARandomMomentLeaveOneSet) {
  std::mt19937 random(7);
  prepare(false);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(end_of(start(false, {})), 0);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count();
  long killed = 0;
  for (long i = 0; killed < n_kill() && i < 4 * n_kill(); ++i) {  // some end before they are killed
    prepare(false);
    const pid_t child = start(false, {});
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<long>(0, whole)(random)));
    ::kill(child, SIGKILL);
    killed += end_of(child) == -SIGKILL ? 1 : 0;
    expect_one_set(false, "at random moment " + std::to_string(i));
    expect_next_run_tidies(false, "at random moment " + std::to_string(i));
  }
  std::printf("%ld runs killed at a random moment\n", killed);
}

}  // namespace
}  // namespace crbrt::tests
