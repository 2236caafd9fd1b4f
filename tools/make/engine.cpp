// SPDX-License-Identifier: Apache-2.0
// One thread starts processes and looks after them: the work is theirs.
#include "tools/make/engine.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <thread>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/file_lock.h"
#include "base/json.h"
#include "base/progress.h"
#include "tools/cli/child_program.h"
#include "tools/make/schedule.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* log_begin = "crbrt-make ran: ";

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

/// Of the last line like "fingerprints  42 %  300/700" or "epoch 3/40": the share that is done.
std::optional<double> share_in(const fs::path& log) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  constexpr std::streamoff tail = 2000;
  file.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(file.tellg()) - tail));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::optional<double> share;
  for (std::size_t slash = text.find('/'); slash != std::string::npos; slash = text.find('/', slash + 1)) {
    std::size_t first = slash;
    while (first > 0 && text[first - 1] >= '0' && text[first - 1] <= '9') --first;
    double done = 0, total = 0;
    std::from_chars(text.data() + first, text.data() + slash, done);
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), total);
    if (first < slash && total > 0 && done <= total) share = done / total;
  }
  return share;
}

/// A step at work.
struct Running {
  const Step* step;
  unsigned threads;
  Clock::time_point start;
  bool resumes;
  std::unique_ptr<base::FileLock> lock;
  std::unique_ptr<cli::ChildProgram> child;
  std::optional<double> share{};  // as its log said last
  double share_s = 0;             // after so long
};

class Chain {
 public:
  Chain(const std::vector<Step>& steps, const EngineOptions& options)
      : options_(options), records_(options.folder, records_folder) {
    for (const Step& step : steps) open_.push_back(&step);
    n_step_ = open_.size();
  }

  Failure run() {
    guarded([this] { start_ready(); });
    while (!running_.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const int signal = options_.stop_signal ? options_.stop_signal() : 0;
      if (signal != 0 && failure_.exit_code == 0) stop(signal, {base::exit_interrupted, "stopped; the same command goes on"});
      guarded([this] { reap(); });
      guarded([this] { start_ready(); });
      show();
    }
    if (on_terminal_) std::fputs("\r\033[K", stderr);
    if (failure_.exit_code == 0 && !open_.empty())
      failure_ = {base::exit_internal,
                  open_.front()->what + ": " + records_.missing_input(*open_.front()) + " is made by no step"};
    return failure_;
  }

 private:
  /// A record that cannot be written, on a full disk say, must not leave steps behind that nobody looks after.
  void guarded(const std::function<void()>& body) {
    try {
      body();
    } catch (const base::Error& error) {
      fail({error.code(), error.what()});
    }
  }

  fs::path log_of(const Step& step) const { return options_.folder / logs_folder / (step.name + ".log"); }

  void say(const std::string& text) const {
    std::fprintf(stderr, "%s%s\n", on_terminal_ ? "\r\033[K" : "", base::for_terminal(text).c_str());
    std::fflush(stderr);
  }

  bool waits(const Step& step) const {
    const auto is_needed = [&](const Step* other) { return needs(step, *other); };
    return std::any_of(open_.begin(), open_.end(), is_needed) ||
           std::any_of(running_.begin(), running_.end(), [&](const Running& r) { return needs(step, *r.step); });
  }

  unsigned free_threads() const {
    unsigned used = 0;
    for (const Running& running : running_) used += running.threads;
    return options_.threads - std::min(options_.threads, used);
  }

  /// Starts what can be, in the order of the steps; what is done is done without a core.
  void start_ready() {
    for (bool again = true; again && failure_.exit_code == 0;) {
      again = false;
      for (auto at = open_.begin(); at != open_.end() && failure_.exit_code == 0;) {
        const Step& step = **at;
        if (waits(step)) {
          ++at;
          continue;
        }
        const std::string why = records_.why_not_done(step);
        if (!why.empty() && free_threads() == 0) break;
        at = open_.erase(at);
        again = true;
        if (why.empty()) {
          ++n_done_;
          say(step.what + ": done before");
        } else {
          start(step, why);
        }
      }
    }
  }

  void start(const Step& step, const std::string& why) {
    if (const std::string absent = records_.missing_input(step); !absent.empty()) {
      fail({base::exit_interrupted, step.what + ": " + (options_.folder / absent).string() + " is not there"});
      return;
    }
    auto lock = std::make_unique<base::FileLock>(options_.folder / records_folder / (step.name + ".lock"));
    if (lock->outcome() == base::FileLock::Outcome::taken) {
      fail({base::exit_output, step.what + ": another run is at work on it"});
      return;
    }
    const unsigned threads = std::min(free_threads(), step.most_threads);
    const bool resumes = records_.was_begun(step) && has_scratch(step);
    if (!resumes) remove_scratch(step);
    records_.begin(step);
    say(step.what + ": " + (resumes ? "goes on" : "begins") + (why == "it was never done" ? "" : " (" + why + ")"));
    running_.push_back({&step, threads, Clock::now(), resumes, std::move(lock), started(step, threads, resumes)});
  }

  std::unique_ptr<cli::ChildProgram> started(const Step& step, unsigned threads, bool resumes) const {
    std::vector<std::string> words = step.command;
    words.front() = cli::program_beside(words.front());
    words.insert(words.end(), step.how.begin(), step.how.end());
    if (!step.threads_option.empty()) words.insert(words.end(), {step.threads_option, std::to_string(threads)});
    if (resumes) words.insert(words.end(), step.resume.begin(), step.resume.end());
    base::write_text(log_of(step), log_begin + cli::in_words(words) + "\n", log_of(step));
    return std::make_unique<cli::ChildProgram>(words, fs::absolute(log_of(step)), options_.folder);
  }

  bool has_scratch(const Step& step) const {
    std::error_code absent;
    return std::any_of(step.scratch.begin(), step.scratch.end(),
                       [&](const fs::path& path) { return fs::exists(options_.folder / path, absent); });
  }

  void remove_scratch(const Step& step) const {
    std::error_code ignored;
    for (const fs::path& path : step.scratch) fs::remove_all(options_.folder / path, ignored);
  }

  void reap() {
    for (auto at = running_.begin(); at != running_.end();) {
      if (!at->child->has_ended()) {
        ++at;
        continue;
      }
      Running ended = std::move(*at);
      at = running_.erase(at);
      conclude(ended);
    }
  }

  void conclude(Running& ended) {
    const Step& step = *ended.step;
    const int code = ended.child->exit_code();
    const double core_s = seconds_since(ended.start) * ended.threads;
    if (code == base::exit_input && ended.resumes && failure_.exit_code == 0) {
      remove_scratch(step);
      say(step.what + ": " + cli::reason_in(log_of(step), step.command.front(), log_begin) + "; it begins anew");
      records_.begin(step);
      ended.resumes = false;
      ended.child = started(step, ended.threads, false);
      running_.push_back(std::move(ended));
      return;
    }
    if (step.copies.contains(code)) copy(step);
    if (step.fine.contains(code) || step.copies.contains(code)) {
      records_.finish(step, core_s);
      if (!ended.resumes) speed_.add(step.core_s, core_s);
      ++n_done_;
      say(step.what + ": done in " + base::duration_text(seconds_since(ended.start)) + position());
      if (!step.headline.empty()) say(base::Json::from_file((options_.folder / step.headline).string()).at("headline").text());
      return;
    }
    fail(failure_of(step, code));
  }

  std::string position() const { return " (" + std::to_string(n_done_) + " of " + std::to_string(n_step_) + " steps)"; }

  /// Of a file that a step before has made.
  void copy(const Step& step) const {
    base::AtomicFile file(options_.folder / step.copy_to);
    std::error_code error;
    fs::copy_file(options_.folder / step.copy_from, file.temporary(), fs::copy_options::overwrite_existing, error);
    if (error) throw base::OutputError((options_.folder / step.copy_to).string(), error.message());
    file.commit();
  }

  Failure failure_of(const Step& step, int code) const {
    const std::string log = log_of(step).string();
    if (code > 128)
      return {base::exit_interrupted, step.what + " was ended by signal " + std::to_string(code - 128) + " (" + log +
                                          " has its lines); the same command goes on"};
    if (code == base::exit_interrupted)
      return {code, step.what + " was stopped (" + log + " has its lines); the same command goes on"};
    const std::string why = cli::reason_in(log, step.command.front(), log_begin);
    // A command line that a program refuses is of our making.
    return {code == base::exit_usage ? base::exit_internal : code, step.what + " failed (" + log + " has its lines): " + why};
  }

  /// The first failure counts; the others at work are told to end, and go on in the next run.
  void fail(Failure failure) {
    if (failure_.exit_code == 0) stop(SIGTERM, std::move(failure));
  }

  void stop(int signal, Failure failure) {
    failure_ = std::move(failure);
    for (Running& running : running_) running.child->tell(signal);
  }

  void show() {
    if (Clock::now() < due_ || running_.empty()) return;
    const base::ProgressPace pace = on_terminal_ ? base::terminal_pace : base::log_pace;
    due_ = Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(on_terminal_ ? 1 : pace.next_s));
    std::vector<OpenStep> open;
    std::string names;
    for (Running& running : running_) {
      const double elapsed_s = seconds_since(running.start);
      if (const std::optional<double> share = share_in(log_of(*running.step)); share != running.share)
        running.share = share, running.share_s = elapsed_s;
      open.push_back({running.step, running.threads, elapsed_s, running.share, running.share_s});
      names += (names.empty() ? "" : ", ") + running.step->what;
    }
    for (const Step* step : open_) open.push_back({step});
    const std::string line = names + "  remaining " +
                             base::duration_text(remaining_s(open, options_.threads, speed_, options_.later_core_s)) +
                             position();
    std::fprintf(stderr, "%s%s%s", on_terminal_ ? "\r\033[K" : "", base::for_terminal(line).c_str(), on_terminal_ ? "" : "\n");
    std::fflush(stderr);
  }

  const EngineOptions& options_;
  Records records_;
  std::list<const Step*> open_;
  std::list<Running> running_;
  MachineSpeed speed_;
  Failure failure_;
  std::size_t n_step_ = 0, n_done_ = 0;
  const bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  Clock::time_point due_ = Clock::now() + std::chrono::seconds(1);
};

void make_folders(const fs::path& folder) {
  for (const char* name : {records_folder, logs_folder}) {
    std::error_code error;
    fs::create_directories(folder / name, error);
    if (error) throw base::OutputError((folder / name).string(), error.message());
  }
}

}  // namespace

Failure run_steps(const std::vector<Step>& steps, const EngineOptions& options) {
  make_folders(options.folder);
  return Chain(steps, options).run();
}

}  // namespace crbrt::make
