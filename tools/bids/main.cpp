// crbrt-bids: maps of every subject of a BIDS data set, as a BIDS App is called: IN OUT participant, then IN OUT group.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/model_file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/warnings.h"
#include "tools/bids/cohort.h"
#include "tools/bids/picture.h"
#include "tools/bids/run_image.h"
#include "tools/bids/table.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"
#include "tools/cli/job_array.h"
#include "tools/volume/bids_names.h"

namespace {

using namespace crbrt;
namespace fs = std::filesystem;

struct Options {
  std::string in, out, level, model, basis, isa = "auto", precision = "f32", select;
  std::vector<std::string> subjects, slurm_options;
  std::optional<double> sigma;
  unsigned threads = 1, jobs = 1;
  bool no_std = false, is_strict = false, is_fresh = false, is_dry = false, to_slurm = false;
  std::string program;  ///< as it was called
};

void add_options(cli::CommandLine& app, Options& o) {
  app.option("IN IN_FOLDER", o.in, "BIDS data set with the coefficient images, e.g. sub-01/anat/sub-01_MTS.nii.gz").required();
  app.option("OUT OUT_FOLDER", o.out, "data set of derivatives for the maps; made if it is absent").required();
  app.option("LEVEL LEVEL", o.level, "participant: the maps, table and page; group: table and page alone, of what is there")
      .required()
      .one_of({"participant", "group"});
  app.option("--participant-label,--participant_label LABEL", o.subjects, "these subjects only, without sub-; any number");
  app.option("--model FILE", o.model, "model (.crbm); required at the level participant");
  app.option("--basis FILE", o.basis, "basis of the coefficients, checked against the model's");
  app.option("--select PATTERN", o.select, "only images whose file name matches, with * and ?, where a subject has several");
  app.option("--sigma NOISE", o.sigma, "noise of all images, in their units (default: estimated from each)");
  app.flag("--no-std", o.no_std, "no maps of standard deviations");
  app.option("--precision PRECISION", o.precision, "f32 or integer").show_default();
  app.option("--isa ISA", o.isa, cli::isa_help()).show_default();
  app.option("--threads N", o.threads, "worker threads of each image").in_range(1, 1024).show_default();
  app.option("--jobs N", o.jobs, "images at the same time").in_range(1, 1024).show_default();
  app.flag("--strict", o.is_strict, "end with exit code 4 where an image has warnings and none failed");
  app.flag("--fresh", o.is_fresh, "map every image again, also those that are done");
  app.flag("--dry-run", o.is_dry, "print what would be done, and write nothing");
  app.flag("--slurm", o.to_slurm, "submit one job a subject to Slurm, as a job array, and the table as a last job");
  app.option("--slurm-option OPTION", o.slurm_options, "of sbatch, e.g. --slurm-option=--time=01:00:00; repeat for more");
}

/// Empty when the program is done (--help).
std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  o.program = argv[0];
  cli::CommandLine app(
      "Maps the coefficient image of every subject of a BIDS data set with crbrt-map, each in a process of its own, into a "
      "BIDS "
      "data set of derivatives, and writes a table (subjects.tsv) and a page of small pictures (subjects.html). One subject's "
      "failure ends with exit code 8 when all others are done; a second start does what is missing.",
      "crbrt-bids",
      {{{"Maps of all subjects, two at a time",
         "crbrt-bids study study/derivatives/crbrt participant --model brain_v1.crbm --jobs 2"},
        {"Two subjects on a cluster",
         "crbrt-bids study maps participant --participant-label 01 02 --model brain_v1.crbm --slurm"}}});
  add_options(app, o);
  if (!app.parse(argc, argv)) return std::nullopt;
  if (o.level == "participant" && o.model.empty()) throw base::UsageError("--model is required at the level participant");
  const fs::path in = fs::weakly_canonical(o.in), out = fs::weakly_canonical(o.out);
  const fs::path inside = out.lexically_relative(in);
  if (in == out || (!inside.empty() && *inside.begin() != ".." && inside.begin()->string().starts_with("sub-")))
    throw base::UsageError("OUT: expected another folder than the input, e.g. " + o.in + "/derivatives/crbrt, found " + o.out);
  return o;
}

bids::MapCommand map_command(const Options& o) {
  bids::MapCommand command{o.out, {"--model", o.model, "--threads", std::to_string(o.threads), "--compress"}, {o.model}};
  const auto add = [&](const char* option, const std::string& value) {
    command.options.insert(command.options.end(), {option, value});
  };
  if (!o.basis.empty()) {
    add("--basis", o.basis);
    command.inputs.emplace_back(o.basis.substr(0, o.basis.rfind(':')));
  }
  if (o.sigma) add("--sigma", base::Json(*o.sigma).dump());
  if (o.no_std) command.options.emplace_back("--no-std");
  if (o.precision != "f32") add("--precision", o.precision);
  if (o.isa != "auto") add("--isa", o.isa);
  return command;
}

/// What is left to do; the rest is done already.
std::vector<bids::CohortImage> pending(const Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  std::vector<bids::CohortImage> images;
  for (const bids::CohortImage& image : cohort.images)
    if (o.is_fresh || !bids::is_done(command, image)) images.push_back(image);
  return images;
}

void print_plan(const Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  const auto images = pending(o, command, cohort);
  std::printf("%zu images, %zu of them done already; nothing is written\n", cohort.images.size(),
              cohort.images.size() - images.size());
  for (const bids::CohortImage& image : images) {
    if (!image.problem.empty()) {
      std::printf("%s: %s\n", image.id.c_str(), image.problem.c_str());
      continue;
    }
    std::printf("%s: %s -> %s\n", image.id.c_str(), image.mask.empty() ? "all voxels (no mask)" : image.mask.string().c_str(),
                (fs::path(o.out) / image.name.folder() / volume::BidsMapNames(image.name).path("status")).string().c_str());
    std::vector<std::string> words = bids::command_of(command, image);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    std::printf("    %s\n", cli::command_text(static_cast<int>(argv.size()), argv.data()).c_str());
  }
}

void make_folders(const Options& o) {
  const fs::path in = fs::weakly_canonical(o.in);
  volume::make_derivatives(o.out, in);
  std::error_code error;
  fs::create_directories(fs::path(o.out) / "logs", error);
  if (error) throw base::OutputError((fs::path(o.out) / "logs").string(), error.message());
}

std::string submit_jobs(const Options& o, const std::vector<bids::CohortImage>& images) {
  cli::JobArray jobs{"crbrt-bids", {}, {}, o.slurm_options, o.threads, fs::path(o.out) / "logs"};
  const std::string in = fs::absolute(o.in).string(), out = fs::absolute(o.out).string();
  std::string before;
  for (const bids::CohortImage& image : images) {
    const std::string subject = image.name.label("sub");
    if (subject == before) continue;
    before = subject;
    std::vector<std::string> command{o.program, in, out, "participant", "--model", fs::absolute(o.model).string()};
    if (!o.basis.empty()) command.insert(command.end(), {"--basis", fs::absolute(o.basis).string()});
    if (!o.select.empty()) command.insert(command.end(), {"--select", o.select});
    if (o.sigma) command.insert(command.end(), {"--sigma", base::Json(*o.sigma).dump()});
    if (o.no_std) command.emplace_back("--no-std");
    if (o.is_strict) command.emplace_back("--strict");
    if (o.is_fresh) command.emplace_back("--fresh");
    command.insert(command.end(), {"--precision", o.precision, "--isa", o.isa, "--threads", std::to_string(o.threads)});
    command.insert(command.end(), {"--participant-label", subject});
    jobs.commands.push_back(std::move(command));
  }
  jobs.last = {o.program, in, out, "group"};
  return jobs.commands.empty() ? "nothing to submit: all images are done" : cli::submit(jobs);
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
std::vector<bids::Record> run_images(const Options& o, const bids::MapCommand& command, const bids::Cohort& cohort) {
  drop_old_records(command, cohort);
  const auto images = pending(o, command, cohort);
  base::Progress progress("images", images.size());
  std::mutex mutex;
  const auto run_one = [&](unsigned, std::size_t i) {
    const bids::Record record = bids::run_image(command, images[i]);
    if (record.exit_code == 0) bids::write_pictures(o.out, images[i]);
    const std::lock_guard lock(mutex);
    std::printf("%s: %s%s%s\n", record.id.c_str(), bids::name(record.state()), record.message.empty() ? "" : ": ",
                record.message.c_str());
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
int conclude(const Options& o, const std::vector<bids::Record>& records) {
  std::size_t n_warned = 0, n_failed = 0;
  for (const bids::Record& record : records) {
    n_warned += record.state() == bids::State::warned;
    n_failed += record.state() == bids::State::failed;
  }
  std::printf("%zu images: %zu done, %zu with warnings, %zu failed; %s\n", records.size(), records.size() - n_warned - n_failed,
              n_warned, n_failed, (fs::path(o.out) / "subjects.html").string().c_str());
  if (n_failed > 0) {
    std::fprintf(stderr, "crbrt-bids: %zu of %zu images failed; %s says why, and a second start does them again\n", n_failed,
                 records.size(), (fs::path(o.out) / "subjects.tsv").string().c_str());
    return base::exit_interrupted;
  }
  if (n_warned > 0 && o.is_strict) {
    std::fprintf(stderr, "crbrt-bids: --strict: %zu of %zu images have warnings\n", n_warned, records.size());
    return base::exit_disagreement;
  }
  return base::exit_ok;
}

int run(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) return base::exit_ok;
  if (options->level == "group") {
    bids::write_tables(options->out);
    return conclude(*options, bids::read_records(fs::path(options->out) / "logs"));
  }
  const Model model = base::load_model(options->model);
  base::Warnings warnings("crbrt-bids");
  const bids::Cohort cohort =
      bids::find_cohort({fs::weakly_canonical(options->in), options->subjects, options->select, model.info().n_coeff});
  for (const std::string& warning : cohort.warnings) warnings.add(warning);
  const bids::MapCommand command = map_command(*options);
  if (options->is_dry) return print_plan(*options, command, cohort), base::exit_ok;
  make_folders(*options);
  if (options->to_slurm) {
    std::printf("%s\n", submit_jobs(*options, pending(*options, command, cohort)).c_str());
    return base::exit_ok;
  }
  const std::vector<bids::Record> records = run_images(*options, command, cohort);
  bids::write_tables(options->out);
  return conclude(*options, records);
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-bids", run, argc, argv); }
