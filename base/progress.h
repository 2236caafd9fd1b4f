// SPDX-License-Identifier: Apache-2.0
/// Progress with the remaining time: on a terminal one line that is drawn again and again, in a log a line now and then, so
/// that somebody who reads it hours later sees that the program was alive, and short runs leave logs and pipes clean.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace crbrt::base {

/// "label  42 %  3/7  remaining 1 min 05 s  note". Remaining time counts only what this run did (resumed_from is free).
std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total, std::uint64_t resumed_from,
                          double elapsed_s, const std::string& note);

/// "8 s", "1 min 05 s", "2 h 10 min"
std::string duration_text(double seconds);

/// When lines appear, in seconds: the first so long after the start, the others so long after the one before.
struct ProgressPace {
  double first_s, next_s;
};

inline constexpr ProgressPace terminal_pace{1, 0.2}, log_pace{15, 60};

/// Writes to stderr. Every member may be called from several threads.
class Progress {
 public:
  /// At the pace of a terminal or of a log, whichever stderr is.
  Progress(std::string label, std::uint64_t total, std::uint64_t resumed_from = 0);
  Progress(std::string label, std::uint64_t total, std::uint64_t resumed_from, ProgressPace pace);
  ~Progress();  ///< clears the line of a terminal
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t n, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;
  const std::string label_;
  const std::uint64_t total_, resumed_from_;
  const bool on_terminal_;
  const ProgressPace pace_;
  const Clock::time_point start_;
  std::mutex mutex_;
  Clock::time_point due_;
  std::uint64_t done_;
};

}  // namespace crbrt::base
