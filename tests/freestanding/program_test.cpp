// SPDX-License-Identifier: Apache-2.0
// crbrt-codegen --target freestanding: what it writes and says, and what it refuses.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::tests {
namespace {

const std::string model = std::string("--model ") + CRBRT_SOURCE_DIR + "/tests/golden/tiny_integer.crbm";

TEST(FreestandingProgram, WritesHeaderAndSourceAndSaysWhatTheyTake) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run("crbrt-codegen " + model + " --precision i8 --target freestanding --name other --out '" + (folder / "out") + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("| tables (flash) | 944 |\n| arena (RAM) | 40 |\n"), std::string::npos) << outcome.text;
  EXPECT_TRUE(std::filesystem::exists(folder / "out/other.h"));
  EXPECT_TRUE(std::filesystem::exists(folder / "out/other.c"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/other.cpp"));
}

TEST(FreestandingProgram, RefusesFloatsAndUnknownTargets) {
  const TemporaryFolder folder;
  const std::string out = " --out '" + (folder / "out") + "'";
  const Outcome floats = run("crbrt-codegen " + model + " --precision f32 --target freestanding" + out);
  EXPECT_EQ(floats.exit_code, 2);
  EXPECT_NE(floats.text.find("expected --precision i8, i16 or mixed, found f32"), std::string::npos) << floats.text;
  const Outcome unknown = run("crbrt-codegen " + model + " --precision i8 --target toaster" + out);
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.text.find("--target: expected runtime or freestanding, found toaster"), std::string::npos) << unknown.text;
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

}  // namespace
}  // namespace crbrt::tests
