// SPDX-License-Identifier: Apache-2.0
// crbrt-bids: maps of every subject of a BIDS data set, as a BIDS App is called: IN OUT participant, then IN OUT group.
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/warnings.h"
#include "tools/bids/cohort.h"
#include "tools/bids/options.h"
#include "tools/bids/ownership.h"
#include "tools/bids/picture.h"
#include "tools/bids/run_image.h"
#include "tools/bids/table.h"
#include "tools/cli/child_program.h"
#include "tools/cli/job_array.h"
#include "tools/volume/bids_names.h"

namespace {

using namespace crbrt;
namespace fs = std::filesystem;

/// What is left to do; the rest is done already.
std::vector<bids::CohortImage> pending(const bids::Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  std::vector<bids::CohortImage> images;
  for (const bids::CohortImage& image : cohort.images)
    if (o.is_fresh || !bids::is_done(command, image)) images.push_back(image);
  return images;
}

void print_plan(const bids::Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  const auto images = pending(o, command, cohort);
  base::print_lines(std::to_string(cohort.images.size()) + " images, " + std::to_string(cohort.images.size() - images.size()) +
                    " of them done already; nothing is written\n");
  for (const bids::CohortImage& image : images) {
    if (!image.problem.empty()) {
      base::print_lines(image.id + ": " + image.problem + "\n");
      continue;
    }
    const fs::path status = fs::path(o.out) / image.name.folder() / volume::BidsMapNames(image.name).path("status");
    base::print_lines(image.id + ": " + (image.mask.empty() ? "all voxels (no mask)" : image.mask.string()) + " -> " +
                      status.string() + "\n");
    base::print_lines("    " + cli::in_words(bids::command_of(command, image)) + "\n");
  }
}

void make_folders(const bids::Options& o) {
  const fs::path in = fs::weakly_canonical(o.in);
  volume::make_derivatives(o.out, in);
  std::error_code error;
  fs::create_directories(fs::path(o.out) / "logs", error);
  if (error) throw base::OutputError((fs::path(o.out) / "logs").string(), error.message());
}

std::string submit_jobs(const bids::Options& o, const bids::MapCommand& command, const std::vector<bids::CohortImage>& images) {
  cli::JobArray jobs{"crbrt-bids", {}, {}, o.slurm_options, o.threads, command.logs()};
  const std::string program = fs::read_symlink("/proc/self/exe").string(), in = fs::absolute(o.in).string();
  std::string before;
  for (const bids::CohortImage& image : images) {
    bids::write_unfinished(command, image, "its job has not come so far, or was ended");
    const std::string subject = image.name.label("sub");
    if (subject == before) continue;
    before = subject;
    std::vector<std::string> words{program, in, command.out.string(), "participant", "--participant-label", subject};
    const std::vector<std::string> options = bids::map_options(o);
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--threads", std::to_string(o.threads)});
    if (!o.select.empty()) words.insert(words.end(), {"--select", o.select});
    if (o.is_strict) words.emplace_back("--strict");
    if (o.is_fresh) words.emplace_back("--fresh");
    jobs.commands.push_back(std::move(words));
  }
  jobs.last = {program, in, command.out.string(), "group"};
  return jobs.commands.empty() ? "nothing to submit: all images are done" : cli::submit(jobs).said;
}

/// Records of images that these subjects have no longer, e.g. that one was missing.
void drop_old_records(const bids::MapCommand& command, const bids::Cohort& cohort) {
  std::set<std::string> subjects, ids;
  for (const bids::CohortImage& image : cohort.images) {
    subjects.insert(image.name.label("sub"));
    ids.insert(image.id);
  }
  std::error_code absent;
  for (const bids::Record& record : bids::read_records(command.logs()))
    if (subjects.contains(record.subject) && !ids.contains(record.id)) fs::remove(command.record_of(record.id), absent);
}

/// The records of all images of this start, those of earlier ones included.
std::vector<bids::Record> run_images(const bids::Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  drop_old_records(command, cohort);
  const auto images = pending(o, command, cohort);
  base::Progress progress("images", images.size());
  std::mutex mutex;
  const auto run_one = [&](unsigned, std::size_t i) {
    const bids::Record record = bids::run_image(command, images[i]);
    if (record.exit_code == 0) bids::write_pictures(o.out, images[i]);
    const std::lock_guard lock(mutex);
    base::print_lines(record.id + ": " + bids::name(record.state()) + (record.message.empty() ? "" : ": ") + record.message +
                      "\n");
    std::fflush(stdout);
    progress.advance(1);
  };
  base::for_each_index(images.size(), o.jobs, run_one, 1);
  std::vector<bids::Record> records;
  for (const bids::CohortImage& image : cohort.images)
    if (auto record = bids::read_record(command.record_of(image.id))) records.push_back(std::move(*record));
  return records;
}

/// The exit code of all, and their sum in one line.
int conclude(const bids::Options& o, const std::vector<bids::Record>& records) {
  std::size_t n_warned = 0, n_failed = 0;
  for (const bids::Record& record : records) {
    n_warned += record.state() == bids::State::warned;
    n_failed += record.state() == bids::State::failed;
  }
  base::print_lines(std::to_string(records.size()) + " images: " + std::to_string(records.size() - n_warned - n_failed) +
                    " done, " + std::to_string(n_warned) + " with warnings, " + std::to_string(n_failed) + " failed; " +
                    (fs::path(o.out) / "subjects.html").string() + "\n");
  if (n_failed > 0) {
    const std::string table = base::for_terminal((fs::path(o.out) / "subjects.tsv").string());
    std::fprintf(stderr, "crbrt-bids: %zu of %zu images failed; %s says why, and a second start does them again\n", n_failed,
                 records.size(), table.c_str());
    return base::exit_interrupted;
  }
  if (n_warned > 0 && o.is_strict) {
    std::fprintf(stderr, "crbrt-bids: --strict: %zu of %zu images have warnings\n", n_warned, records.size());
    return base::exit_disagreement;
  }
  return base::exit_ok;
}

int run(int argc, char** argv) {
  const auto options = bids::parse_options(argc, argv);
  if (!options) return base::exit_ok;
  bids::expect_own_tables(options->out);
  if (options->level == "group") {
    bids::write_tables(options->out);
    return conclude(*options, bids::read_records(fs::path(options->out) / "logs"));
  }
  const Model model = base::load_model(options->model);
  base::Warnings warnings("crbrt-bids");
  const bids::Cohort cohort =
      bids::find_cohort({fs::weakly_canonical(options->in), options->subjects, options->select, model.info().n_coeff});
  for (const std::string& warning : cohort.warnings) warnings.add(warning);
  const bids::MapCommand command = bids::map_command(*options);
  for (const bids::CohortImage& image : cohort.images) bids::expect_own_logs(command.logs(), image.id);
  if (options->is_dry) return print_plan(*options, command, cohort), base::exit_ok;
  make_folders(*options);
  if (options->to_slurm) {
    base::print_lines(submit_jobs(*options, command, pending(*options, command, cohort)) + "\n");
    return base::exit_ok;
  }
  const std::vector<bids::Record> records = run_images(*options, command, cohort);
  bids::write_tables(options->out);
  return conclude(*options, records);
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-bids", run, argc, argv); }
