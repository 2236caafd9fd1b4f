// No output replaces an input or another output, whatever they are called.
#include "base/files_of_run.h"

#include <gtest/gtest.h>

#include "base/atomic_output.h"
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

TEST(FilesOfRun, AFileOfASetAndAFileOfItsOwnAreTwo) {
  const TemporaryFolder folder;
  AtomicFolder set(folder / "maps");
  (void)set.temporary("T1map.json");
  EXPECT_THROW((void)set.temporary("T1map.json"), OutputError);
  EXPECT_NE(refusal_of(folder / "maps/../maps/T1map.json"), "accepted");
  EXPECT_EQ(refusal_of(folder / "maps/stats.json"), "accepted");
  EXPECT_THROW((void)set.temporary("stats.json"), OutputError);
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
  } catch (const UsageError& error) {
    EXPECT_EQ(error.what(), "--json and --csv: expected two files, found " + (folder / "./a") + " twice");
  }
}

}  // namespace
}  // namespace crbrt::base
