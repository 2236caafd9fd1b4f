// SPDX-License-Identifier: Apache-2.0
// Whole files, or a complaint that says why not.
#include "base/read_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files_of_run.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

std::string complaint(const std::string& path) {
  try {
    return "accepted: " + read_file(path, "a table");
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(ReadFile, GivesEveryByte) {
  const tests::TemporaryFolder folder;
  std::string bytes;  // more than one block, with zeros and line ends
  for (int i = 0; i < 200'000; ++i) bytes += static_cast<char>(i % 256);
  EXPECT_EQ(read_file(folder.file("bytes", bytes), "bytes"), bytes);
  EXPECT_EQ(read_file(folder.file("empty", ""), "bytes"), "");
}

TEST(ReadFile, SaysWhyAFileCannotBeRead) {
  const tests::TemporaryFolder folder;
  EXPECT_EQ(complaint(folder / "absent"), folder / "absent" + ": expected a table, found No such file or directory");
  EXPECT_EQ(complaint(folder / ""), folder / "" + ": expected a table, found a folder");
}

TEST(ReadFile, WhatAnEarlierRunLeftIsNoInput) {
  const tests::TemporaryFolder folder;
  const std::string left = folder.file("sidecar.json", "{}"), input = folder.file("scan.json", "{}");
  EXPECT_EQ(read_file_of_ours(left, "a sidecar"), "{}");
  EXPECT_NO_THROW(expect_no_input(left));
  EXPECT_EQ(read_file(input, "a sidecar"), "{}");
  EXPECT_THROW(expect_no_input(input), OutputError);
}

TEST(ReadFile, NeverWaitsForAPipeNorReadsADevice) {
  const tests::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(complaint(folder / "pipe"), folder / "pipe" + ": expected a table, found a pipe");
  EXPECT_THROW(read_file_of_ours(folder / "pipe", "a sidecar"), InputError);
  EXPECT_EQ(complaint("/dev/zero"), "/dev/zero: expected a table, found a device or a socket");
}

}  // namespace
}  // namespace crbrt::base
