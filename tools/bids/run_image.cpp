// SPDX-License-Identifier: Apache-2.0
// An interruption of this program waits for crbrt-map, which removes what it has begun.
#include "tools/bids/run_image.h"

#include <algorithm>
#include <optional>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/interruption.h"
#include "tools/bids/ownership.h"
#include "tools/cli/child_program.h"
#include "tools/volume/map_place.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

/// The exit code of the command, 128 + n where signal n ended it. Where this program is interrupted, the command is told so,
/// and has ended before this program ends.
int run_with_log(const std::vector<std::string>& command, const fs::path& log) {
  base::write_text(log, log_begin + cli::in_words(command) + "\n", log);
  std::optional<cli::ChildProgram> child;
  std::optional<base::OnInterruption> stop;
  {
    const base::Uninterrupted guard;  // no child is started that nobody would stop
    child.emplace(command, log);
    stop.emplace([&child] {
      child->tell(base::interrupting_signal());
      child->wait_for_end();
    });
  }
  child->wait_for_end();
  stop.reset();  // does not return in a program that is being interrupted
  return child->exit_code();
}

/// The images and sidecars that the run left, relative to the data set of derivatives.
std::vector<std::string> maps_of(const MapCommand& all, const CohortImage& image) {
  const volume::MapPlace place({all.out, image.name.data_set, volume::BidsMapNames(image.name)}, image.name.folder());
  std::vector<std::string> maps;
  for (const char* kind : {"anat", "fmap"}) {
    const fs::path folder = image.name.folder() / kind;
    if (!fs::exists(all.out / folder)) continue;
    for (const std::string& name : place.earlier_in(all.out / folder)) maps.push_back((folder / name).string());
  }
  return maps;
}

std::vector<fs::path> inputs_of(const MapCommand& all, const CohortImage& image) {
  std::vector<fs::path> inputs = all.inputs;
  for (const fs::path& path : {image.image, image.imaginary, image.mask})
    if (!path.empty()) inputs.push_back(path);
  return inputs;
}

Record record_without_maps(const CohortImage& image) {
  return {.id = image.id,
          .subject = image.name.label("sub"),
          .session = image.name.label("ses"),
          .image = image.image.filename().string(),
          .exit_code = base::exit_input,
          .message = image.problem,
          .warnings = {},
          .stats = {},
          .maps = {},
          .identity = {}};
}

void read_stats(const fs::path& file, Record& record) {
  record.stats = base::Json::from_file(file.string());
  if (const base::Json* const warnings = record.stats.find("warnings"))
    for (const base::Json& warning : warnings->items()) record.warnings.push_back(warning.text());
}

}  // namespace

std::vector<std::string> command_of(const MapCommand& all, const CohortImage& image) {
  std::vector<std::string> command{cli::program_beside("crbrt-map"), "--input", image.image.string()};
  if (!image.imaginary.empty()) command.insert(command.end(), {"--input-imag", image.imaginary.string()});
  if (!image.mask.empty()) command.insert(command.end(), {"--mask", image.mask.string()});
  command.insert(command.end(), {"--out", all.out.string(), "--bids"});
  command.insert(command.end(), all.options.begin(), all.options.end());
  return command;
}

bool is_done(const MapCommand& all, const CohortImage& image) {
  if (!image.problem.empty()) return false;
  const auto record = read_record(all.record_of(image.id));
  if (!record || record->state() == State::failed) return false;
  if (!(record->identity == identity_of(command_of(all, image), inputs_of(all, image)))) return false;
  return !record->maps.empty() && std::all_of(record->maps.begin(), record->maps.end(),
                                              [&](const std::string& map) { return fs::exists(all.out / map); });
}

void write_unfinished(const MapCommand& all, const CohortImage& image, const std::string& why) {
  Record record = record_without_maps(image);
  record.exit_code = base::exit_interrupted;
  if (image.problem.empty()) record.message = why;
  base::write_text_file(all.record_of(image.id), to_json(record).dump(2) + "\n");
}

Record run_image(const MapCommand& all, const CohortImage& image) {
  Record record = record_without_maps(image);
  if (image.problem.empty()) {
    std::error_code absent;
    write_unfinished(all, image, "the run was ended before the maps were done");
    const fs::path log = all.logs() / (image.id + ".log"), stats = all.logs() / (image.id + "_stats.json");
    fs::remove(stats, absent);
    std::vector<std::string> command = command_of(all, image);
    record.identity = identity_of(command, inputs_of(all, image));
    command.insert(command.end(), {"--threads", std::to_string(all.threads), "--stats", stats.string()});
    record.exit_code = run_with_log(command, log);
    record.message = record.exit_code == 0 ? "" : cli::reason_in(log, "crbrt-map", log_begin);
    if (record.exit_code == 0) read_stats(stats, record), record.maps = maps_of(all, image);
    fs::remove(stats, absent);
  }
  base::write_text_file(all.record_of(image.id), to_json(record).dump(2) + "\n");
  return record;
}

}  // namespace crbrt::bids
