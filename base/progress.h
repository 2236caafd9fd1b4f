/// A progress line with the remaining time, on a terminal only: logs and pipes stay clean.
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

/// Redraws at most a few times a second. Every member may be called from several threads.
class Progress {
 public:
  Progress(std::string label, std::uint64_t total, std::uint64_t resumed_from = 0);
  ~Progress();  ///< clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t n, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;
  const std::string label_;
  const std::uint64_t total_, resumed_from_;
  const bool on_terminal_;
  const Clock::time_point start_;
  std::mutex mutex_;
  Clock::time_point drawn_;
  std::uint64_t done_;
};

}  // namespace crbrt::base
