// SPDX-License-Identifier: Apache-2.0
/// Lines of a server that runs for months: whoever reads them beside the scanner's log needs to know when.
#pragma once

#include <chrono>
#include <string>

namespace crbrt::mrd {

/// "2026-12-01T16:53:49.007Z": ISO 8601, UTC, milliseconds.
std::string time_text(std::chrono::system_clock::time_point time);

/// Writes "TIME crbrt-mrd: PEER: TEXT" to stderr, as one line.
void log_line(const std::string& peer, const std::string& text);

}  // namespace crbrt::mrd
