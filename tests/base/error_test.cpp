// SPDX-License-Identifier: Apache-2.0
// Errors become one line and an exit code in the same way in every program.
#include "base/error.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace crbrt::base {
namespace {

template <class Exception>
int throwing(int, char**) {
  throw Exception("x");
}

struct Outcome {
  int exit_code;
  std::string text;
};

Outcome run(int (*body)(int, char**)) {
  testing::internal::CaptureStderr();
  const int exit_code = run_main("crbrt-test", body, 0, nullptr);
  return {exit_code, testing::internal::GetCapturedStderr()};
}

TEST(RunMain, TurnsErrorsIntoALineAndTheirExitCode) {
  const Outcome input = run([](int, char**) -> int { throw InputError("a.nii", "3 dimensions", "2"); });
  EXPECT_EQ(input.exit_code, 3);
  EXPECT_EQ(input.text, "crbrt-test: a.nii: expected 3 dimensions, found 2\n");
  EXPECT_EQ(run([](int, char**) -> int { throw DisagreementError("a", "b", "c"); }).exit_code, 4);
  const Outcome output = run([](int, char**) -> int { throw OutputError("a.nii", "No space left on device"); });
  EXPECT_EQ(output.exit_code, 5);
  EXPECT_EQ(output.text, "crbrt-test: a.nii: cannot be written: No space left on device\n");
  EXPECT_EQ(run(throwing<UsageError>).exit_code, 2);
  EXPECT_EQ(run([](int, char**) -> int { throw Error(exit_interrupted, "stopped after epoch 3"); }).exit_code, 8);
}

TEST(RunMain, EverythingElseIsADefectOfOurs) {
  EXPECT_EQ(run(throwing<std::runtime_error>).exit_code, 1);
  EXPECT_EQ(run(throwing<std::runtime_error>).text, "crbrt-test: internal error: x\n");
  EXPECT_EQ(run([](int, char**) -> int { throw std::bad_alloc(); }).text, "crbrt-test: out of memory\n");
  EXPECT_EQ(run([](int, char**) -> int { throw 5; }).exit_code, 1);
}

TEST(RunMain, PassesTheProgramsOwnCode) {
  EXPECT_EQ(run([](int, char**) -> int { return exit_interrupted; }).exit_code, 8);
}

}  // namespace
}  // namespace crbrt::base
