// SPDX-License-Identifier: Apache-2.0
// Times of the log are those of the clock on the wall in Greenwich, to the millisecond.
#include "tools/mrd/log.h"

#include <gtest/gtest.h>

#include <regex>

namespace crbrt::mrd {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

TEST(MrdLog, TimesAreIso8601InUtcToTheMillisecond) {
  EXPECT_EQ(time_text(system_clock::time_point{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_text(system_clock::time_point(milliseconds(1'709'210'096'007))), "2024-02-29T12:34:56.007Z");
  EXPECT_EQ(time_text(system_clock::time_point(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(MrdLog, ALineBeginsWithTheTimeAndIsOne) {
  testing::internal::CaptureStderr();
  log_line("127.0.0.1:4711", "refused:\nno line of ours");
  const std::string line = testing::internal::GetCapturedStderr();
  const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z crbrt-mrd: 127\.0\.0\.1:4711: refused:.*no line of ours\n)");
  EXPECT_TRUE(std::regex_match(line, form)) << line;
}

}  // namespace
}  // namespace crbrt::mrd
