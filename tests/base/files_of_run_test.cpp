// SPDX-License-Identifier: Apache-2.0
// No output replaces an input or another output, whatever they are called.
#include "base/files_of_run.h"

#include <gtest/gtest.h>

#include "base/atomic_output.h"
#include "base/companion_file.h"
#include "base/error.h"
#include "base/read_file.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::content_of;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

std::string refusal_of(const std::string& target) {
  try {
    const AtomicFile file(target);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(FilesOfRun, AnInputIsRefusedAsOutputUnderEveryName) {
  const TemporaryFolder folder;
  const std::string input = folder.file("in.json", "{}");
  fs::create_symlink(input, folder / "symbolic");
  fs::create_hard_link(input, folder / "hard");
  fs::create_directory(folder / "x");
  (void)read_file(input, "text");
  for (const char* name : {"in.json", "symbolic", "hard", "x/../in.json"})
    EXPECT_EQ(refusal_of(folder / name), (folder / name) + ": cannot be written: it is an input of this run (" + input + ")");
  EXPECT_EQ(refusal_of(folder / "other"), "accepted");
  forget_input(folder / "hard");
  EXPECT_EQ(refusal_of(input), "accepted");
}

TEST(FilesOfRun, AnInputThatWasOpenedAfterTheOutputIsKept) {
  const TemporaryFolder folder;
  const std::string both = folder.file("both", "input");
  AtomicFile file(both);
  write_text(file.temporary(), "output", both);
  note_input(both);
  EXPECT_THROW(file.commit(), OutputError);
  EXPECT_EQ(content_of(both), "input");
}

TEST(FilesOfRun, TwoFilesThatAreBeingWrittenAreTwo) {
  const TemporaryFolder folder;
  const AtomicFile first(folder / "out.html");
  for (const char* name : {"out.html", "./out.html", "x/../out.html"})
    EXPECT_EQ(refusal_of(folder / name),
              (folder / name) + ": cannot be written: it is another output of this run (" + (folder / "out.html") + ")");
  EXPECT_THROW(const AtomicFolder set(folder / "out.html"), OutputError);
  EXPECT_THROW(const AtomicFolder set(folder / "out.html/maps"), OutputError);
}

TEST(FilesOfRun, ARelativeNameOfAFileThatIsNotThereIsItsAbsoluteOne) {
  const std::string name = "crbrt_files_of_run_test_absent";
  const AtomicFile first(name);
  for (const std::string& same : {"./" + name, (fs::current_path() / name).string()})
    EXPECT_NE(refusal_of(same).find("it is another output of this run (" + name + ")"), std::string::npos) << same;
  EXPECT_THROW(expect_different_outputs({{"--json", name}, {"--csv", fs::current_path() / name}}), OutputError);
}

TEST(FilesOfRun, AFolderHasOneName) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  for (const auto& [typed, name] : std::initializer_list<std::pair<const char*, const char*>>{{"o", "o"},
                                                                                              {"o/", "o"},
                                                                                              {"o//", "o"},
                                                                                              {"./o", "o"},
                                                                                              {"o/.", "o"},
                                                                                              {"x/../o", "o"},
                                                                                              {"../o/", "../o"},
                                                                                              {"..", ".."},
                                                                                              {"/a//b/", "/a/b"},
                                                                                              {"/", "/"},
                                                                                              {".", "."},
                                                                                              {"./", "."},
                                                                                              {"", ""}})
    EXPECT_EQ(folder_name(typed).string(), name) << typed;
  EXPECT_EQ(folder_name(folder / "link/../o").string(), folder / "link/../o") << "a/o, which lies elsewhere";
}

TEST(FilesOfRun, AFileOfASetAndAFileOfItsOwnAreTwo) {
  const TemporaryFolder folder;
  AtomicFolder set(folder / "maps");
  (void)set.temporary("T1map.json");
  EXPECT_THROW((void)set.temporary("T1map.json"), OutputError);
  EXPECT_NE(refusal_of(folder / "maps/../maps/T1map.json"), "accepted");
  write_text_file(folder / "maps/stats.json", "{}");
  EXPECT_THROW((void)set.temporary("stats.json"), OutputError);
}

TEST(FilesOfRun, ACompanionHasItsNameFromTheBeginningAndComesAfterItsSet) {
  const TemporaryFolder folder;
  CompanionFile stats(folder / "new/stats.json"), inside(folder / "maps/page.html"), none("");
  EXPECT_NE(refusal_of(folder / "new/stats.json"), "accepted");
  AtomicFolder set(folder / "maps");
  write_text(set.temporary("T1map.json"), "{}", "T1map.json");
  stats.stage("1"), inside.stage("2", &set), none.stage("3");
  EXPECT_FALSE(fs::exists(folder / "new/stats.json"));
  set.commit(), stats.commit(), inside.commit(), none.commit();
  EXPECT_EQ(content_of(folder / "new/stats.json"), "1");
  EXPECT_EQ(content_of(folder / "maps/page.html"), "2");
}

TEST(FilesOfRun, ACompanionThatDoesNotComeLeavesNothing) {
  const TemporaryFolder folder;
  {
    CompanionFile stats(folder / "new/stats.json");
    stats.stage("1");
  }
  EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST(FilesOfRun, AStateIsWrittenAgainAndAgain) {
  const TemporaryFolder folder;
  for (const char* text : {"1", "2"}) EXPECT_NO_THROW(write_text_file(folder / "state", text));
}

TEST(FilesOfRun, TwoOptionsNameTwoFiles) {
  const TemporaryFolder folder;
  EXPECT_NO_THROW(expect_different_outputs({{"--json", folder / "a"}, {"--csv", folder / "b"}, {"--x", ""}, {"--y", ""}}));
  try {
    expect_different_outputs({{"--json", folder / "a"}, {"--csv", folder / "./a"}});
    ADD_FAILURE() << "accepted";
  } catch (const OutputError& error) {
    EXPECT_EQ(error.what(), (folder / "./a") + ": cannot be written: it is the file of --json and of --csv");
  }
}

}  // namespace
}  // namespace crbrt::base
