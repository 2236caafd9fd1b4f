// SPDX-License-Identifier: Apache-2.0
// A sequence without a name of its own has that of its file, so that copies keep their names.
#include "tools/make/inputs.h"

#include <algorithm>
#include <filesystem>
#include <numbers>
#include <system_error>
#include <utility>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/number_text.h"
#include "base/read_file.h"
#include "physics/io/hdf5_reader.h"
#include "physics/io/sequence_io.h"
#include "tools/make/data_sets.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;

/// A tenth of them is judged on.
constexpr std::uint64_t fewest_fingerprints = 1000;

fs::path copy_of(const char* kind, const std::string& file) {
  return fs::path("work/inputs") / kind / fs::path(file).filename();
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw base::OutputError(folder.string(), error.message());
}

bool has_text(const fs::path& file, const std::string& text) {
  std::error_code absent;
  return fs::exists(file, absent) && base::read_file_of_ours(file.string(), "a file of the chain") == text;
}

/// Files of the chain that come from elsewhere, with what they are to hold.
std::vector<std::pair<fs::path, std::string>> texts_of(const Request& request) {
  const Options& o = request.options;
  std::vector<std::pair<fs::path, std::string>> texts;
  for (const auto& [from, to] : {std::pair{o.sequence, request.sequence}, {o.prior, request.prior}, {o.goals, request.goals}})
    if (!from.empty()) texts.emplace_back(to, base::read_file(from, "a file of the model"));
  return texts;
}

std::string degrees(double rad) { return base::number_text(rad * 180 / std::numbers::pi, "%.3g"); }

/// "600 pulses of 0.1 to 0.5 ms every 3.5 ms (2.1 s): 180 degrees, then 1.1 to 60 degrees".
std::string in_words(const physics::Sequence& sequence) {
  std::vector<double> flips, durations;
  for (const physics::Cycle& cycle : sequence.cycles) {
    flips.insert(flips.end(), cycle.alpha_rad.begin() + 1, cycle.alpha_rad.end());
    durations.insert(durations.end(), cycle.trf_s.begin(), cycle.trf_s.end());
  }
  const auto [low, high] = std::minmax_element(flips.begin(), flips.end());
  const auto [shortest, longest] = std::minmax_element(durations.begin(), durations.end());
  const double all_s = static_cast<double>(sequence.n_frame()) * sequence.tr_s;
  return std::to_string(sequence.n_frame()) + " pulses of " + base::number_text(*shortest * 1e3, "%.3g") + " to " +
         base::number_text(*longest * 1e3, "%.3g") + " ms every " + base::number_text(sequence.tr_s * 1e3, "%.4g") + " ms (" +
         base::number_text(all_s, "%.3g") + " s): " + degrees(sequence.cycles.front().alpha_rad.front()) + " degrees, then " +
         degrees(*low) + " to " + degrees(*high) + " degrees";
}

/// The first pulse is simulated as a crushed inversion whatever its angle.
std::string warning_of(const physics::Sequence& sequence, const std::string& file) {
  for (const physics::Cycle& cycle : sequence.cycles)
    if (cycle.alpha_rad.front() < std::numbers::pi / 2)
      return file + ": the first pulse of a cycle is the inversion, and turns by " + degrees(cycle.alpha_rad.front()) +
             " degrees";
  return "";
}

/// A dictionary may be large: it is not copied, and its hash in the records tells where it has changed.
void take_dictionary(Request& request) {
  const Options& o = request.options;
  const simulate::ForeignHead head = simulate::read_foreign_head(o.dictionary, o.tr_s);
  const auto n = static_cast<std::uint64_t>(head.parameters.cols());
  if (n < fewest_fingerprints)
    throw base::InputError(o.dictionary,
                           "at least " + std::to_string(fewest_fingerprints) + " fingerprints to train on and to judge on",
                           std::to_string(n));
  if (!head.has_basis && !head.has_derivatives() && (o.rank == "auto" || o.basis_kind == "crb"))
    throw base::InputError(o.dictionary,
                           "derivatives (/jacobian) for --rank auto and for --basis-kind crb (or --basis-kind svd --rank N)",
                           "bounds alone (/crb)");
  std::error_code unknown;
  const std::uintmax_t n_byte = fs::file_size(o.dictionary, unknown);
  request.dictionary = Dictionary{.file = fs::absolute(o.dictionary).lexically_normal(),
                                  .sequence_name = head.sequence_name,
                                  .n_fingerprint = n,
                                  .n_byte = unknown ? 0 : n_byte,
                                  .has_basis = head.has_basis,
                                  .unknowns = head.unknowns};
  request.options.effort = effort_with(o.effort, n, o.are_epochs_given);
  request.outputs = outputs_of(head, o.outputs);
  request.summary = std::to_string(n) + " fingerprints of " + head.sequence_name;
}

void write_where_new(const Request& request, const std::vector<std::pair<fs::path, std::string>>& texts) {
  for (const auto& [relative, text] : texts) {
    const fs::path file = fs::path(request.options.out) / relative;
    if (has_text(file, text)) continue;
    make_folder(file.parent_path());
    base::write_text_file(file, text);
  }
}

}  // namespace

Request request_of(const Options& options) {
  const auto copy = [](const char* kind, const std::string& file) { return file.empty() ? fs::path() : copy_of(kind, file); };
  Request request{.options = options,
                  .sequence = copy("sequence", options.sequence),
                  .prior = copy("prior", options.prior),
                  .goals = copy("goals", options.goals),
                  .outputs = {},
                  .summary = {},
                  .warning = {}};
  if (!options.dictionary.empty()) {
    take_dictionary(request);
    return request;
  }
  const physics::Sequence sequence = physics::read_sequence(options.sequence, options.tr_s);
  const physics::Prior prior = physics::read_prior(options.prior, sequence.tr_s);
  request.n_frame = sequence.n_frame();
  request.summary = in_words(sequence);
  request.warning = warning_of(sequence, options.sequence);
  request.outputs = outputs_of(prior, options.prior, options.outputs);
  return request;
}

void take_inputs(const Request& request) { write_where_new(request, texts_of(request)); }

void write_configs(const Request& request, const Plan& plan) { write_where_new(request, plan.configs); }

std::vector<fs::path> files_to_change(const Request& request, const Plan& plan) {
  std::vector<fs::path> files;
  for (const auto& texts : {texts_of(request), plan.configs})
    for (const auto& [relative, text] : texts)
      if (!has_text(fs::path(request.options.out) / relative, text)) files.push_back(relative);
  return files;
}

std::size_t rank_of_basis(const Request& request) {
  const fs::path file = fs::path(request.options.out) / basis_file;
  std::error_code absent;
  if (!fs::exists(file, absent)) return 0;
  return static_cast<std::size_t>(physics::Hdf5Reader(file.string()).number_attribute("/", "n_coeff"));
}

std::size_t n_frame_of_basis(const Request& request) {
  const fs::path file = fs::path(request.options.out) / basis_file;
  return static_cast<std::size_t>(physics::Hdf5Reader(file.string()).number_attribute("/", "n_frame"));
}

std::string warning_of_basis(const Request& request) {
  const std::string file = (fs::path(request.options.out) / basis_file).string();
  const physics::Hdf5Reader basis(file);
  const base::Json provenance = base::Json::parse(basis.text_attribute("/", "provenance"), file);
  const base::Json* const warning = provenance.find("warning");
  return warning == nullptr ? "" : warning->text();
}

}  // namespace crbrt::make
