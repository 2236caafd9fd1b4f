// SPDX-License-Identifier: Apache-2.0
// crbrt-make: from a pulse sequence and a prior, or a dictionary, to models, with a report, a card and a verdict, in one
// command that goes on where it was stopped.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/escaped.h"
#include "base/file_lock.h"
#include "base/warnings.h"
#include "tools/make/card.h"
#include "tools/make/cluster.h"
#include "tools/make/data_sets.h"
#include "tools/make/engine.h"
#include "tools/make/inputs.h"
#include "tools/make/options.h"
#include "tools/make/pending.h"
#include "tools/make/plan.h"

namespace {

using namespace crbrt;
namespace fs = std::filesystem;

volatile std::sig_atomic_t caught = 0;

void note_signal(int signal) { caught = signal; }

/// A signal that the parent ignores (nohup) stays so.
void watch_signals() {
  for (const int signal : {SIGINT, SIGTERM})
    if (std::signal(signal, note_signal) == SIG_IGN) std::signal(signal, SIG_IGN);
}

/// Before the rank is known, that of a usual basis stands for it: names and order of the steps do not depend on it.
constexpr std::size_t usual_rank = 13;

/// All steps, those of the models as the present basis has them.
make::Plan whole_plan(const make::Request& request) {
  const std::size_t rank = make::rank_of_basis(request);
  make::Plan plan = make::model_plan(request, rank > 0 ? rank : usual_rank);
  std::vector<make::Step> steps = make::basis_steps(request);
  steps.insert(steps.end(), plan.steps.begin(), plan.steps.end());
  plan.steps = std::move(steps);
  return plan;
}

void print_plan(const make::Request& request) {
  const make::Plan plan = whole_plan(request);
  const auto pending = make::pending_steps(plan.steps, request.options.out, make::files_to_change(request, plan));
  base::print_lines(std::to_string(plan.steps.size()) + " steps, " + std::to_string(plan.steps.size() - pending.size()) +
                    " of them done already; nothing is written\n");
  for (const auto& [step, why] : pending) base::print_lines(step->what + ": " + why + "\n");
}

/// One run at a time; the jobs of a cluster share the folder, and each has a step of its own.
base::FileLock lock_of(const make::Options& o, base::FileLock::Kind what) {
  return base::FileLock(fs::path(o.out) / make::work_folder / "lock", what);
}

void expect_free(const make::Options& o, const base::FileLock& lock) {
  if (lock.outcome() == base::FileLock::Outcome::taken)
    throw base::OutputError(o.out, "another crbrt-make is at work in this folder");
  if (lock.outcome() == base::FileLock::Outcome::impossible)
    std::fprintf(stderr, "crbrt-make: warning: %s: it cannot be locked; a second run in this folder would not be noticed\n",
                 base::for_terminal(o.out).c_str());
}

void make_work_folder(const make::Options& o) {
  for (const char* folder : {make::records_folder, make::logs_folder}) {
    std::error_code error;
    fs::create_directories(fs::path(o.out) / folder, error);
    if (error) throw base::OutputError(o.out, error.message());
  }
}

int report_failure(const make::Failure& failure) {
  std::fprintf(stderr, "crbrt-make: %s\n", base::for_terminal(failure.message).c_str());
  return failure.exit_code;
}

make::EngineOptions engine_options(const make::Options& o) {
  return {.folder = o.out, .threads = o.threads, .stop_signal = [] { return static_cast<int>(caught); }};
}

double core_s_of(const std::vector<make::Step>& steps) {
  double sum = 0;
  for (const make::Step& step : steps) sum += step.core_s;
  return sum;
}

int run_chain(const make::Request& request) {
  make::EngineOptions options = engine_options(request.options);
  options.later_core_s = core_s_of(make::model_plan(request, usual_rank).steps);
  if (const make::Failure failure = make::run_steps(make::basis_steps(request), options); failure.exit_code != 0)
    return report_failure(failure);
  if (const std::string warning = make::warning_of_basis(request); !warning.empty())
    base::Warnings("crbrt-make").add(warning);  // before hours of training
  const make::Plan plan = make::model_plan(request, make::rank_of_basis(request));
  make::write_configs(request, plan);
  options.later_core_s = 0;
  if (const make::Failure failure = make::run_steps(plan.steps, options); failure.exit_code != 0)
    return report_failure(failure);
  return make::conclude(request);
}

/// What a task of a cluster does.
int run_step(const make::Request& request) {
  const make::Options& o = request.options;
  make::Plan plan = whole_plan(request);
  if (o.step == make::last_step) {
    const auto pending = make::pending_steps(plan.steps, o.out);
    if (pending.empty()) return make::conclude(request);
    return report_failure({base::exit_interrupted, "not done: " + make::name_pending(pending) + "; " +
                                                       (fs::path(o.out) / make::logs_folder).string() +
                                                       " has the lines of each, and the same command does what is missing"});
  }
  for (const make::Step& step : plan.steps)
    if (step.name == o.step) {
      if (make::rank_of_basis(request) > 0) make::write_configs(request, plan);
      const make::Failure failure = make::run_steps({step}, engine_options(o));
      return failure.exit_code == 0 ? base::exit_ok : report_failure(failure);
    }
  std::string names;
  for (const make::Step& step : plan.steps) names += (names.empty() ? "" : ", ") + step.name;
  throw base::UsageError("--step: expected one of " + names + " or " + make::last_step + ", found " + o.step);
}

void show_what_was_read(const make::Request& request) {
  const std::string& file = request.dictionary ? request.options.dictionary : request.options.sequence;
  std::fprintf(stderr, "%s\n", base::for_terminal(file + ": " + request.summary).c_str());
  if (!request.warning.empty()) base::Warnings("crbrt-make").add(request.warning);
}

int run(int argc, char** argv) {
  const std::optional<make::Options> options = make::parse_options(argc, argv);
  if (!options) return base::exit_ok;
  const make::Request request = make::request_of(*options);
  const bool is_task = !options->step.empty();
  if (!is_task) show_what_was_read(request);
  if (options->is_dry) return print_plan(request), base::exit_ok;
  watch_signals();
  make_work_folder(*options);
  const base::FileLock lock = lock_of(*options, is_task ? base::FileLock::Kind::shared : base::FileLock::Kind::exclusive);
  expect_free(*options, lock);
  make::take_inputs(request);
  if (is_task) return run_step(request);
  if (options->to_slurm) {
    const make::Plan plan = whole_plan(request);
    if (make::rank_of_basis(request) > 0) make::write_configs(request, plan);
    base::print_lines(make::submit_steps(plan.steps, *options) + "\n");
    return base::exit_ok;
  }
  return run_chain(request);
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-make", run, argc, argv); }
