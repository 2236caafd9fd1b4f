// SPDX-License-Identifier: Apache-2.0
// A set of files comes as a whole, in every way that it can come, and takes nothing with it that is not its own.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/set_replacement.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::content_of;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

TEST(AtomicFolder, AllFilesAppearTogether) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "maps");
  folder.file("maps/a.txt", "old");
  folder.file("maps/other.txt", "kept");
  AtomicFolder maps(folder / "maps");
  for (const char* name : {"a.txt", "b.txt"}) write_text(maps.temporary(name), "new", name);
  EXPECT_EQ(content_of(folder / "maps/a.txt"), "old");
  EXPECT_FALSE(fs::exists(folder / "maps/b.txt"));
  maps.commit();
  EXPECT_EQ(content_of(folder / "maps/a.txt"), "new");
  EXPECT_EQ(content_of(folder / "maps/b.txt"), "new");
  EXPECT_EQ(content_of(folder / "maps/other.txt"), "kept");
}

TEST(AtomicFolder, IsMadeWithItsParentsAndCleansUp) {
  const TemporaryFolder folder;
  {
    AtomicFolder maps(folder / "x/y");
    write_text(maps.temporary("a.txt"), "new", "a.txt");
  }
  EXPECT_FALSE(fs::exists(folder / "x")) << "the parent was made by the run, too";
  const std::string plain = folder.file("plain", "x");
  EXPECT_THROW(AtomicFolder(plain + "/y"), OutputError);
  EXPECT_THROW(AtomicFolder{plain}, OutputError);
}

TEST(AtomicFolder, AFileThatWasNeverWrittenStopsTheCommitBeforeAnyRename) {
  const TemporaryFolder folder;
  AtomicFolder maps(folder / "maps");
  write_text(maps.temporary("a.txt"), "new", "a.txt");
  (void)maps.temporary("b.txt");
  EXPECT_THROW(maps.commit(), OutputError);
  EXPECT_FALSE(fs::exists(folder / "maps/a.txt"));
}

/// All files that a test calls map-*.
std::set<std::string> maps_of(const fs::path& folder) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("map-")) names.insert(entry.path().filename().string());
  return names;
}

/// name=content of every file of the folder, hidden ones included.
std::set<std::string> contents_of(const std::string& folder) {
  std::set<std::string> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    all.insert(entry.is_directory() ? name + "/" : name + "=" + content_of(entry.path().string()));
  }
  return all;
}

ino_t inode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

class Replaced : public testing::Test {
 protected:
  Replaced() {
    fs::create_directory(maps);
    for (const char* name : {"map-a", "map-b", "map-c"}) folder.file("maps/" + std::string(name), "old");
    folder.file("maps/letter", "kept");
  }
  void replace() const {
    AtomicFolder set(maps, maps_of);
    for (const char* name : {"map-a", "map-d"}) write_text(set.temporary(name), "new", name);
    set.commit();
  }

  TemporaryFolder folder;
  const std::string maps = folder / "maps";
  const std::set<std::string> replaced{"letter=kept", "map-a=new", "map-d=new"};
};

TEST_F(Replaced, EarlierFilesGoAndOthersStay) {
  ::chmod(maps.c_str(), 02751);
  const ino_t letter = inode_of(maps + "/letter"), before = inode_of(maps);
  replace();
  EXPECT_EQ(contents_of(maps), replaced);
  EXPECT_EQ(inode_of(maps + "/letter"), letter) << "the same file, whoever has it open";
  EXPECT_NE(inode_of(maps), before) << "folders were not exchanged here";
  struct stat status {};
  ::stat(maps.c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 02751u);
  EXPECT_EQ(folder.count(), 1u);
}

TEST_F(Replaced, AFolderWithAFolderInItKeepsIt) {
  fs::create_directory(maps + "/inside");
  folder.file("maps/inside/x", "kept");
  const ino_t before = inode_of(maps);
  replace();
  auto expected = replaced;
  expected.insert("inside/");
  EXPECT_EQ(contents_of(maps), expected);
  EXPECT_EQ(content_of(maps + "/inside/x"), "kept");
  EXPECT_EQ(inode_of(maps), before);
  EXPECT_EQ(folder.count(), 1u);
}

TEST_F(Replaced, TheCurrentFolderStaysTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(maps);
  {
    AtomicFolder set(".", maps_of);
    write_text(set.temporary("map-a"), "new", "map-a");
    EXPECT_EQ(folder.count(), 1u) << "nothing beside it, where the user did not point";
    set.commit();
  }
  EXPECT_TRUE(fs::exists("map-a"));
  fs::current_path(before);
  EXPECT_EQ(contents_of(maps), (std::set<std::string>{"letter=kept", "map-a=new"}));
}

TEST_F(Replaced, ALinkToAFolderStaysALink) {
  fs::create_directory_symlink(maps, folder / "link");
  {
    AtomicFolder set(folder / "link", maps_of);
    for (const char* name : {"map-a", "map-d"}) write_text(set.temporary(name), "new", name);
    set.commit();
  }
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(contents_of(maps), replaced);
}

TEST_F(Replaced, ASecondRunIsRefused) {
  const AtomicFolder first(maps, maps_of);
  try {
    const AtomicFolder second(maps, maps_of);
    ADD_FAILURE() << "accepted";
  } catch (const OutputError& error) {
    EXPECT_EQ(error.what(), maps + ": cannot be written: another run is writing into it");
  }
}

TEST_F(Replaced, AnInputIsNeverReplacedNorRemoved) {
  note_input(maps + "/map-a");
  EXPECT_THROW(AtomicFolder(maps, maps_of), OutputError) << "an earlier map that would go";
  AtomicFolder set(maps);
  EXPECT_THROW((void)set.temporary("map-a"), OutputError);
  note_input(folder.file("maps/late", "x"));
  forget_input(maps + "/map-a");
  write_text(set.temporary("map-z"), "new", "map-z");
  note_input(folder.file("maps/map-z", "opened while the run went on"));
  EXPECT_THROW(set.commit(), OutputError);
  EXPECT_EQ(content_of(maps + "/map-z"), "opened while the run went on");
}

// What a kill leaves, at each of the steps of a set that is moved.
class Killed : public Replaced {
 protected:
  void leave(const std::string& step) {
    const std::string work = "maps/.maps.crbrt-dead00/";
    fs::create_directories(folder / (work + "new"));
    for (const char* name : {"map-a", "map-d"}) folder.file(work + "new/" + name, "new");
    if (step == "staged") return;
    fs::create_directory(folder / (work + "leaving"));
    const auto out = [&](const char* name) { fs::rename(maps + "/" + name, folder / (work + "leaving/" + name)); };
    out("map-b");
    if (step == "leaving") return;
    out("map-a"), out("map-c");
    fs::rename(folder / (work + "leaving"), folder / (work + "left"));
    if (step == "half in") fs::rename(folder / (work + "new/map-a"), maps + "/map-a");
  }
  /// What is there once another run began, and failed.
  std::set<std::string> after_next_run() const {
    { const AtomicFolder next(maps); }
    return contents_of(maps);
  }

  const std::set<std::string> as_before{"letter=kept", "map-a=old", "map-b=old", "map-c=old"};
};

TEST_F(Killed, BeforeAnythingMovedNothingHappened) {
  leave("staged");
  EXPECT_EQ(after_next_run(), as_before);
}

TEST_F(Killed, WhileOldFilesLeftTheyComeBack) {
  leave("leaving");
  EXPECT_EQ(after_next_run(), as_before);
}

TEST_F(Killed, OnceAllOldFilesLeftTheNewOnesComeIn) {
  leave("left");
  EXPECT_EQ(after_next_run(), replaced);
}

TEST_F(Killed, WhileNewFilesCameTheRestComesIn) {
  leave("half in");
  EXPECT_EQ(after_next_run(), replaced);
}

// The second new file is missing: it is found out after the first came in.
TEST_F(Replaced, AnErrorBetweenTwoRenamesTakesTheFirstBack) {
  fs::create_directories(folder / "work/new");
  folder.file("work/new/map-a", "new");
  const auto before = contents_of(maps);
  SetReplacement replacement(maps, folder / "work");
  EXPECT_THROW(replacement.run({"map-a", "map-d"}, {"map-b"}, false, maps), OutputError);
  EXPECT_EQ(contents_of(maps), before);
}

}  // namespace
}  // namespace crbrt::base
