// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM leave nothing half done, and the exit code says which of them it was.
#include "base/interruption.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/atomic_output.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::content_of;
using tests::TemporaryFolder;

/// The exit code of a child that does `work`; -1 where a signal ended it.
template <class Work>
int exit_code_of(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Interrupted : public testing::TestWithParam<int> {};

TEST_P(Interrupted, NothingIsLeftAndTheCodeSaysWhy) {
  const TemporaryFolder folder;
  const std::string target = folder.file("a.txt", "old");
  const int code = exit_code_of([&] {
    const AtomicFile file(target);
    const AtomicFolder set(folder / "made/maps");
    write_text(file.temporary(), "half", target);
    ::raise(GetParam());
    let_interruption_end();
  });
  EXPECT_EQ(code, 128 + GetParam());
  EXPECT_EQ(content_of(target), "old");
  EXPECT_EQ(folder.count(), 1u);
}

TEST_P(Interrupted, WhatIsBegunTogetherIsEndedTogether) {
  const TemporaryFolder folder;
  const int code = exit_code_of([&] {
    const OnInterruption first([] {});
    {
      const Uninterrupted guard;
      ::raise(GetParam());
      for (const char* name : {"a", "b"}) write_text_file(folder / name, "whole");
    }
    let_interruption_end();
  });
  EXPECT_EQ(code, 128 + GetParam());
  EXPECT_EQ(content_of(folder / "a") + content_of(folder / "b"), "wholewhole");
}

TEST_P(Interrupted, ASignalThatTheParentIgnoresIsIgnored) {
  const TemporaryFolder folder;
  const int code = exit_code_of([&] {
    std::signal(GetParam(), SIG_IGN);  // as nohup does
    write_text_file(folder / "a", "whole");
    ::raise(GetParam());
    let_interruption_end();
  });
  EXPECT_EQ(code, 0);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted, testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace crbrt::base
