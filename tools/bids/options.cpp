// SPDX-License-Identifier: Apache-2.0
// Options of crbrt-map keep their names and their texts.
#include "tools/bids/options.h"

#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

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
  app.option("--fill WHAT", o.fill, "what maps hold where nothing was estimated").one_of({"0", "nan"}).show_default();
  app.option("--units UNIT", o.units, "times in seconds, or in whole milliseconds").one_of({"s", "ms"}).show_default();
  app.flag("--ignore-geometry", o.ignore_geometry,
           "compare each mask with its image by their extents alone, not by where they lie in the world");
  app.option("--threads N", o.threads, "worker threads of each image").in_range(1, 1024).show_default();
  app.option("--jobs N", o.jobs, "images at the same time").in_range(1, 1024).show_default();
  app.flag("--strict", o.is_strict, "end with exit code 4 where an image has warnings and none failed");
  app.flag("--fresh", o.is_fresh, "map every image again, also those that are done");
  app.flag("--dry-run", o.is_dry, "print what would be done, and write nothing");
  app.flag("--slurm", o.to_slurm, "submit one job a subject to Slurm, as a job array, and the table as a last job");
  app.option("--slurm-option OPTION", o.slurm_options, "of sbatch, e.g. --slurm-option=--time=01:00:00; repeat for more");
}

/// Without "." and a slash at the end: one folder has one name.
std::string absolute(const std::string& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal.string() : normal.parent_path().string();
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  cli::CommandLine app(
      "Maps the coefficient image of every subject of a BIDS data set with crbrt-map, each in a process of its own, into a "
      "BIDS "
      "data set of derivatives, and writes a table (subjects.tsv) and a page of small pictures (subjects.html). One subject's "
      "failure ends with exit code 8 when all others are done; a second start does what is missing.",
      "crbrt-bids",
      {{{"Maps of all subjects, two at a time",
         "crbrt-bids study study/derivatives/crbrt participant --model brain_v2.crbm --jobs 2"},
        {"Two subjects on a cluster",
         "crbrt-bids study maps participant --participant-label 01 02 --model brain_v2.crbm --slurm"}}});
  app.exit_code(base::exit_disagreement, "done, and an image has warnings (--strict)");
  app.exit_code(base::exit_interrupted, "an image failed or is not done; another start does what is missing");
  add_options(app, o);
  if (!app.parse(argc, argv)) return std::nullopt;
  if (o.level == "participant" && o.model.empty()) throw base::UsageError("--model is required at the level participant");
  const fs::path in = fs::weakly_canonical(o.in), out = fs::weakly_canonical(o.out);
  const fs::path inside = out.lexically_relative(in);
  if (in == out || (!inside.empty() && *inside.begin() != ".." && inside.begin()->string().starts_with("sub-")))
    throw base::UsageError("OUT: expected another folder than the input, e.g. " + o.in + "/derivatives/crbrt, found " + o.out);
  return o;
}

std::vector<std::string> map_options(const Options& o) {
  std::vector<std::string> words{"--model", absolute(o.model)};
  const auto add = [&](const char* option, const std::string& value, const char* usual) {
    if (value != usual) words.insert(words.end(), {option, value});
  };
  add("--basis", o.basis.empty() ? "" : absolute(o.basis), "");
  add("--sigma", o.sigma ? base::Json(*o.sigma).dump() : "", "");
  add("--precision", o.precision, "f32");
  add("--isa", o.isa, "auto");
  add("--fill", o.fill, "0");
  add("--units", o.units, "s");
  if (o.no_std) words.emplace_back("--no-std");
  if (o.ignore_geometry) words.emplace_back("--ignore-geometry");
  return words;
}

MapCommand map_command(const Options& o) {
  MapCommand command{absolute(o.out), map_options(o), {absolute(o.model)}, o.threads};
  command.options.emplace_back("--compress");
  if (!o.basis.empty()) command.inputs.emplace_back(absolute(o.basis.substr(0, o.basis.rfind(':'))));
  return command;
}

}  // namespace crbrt::bids
