// SPDX-License-Identifier: Apache-2.0
// std::format of times is younger than the compilers that we build with.
#include "tools/mrd/log.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/escaped.h"

namespace crbrt::mrd {

std::string time_text(std::chrono::system_clock::time_point time) {
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  const auto of_clock = static_cast<std::time_t>(seconds.count());
  std::tm utc{};
  ::gmtime_r(&of_clock, &utc);
  std::array<char, 48> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + n, text.size() - n, ".%03dZ", static_cast<int>((since_1970 - seconds).count()));
  return text.data();
}

void log_line(const std::string& peer, const std::string& text) {
  const std::string time = time_text(std::chrono::system_clock::now());
  std::fprintf(stderr, "%s crbrt-mrd: %s: %s\n", time.c_str(), peer.c_str(), base::for_terminal(text).c_str());
}

}  // namespace crbrt::mrd
