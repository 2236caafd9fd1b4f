// SPDX-License-Identifier: Apache-2.0
// Names, units and values of a dictionary, and what else there is, without reading what is large.
#include <algorithm>

#include "base/error.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_reader.h"
#include "tools/simulate/foreign_file.h"
#include "tools/volume/maps_out.h"

namespace crbrt::simulate {
namespace {

using physics::Array;
using physics::Hdf5Reader;
using physics::shape_text;

/// A model calls its outputs so, and a map its file. Throws InputError for what either refuses.
void expect_names(const std::string& path, const std::vector<std::string>& names) {
  constexpr std::size_t longest = 64;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::vector<volume::MapOutput> outputs;
  for (const std::string& name : names) {
    if (!volume::is_map_name(name) || !is_letter(name[0]) || name.size() > longest)
      throw base::InputError(path, "names of parameters with letters, digits and '_', a letter first, at most 64",
                             "\"" + name + "\"");
    if (const auto estimand = physics::Estimand::from_name(name); estimand && estimand->is_of_signal())
      throw base::InputError(path, "other names than that of the norm of the signal, which every set has", "\"" + name + "\"");
    outputs.push_back({name, ""});
  }
  volume::describe_maps(path, outputs, volume::TimeUnit::seconds);
}

void read_parameters(const Hdf5Reader& file, ForeignHead& to) {
  const Array<double> parameters = file.real("parameters");
  if (parameters.shape.size() != 2 || parameters.shape[1] == 0)
    throw base::InputError(to.path, "/parameters of shape [fingerprints, parameters]", shape_text(parameters.shape));
  const std::size_t n = parameters.shape[1];
  const auto texts = [&](const char* what) {
    std::vector<std::string> found = file.names_attribute("parameters", what);
    if (found.size() != n)
      throw base::InputError(to.path, std::to_string(n) + " " + what + " of parameters (attribute " + what + " of /parameters)",
                             std::to_string(found.size()));
    return found;
  };
  to.names = texts("names");
  to.units = texts("units");
  expect_names(to.path, to.names);
  for (std::size_t p = 0; p < n; ++p) {
    if (to.units[p].empty()) throw base::InputError(to.path, "a unit of " + to.names[p] + " (1 for a ratio)", "none");
    physics::expect_known_unit(to.path, to.names[p], to.units[p]);
  }
  to.parameters = Eigen::Map<const Eigen::MatrixXd>(parameters.values.data(), static_cast<Eigen::Index>(n),
                                                    static_cast<Eigen::Index>(parameters.shape[0]));
}

/// Columns of derivatives and bounds: all parameters, or those that the attribute names lists, because the others are known.
std::vector<std::string> unknowns_of(const Hdf5Reader& file, const std::string& name, const ForeignHead& to) {
  if (!file.has_attribute(name, "names")) return to.names;
  std::vector<std::string> unknowns = file.names_attribute(name, "names");
  for (const std::string& unknown : unknowns)
    if (!to.row_of(unknown)) throw base::InputError(to.path, "/" + name + " of some of /parameters", "\"" + unknown + "\"");
  expect_names(to.path, unknowns);
  return unknowns;
}

void find_signals(const Hdf5Reader& file, ForeignHead& to) {
  to.is_compressed = file.has("coefficients");
  if (to.is_compressed && file.has("signal")) throw base::InputError(to.path, "either /signal or /coefficients", "both");
  if (!to.is_compressed && !file.has("signal"))
    throw base::InputError(to.path, "/signal [fingerprints, frames] or /coefficients [fingerprints, rank]", "neither");
}

void find_information(const Hdf5Reader& file, ForeignHead& to) {
  for (const char* name : {"jacobian", "finite_difference/signal", "crb"})
    if (file.has(name)) {
      to.information_from = name;
      to.unknowns = unknowns_of(file, name, to);
      return;
    }
  throw base::InputError(to.path,
                         "derivatives (/jacobian [fingerprints, parameters, frames]), signals to make them from "
                         "(/finite_difference/signal and /finite_difference/step) or bounds (/crb [fingerprints, parameters])",
                         "none of the three");
}

}  // namespace

std::optional<Eigen::Index> ForeignHead::row_of(const std::string& name) const {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return at - names.begin();
}

ForeignHead read_foreign_head(const std::string& path, std::optional<double> tr_s) {
  const Hdf5Reader file(path);
  ForeignHead to;
  to.path = path;
  to.sequence_name = file.text_attribute("/", "sequence_name");
  const auto optional_text = [&](const char* name) {
    return file.has_attribute("/", name) ? file.text_attribute("/", name) : std::string();
  };
  to.sequence_sha256 = optional_text("sequence_sha256");
  to.provenance = optional_text("provenance");
  if (!tr_s && !file.has_attribute("/", "tr_s"))
    throw base::InputError(path, "the attribute tr_s of / (seconds from frame to frame, the mean where it varies), or --tr",
                           "none");
  to.tr_s = tr_s ? *tr_s : file.number_attribute("/", "tr_s");
  constexpr double longest_tr_s = 60;  // of model files
  if (!(to.tr_s > 0 && to.tr_s <= longest_tr_s))
    throw base::InputError(path, "a tr_s above 0 and up to 60 s", std::to_string(to.tr_s));
  to.has_basis = file.has("basis");
  read_parameters(file, to);
  find_signals(file, to);
  find_information(file, to);
  return to;
}

}  // namespace crbrt::simulate
