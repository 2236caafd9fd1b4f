// SPDX-License-Identifier: Apache-2.0
// On a terminal draws over one line of stderr with a carriage return.
#include "base/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "base/escaped.h"

namespace crbrt::base {
namespace {

constexpr const char* clear_line = "\r\033[K";

std::chrono::steady_clock::duration clock_ticks(double seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

std::string two_digits(long value) {
  std::string text = std::to_string(value);
  return text.size() < 2 ? text.insert(0, 1, '0') : text;
}

}  // namespace

std::string duration_text(double seconds) {
  const long s = std::lround(std::fmax(seconds, 0));
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + two_digits(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + two_digits(s / 60 % 60) + " min";
}

std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total, std::uint64_t resumed_from,
                          double elapsed_s, const std::string& note) {
  const std::uint64_t percent = total == 0 ? 100 : done * 100 / total;
  std::string line = label + "  " + std::to_string(percent) + " %  " + std::to_string(done) + "/" + std::to_string(total);
  if (done > resumed_from && done < total) {
    const double per_item_s = elapsed_s / static_cast<double>(done - resumed_from);
    line += "  remaining " + duration_text(per_item_s * static_cast<double>(total - done));
  }
  return note.empty() ? line : line + "  " + note;
}

Progress::Progress(std::string label, std::uint64_t total, std::uint64_t resumed_from)
    : Progress(std::move(label), total, resumed_from, ::isatty(STDERR_FILENO) == 1 ? terminal_pace : log_pace) {}

Progress::Progress(std::string label, std::uint64_t total, std::uint64_t resumed_from, ProgressPace pace)
    : label_(std::move(label)),
      total_(total),
      resumed_from_(resumed_from),
      on_terminal_(::isatty(STDERR_FILENO) == 1),
      pace_(pace),
      start_(Clock::now()),
      due_(start_ + clock_ticks(pace.first_s)),
      done_(resumed_from) {}

Progress::~Progress() {
  if (on_terminal_) std::fputs(clear_line, stderr);
}

void Progress::advance(std::uint64_t n, const std::string& note) {
  const std::lock_guard lock(mutex_);
  done_ += n;
  const Clock::time_point now = Clock::now();
  if (now < due_) return;
  due_ = now + clock_ticks(pace_.next_s);
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const std::string line = progress_line(label_, done_, total_, resumed_from_, elapsed_s, note);
  std::fprintf(stderr, "%s%s%s", on_terminal_ ? clear_line : "", for_terminal(line).c_str(), on_terminal_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace crbrt::base
