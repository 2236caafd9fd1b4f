// SPDX-License-Identifier: Apache-2.0
// Outputs exist completely or not at all.
#include "base/atomic_output.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::content_of;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

/// Files of this process cannot grow beyond `bytes`: writes then fail as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(AtomicFile, TheTargetAppearsOnCommitOnly) {
  const TemporaryFolder folder;
  const std::string target = folder.file("map.nii.gz", "old");
  {
    AtomicFile file(target);
    EXPECT_EQ(file.temporary().parent_path().parent_path(), fs::path(target).parent_path()) << "one file system";
    EXPECT_EQ(file.temporary().filename(), "map.nii.gz") << "writers look at the extension";
    write_text(file.temporary(), "new", target);
    EXPECT_EQ(content_of(target), "old");
    file.commit();
    EXPECT_EQ(content_of(target), "new");
  }
  EXPECT_EQ(content_of(target), "new");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, WithoutCommitNothingIsLeft) {
  const TemporaryFolder folder;
  const std::string target = folder.file("a.txt", "old");
  { const AtomicFile file(target); }
  EXPECT_EQ(content_of(target), "old");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, ARelativeNameLivesInTheCurrentFolder) {
  const AtomicFile file("relative-name.txt");
  EXPECT_EQ(file.temporary().parent_path().parent_path(), "");
  EXPECT_TRUE(fs::exists(file.temporary()));
}

TEST(AtomicFile, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string plain = folder.file("plain", "x");
  const auto reason_of = [](const std::string& target) -> std::string {
    try {
      const AtomicFile file(target);
    } catch (const OutputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(reason_of(folder / "no/a"), (folder / "no/a") + ": cannot be written: No such file or directory");
  EXPECT_EQ(reason_of(plain + "/a"), plain + "/a: cannot be written: Not a directory");
  EXPECT_EQ(reason_of("/dev/full"), "/dev/full: cannot be written: it is no regular file");
  EXPECT_EQ(reason_of(folder / "."), (folder / ".") + ": cannot be written: it is a folder");
}

TEST(WriteTextFile, AFullDiskKeepsTheOldFileAndLeavesNothing) {
  const TemporaryFolder folder;
  const std::string target = folder.file("a.txt", "old");
  const FileSizeLimit limit(1000);
  EXPECT_NO_THROW(write_text_file(target, std::string(1000, 'x')));
  EXPECT_THROW(write_text_file(target, std::string(1001, 'y')), OutputError);
  EXPECT_EQ(content_of(target), std::string(1000, 'x'));
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, WhatAKilledRunLeftIsRemovedAndWhatALivingOneHasIsNot) {
  const TemporaryFolder folder;
  fs::create_directory(folder / ".a.txt.crbrt-dead00");
  folder.file(".a.txt.crbrt-dead00/a.txt", "half");
  fs::create_directory(folder / ".b.txt.crbrt-dead00");
  const std::string target = folder / "a.txt";
  const Staging living(folder / "", "a.txt", target);  // as the AtomicFile of another process has it
  write_text_file(target, "of a second run");
  EXPECT_FALSE(fs::exists(folder / ".a.txt.crbrt-dead00"));
  EXPECT_TRUE(fs::exists(folder / ".b.txt.crbrt-dead00")) << "of another output, whose next run sees to it";
  EXPECT_TRUE(fs::exists(living.path()));
}

}  // namespace
}  // namespace crbrt::base
