// SPDX-License-Identifier: Apache-2.0
// Reading of sequences.
#include "physics/io/sequence_io.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/number_text.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {
namespace {

// TR given twice: agreement up to the digits that a person types.
constexpr double tr_tolerance_rel = 1e-9;

using Trains = std::vector<std::vector<double>>;

Trains trains_of(const base::JsonReader& json) {
  const std::vector<base::JsonReader> items = json.items();
  if (!items.empty() && items.front().is_number()) return {json.numbers()};
  Trains trains;
  for (const base::JsonReader& item : items) trains.push_back(item.numbers());
  return trains;
}

Trains trains_of(const Hdf5Reader& file, const std::string& name) {
  const Array<double> array = file.real(name);
  if (array.shape.size() > 2)
    throw base::InputError(file.path(), name + " of shape [cycles, pulses]", "shape " + shape_text(array.shape));
  const std::size_t n_pulse = array.shape.back(), n_cycle = array.shape.size() == 2 ? array.shape.front() : 1;
  Trains trains;
  for (std::size_t c = 0; c < n_cycle; ++c) {
    const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(c * n_pulse);
    trains.emplace_back(from, from + static_cast<std::ptrdiff_t>(n_pulse));
  }
  return trains;
}

/// The work and the meaning of a signal depend on which way the arrays lie, and both ways are valid sequences: every cycle is
/// periodic on its own and begins with an inversion, so that hundreds of cycles of a few pulses are hundreds of inversions.
/// `stated` is the file's own n_cycle.
void expect_not_transposed(const std::string& path, const Trains& alpha, std::optional<double> stated) {
  const std::size_t n_cycle = alpha.size();
  if (stated && *stated != static_cast<double>(n_cycle))
    throw base::InputError(path, "as many cycles as n_cycle says, " + base::number_text(*stated, "%g"),
                           std::to_string(n_cycle));
  std::size_t n_pulse = 0;
  for (const std::vector<double>& cycle : alpha) n_pulse = std::max(n_pulse, cycle.size());
  if (stated || n_cycle <= n_pulse) return;
  throw base::InputError(path, "at most as many cycles as pulses in one of them, or the number of cycles as n_cycle",
                         std::to_string(n_cycle) + " cycles of " + std::to_string(n_pulse) +
                             (n_pulse == 1 ? " pulse" : " pulses") + ": the file seems to be transposed");
}

constexpr const char* elsewhere = " (another simulator does: crbrt-simulate --from takes its signals)";

/// A repetition time, or a list of equal ones.
double one_tr(const std::string& path, const std::vector<double>& list) {
  const bool is_one = !list.empty() && std::all_of(list.begin(), list.end(), [&](double tr) { return tr == list.front(); });
  if (is_one) return list.front();
  const auto [low, high] = std::minmax_element(list.begin(), list.end());
  throw base::InputError(
      path, std::string("one repetition time; a train whose TR varies is not simulated") + elsewhere,
      list.empty() ? "none" : base::number_text(*low, "%g") + " to " + base::number_text(*high, "%g") + " s");
}

/// Names of what would change a signal and is in no equation of ours: pulses are balanced and of alternating sign.
bool is_beyond_us(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key.find("spoil") != std::string::npos || key.find("phase") != std::string::npos;
}

[[noreturn]] void refuse(const std::string& path, const std::string& key) {
  throw base::InputError(
      path, std::string("balanced pulses without phases of their own; spoiling and phases are not simulated") + elsewhere,
      "\"" + key + "\"");
}

/// Zero, false, null, or nothing but zeros.
bool says_nothing(const base::JsonReader& value) {
  if (value.is_number()) return value.number() == 0;
  try {
    if (!value.is_array()) return !value.boolean();
    const std::vector<double> numbers = value.numbers();
    return std::all_of(numbers.begin(), numbers.end(), [](double x) { return x == 0; });
  } catch (const base::InputError&) {
    return false;
  }
}

Sequence sequence_of(const std::string& path, double tr_s, const std::string& alpha_name, Trains alpha,
                     const std::string& trf_name, Trains trf) {
  if (alpha.size() != trf.size())
    throw base::InputError(path, "as many cycles in " + trf_name + " as in " + alpha_name + ", " + std::to_string(alpha.size()),
                           std::to_string(trf.size()));
  Sequence sequence{std::filesystem::path(path).stem().string(), tr_s, {}};
  for (std::size_t c = 0; c < alpha.size(); ++c) sequence.cycles.push_back({std::move(alpha[c]), std::move(trf[c])});
  if (const std::string why = sequence.why_invalid(); !why.empty()) throw base::Error(base::exit_input, path + ": " + why);
  return sequence;
}

Sequence read_json_sequence(const std::string& path, std::optional<double> tr_s) {
  const base::JsonReader json = base::JsonReader::from_file(path);
  for (const std::string& key : json.keys())
    if (is_beyond_us(key) && !says_nothing(json.at(key))) refuse(path, key);
  const base::JsonReader tr = json.at("tr_s");
  const double file_tr_s = tr.is_array() ? one_tr(path, tr.numbers()) : tr.number();
  if (tr_s && !(std::abs(*tr_s - file_tr_s) <= tr_tolerance_rel * std::abs(file_tr_s)))
    throw base::InputError(path, "tr_s as given, " + std::to_string(*tr_s) + " s", std::to_string(file_tr_s) + " s");
  Trains alpha = trains_of(json.at("alpha_rad"));
  expect_not_transposed(path, alpha, json.has("n_cycle") ? std::optional<double>(json.at("n_cycle").number()) : std::nullopt);
  Sequence sequence = sequence_of(path, file_tr_s, "alpha_rad", std::move(alpha), "trf_s", trains_of(json.at("trf_s")));
  sequence.name = json.text_or("name", sequence.name);
  return sequence;
}

Sequence read_hdf5_sequence(const std::string& path, std::optional<double> tr_s) {
  const Hdf5Reader file(path);
  for (const char* key : {"phase", "rf_phase", "RF_phase", "spoiling", "spoiler"})
    if (file.has(key)) refuse(path, key);
  if (file.has("TR") && file.is_array("TR")) one_tr(path, file.real("TR").values);
  if (!tr_s) throw base::InputError(path, "a repetition time beside the file (--tr), which carries none", "none");
  Trains alpha = trains_of(file, "alpha"), trf = trains_of(file, "TRF");  // in this order, whatever the compiler
  const std::vector<double> n_cycle = file.has("n_cycle") ? file.real("n_cycle").values : std::vector<double>();
  expect_not_transposed(path, alpha, n_cycle.size() == 1 ? std::optional<double>(n_cycle.front()) : std::nullopt);
  return sequence_of(path, *tr_s, "alpha", std::move(alpha), "TRF", std::move(trf));
}

}  // namespace

Sequence read_sequence(const std::string& path, std::optional<double> tr_s) {
  if (std::filesystem::path(path).extension() == ".json") return read_json_sequence(path, tr_s);
  return read_hdf5_sequence(path, tr_s);
}

}  // namespace crbrt::physics
