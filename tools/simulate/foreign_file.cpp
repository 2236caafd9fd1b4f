// Every data set is checked against the extents that /signal and /parameters promise, so that a transposed array is named.
#include "tools/simulate/foreign_file.h"

#include <algorithm>
#include <complex>

#include "base/error.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_reader.h"
#include "tools/volume/maps_out.h"

namespace crbrt::simulate {
namespace {

using physics::Array;
using physics::Hdf5Reader;
using physics::Shape;
using physics::shape_text;

/// What follows the extents that are known: "[any, 3, 500]" is not enough for somebody whose array lies the other way round.
void expect_shape(const Hdf5Reader& file, const std::string& name, const Shape& found, const Shape& expected,
                  const std::string& meaning) {
  bool same = found.size() == expected.size();
  for (std::size_t i = 0; same && i < found.size(); ++i) same = expected[i] == Hdf5Reader::any || expected[i] == found[i];
  if (same) return;
  bool reversed = found.size() == expected.size() && found.size() > 1;
  for (std::size_t i = 0; reversed && i < found.size(); ++i) {
    const std::size_t extent = expected[found.size() - 1 - i];
    reversed = extent == Hdf5Reader::any || extent == found[i];
  }
  throw base::InputError(file.path(), "/" + name + " of shape " + shape_text(expected) + ", " + meaning,
                         shape_text(found) + (reversed ? ", the other way round" : ""));
}

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

void read_parameters(const Hdf5Reader& file, ForeignFile& to) {
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

/// Complex or real.
Array<std::complex<double>> numbers(const Hdf5Reader& file, const std::string& name) {
  if (!file.is_real(name)) return file.complex(name);
  const Array<double> real = file.real(name);
  return {real.shape, {real.values.begin(), real.values.end()}};
}

Eigen::MatrixXcd columns_of(const Array<std::complex<double>>& array) {
  const auto n = static_cast<Eigen::Index>(array.shape.back());
  return Eigen::Map<const Eigen::MatrixXcd>(array.values.data(), n, static_cast<Eigen::Index>(array.values.size()) / n);
}

void read_signals(const Hdf5Reader& file, ForeignFile& to) {
  to.is_compressed = file.has("coefficients");
  if (to.is_compressed && file.has("signal")) throw base::InputError(to.path, "either /signal or /coefficients", "both");
  if (!to.is_compressed && !file.has("signal"))
    throw base::InputError(to.path, "/signal [fingerprints, frames] or /coefficients [fingerprints, rank]", "neither");
  const std::string name = to.is_compressed ? "coefficients" : "signal";
  const Array<std::complex<double>> signals = numbers(file, name);
  expect_shape(file, name, signals.shape, {static_cast<std::size_t>(to.parameters.cols()), Hdf5Reader::any},
               "a row for each of /parameters");
  if (signals.shape[1] == 0) throw base::InputError(to.path, "/" + name + " of at least one column", "none");
  to.signals = columns_of(signals);
}

/// Columns of derivatives and bounds: all parameters, or those that the attribute names lists, because the others are known.
std::vector<std::string> unknowns_of(const Hdf5Reader& file, const std::string& name, const ForeignFile& to) {
  if (!file.has_attribute(name, "names")) return to.names;
  std::vector<std::string> unknowns = file.names_attribute(name, "names");
  for (const std::string& unknown : unknowns)
    if (!to.row_of(unknown)) throw base::InputError(to.path, "/" + name + " of some of /parameters", "\"" + unknown + "\"");
  expect_names(to.path, unknowns);
  return unknowns;
}

/// Last extent: as the signals. Where those are coefficients, derivatives may be of frames as well; a basis tells.
std::size_t n_sample(const ForeignFile& to) {
  return to.is_compressed ? Hdf5Reader::any : static_cast<std::size_t>(to.signals.rows());
}

void read_jacobian(const Hdf5Reader& file, ForeignFile& to) {
  to.unknowns = unknowns_of(file, "jacobian", to);
  const Array<std::complex<double>> jacobian = numbers(file, "jacobian");
  expect_shape(file, "jacobian", jacobian.shape, {static_cast<std::size_t>(to.size()), to.unknowns.size(), n_sample(to)},
               "the derivative of every signal by every parameter");
  to.derivatives = columns_of(jacobian);
  to.derivatives_from = "/jacobian";
}

constexpr const char *differences_signal = "finite_difference/signal", *differences_step = "finite_difference/step";

/// Steps [n_unknown, N] from [P] or [N, P].
Eigen::MatrixXd read_steps(const Hdf5Reader& file, const ForeignFile& to) {
  const Array<double> steps = file.real(differences_step);
  const std::size_t n = to.unknowns.size();
  if (steps.shape == Shape{n})
    return Eigen::Map<const Eigen::VectorXd>(steps.values.data(), to.n_unknown()).replicate(1, to.size());
  expect_shape(file, differences_step, steps.shape, {static_cast<std::size_t>(to.size()), n},
               "or [" + std::to_string(n) + "], the distance in each parameter");
  return Eigen::Map<const Eigen::MatrixXd>(steps.values.data(), to.n_unknown(), to.size());
}

/// [N, P, n]: forward, (s(theta + step) - s) / step. [N, P, 2, n]: central, (s(theta + step) - s(theta - step)) / (2 step),
/// the minus side first.
void make_derivatives(const Hdf5Reader& file, ForeignFile& to) {
  to.unknowns = unknowns_of(file, differences_signal, to);
  const Eigen::MatrixXd steps = read_steps(file, to);
  const Array<std::complex<double>> moved = numbers(file, differences_signal);
  const auto n_row = static_cast<std::size_t>(to.size()), n_sample = static_cast<std::size_t>(to.signals.rows());
  const bool is_central = moved.shape.size() == 4;
  const Shape forward{n_row, to.unknowns.size(), n_sample}, central{n_row, to.unknowns.size(), 2, n_sample};
  expect_shape(file, differences_signal, moved.shape, is_central ? central : forward,
               is_central ? "signals at minus and at plus one step" : "signals one step on (or [.., 2, ..]: to both sides)");
  const Eigen::MatrixXcd signals = columns_of(moved);
  to.derivatives.resize(to.signals.rows(), to.size() * to.n_unknown());
  for (Eigen::Index i = 0; i < to.size(); ++i)
    for (Eigen::Index p = 0; p < to.n_unknown(); ++p) {
      const Eigen::Index column = i * to.n_unknown() + p;
      if (is_central)
        to.derivatives.col(column) = (signals.col(2 * column + 1) - signals.col(2 * column)) / (2 * steps(p, i));
      else
        to.derivatives.col(column) = (signals.col(column) - to.signals.col(i)) / steps(p, i);
    }
  to.derivatives_from = "/finite_difference";
}

void read_bounds(const Hdf5Reader& file, ForeignFile& to) {
  to.unknowns = unknowns_of(file, "crb", to);
  const auto n = static_cast<std::size_t>(to.size());
  const Array<double> crb = file.real("crb");
  expect_shape(file, "crb", crb.shape, {n, to.unknowns.size()}, "a variance of every parameter");
  to.crb = Eigen::Map<const Eigen::MatrixXd>(crb.values.data(), to.n_unknown(), to.size());
  if (!file.has("signal_per_m0_crb")) return;
  const Array<double> signal = file.real("signal_per_m0_crb");
  expect_shape(file, "signal_per_m0_crb", signal.shape, {n}, "a variance of the norm of every signal");
  to.signal_per_m0_crb = Eigen::Map<const Eigen::VectorXd>(signal.values.data(), to.size());
}

void read_information(const Hdf5Reader& file, ForeignFile& to) {
  if (file.has("jacobian")) return read_jacobian(file, to);
  if (file.has(differences_signal)) return make_derivatives(file, to);
  if (file.has("crb")) return read_bounds(file, to);
  throw base::InputError(to.path,
                         "derivatives (/jacobian [fingerprints, parameters, frames]), signals to make them from "
                         "(/finite_difference/signal and /finite_difference/step) or bounds (/crb [fingerprints, parameters])",
                         "none of the three");
}

}  // namespace

std::optional<Eigen::Index> ForeignFile::row_of(const std::string& name) const {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return at - names.begin();
}

void ForeignFile::keep(const std::vector<Eigen::Index>& kept) {
  if (static_cast<Eigen::Index>(kept.size()) == size()) return;
  std::vector<Eigen::Index> columns;
  for (const Eigen::Index i : kept)
    for (Eigen::Index p = 0; p < n_unknown(); ++p) columns.push_back(i * n_unknown() + p);
  parameters = parameters(Eigen::all, kept).eval();
  signals = signals(Eigen::all, kept).eval();
  if (derivatives.size() > 0) derivatives = derivatives(Eigen::all, columns).eval();
  if (crb.size() > 0) crb = crb(Eigen::all, kept).eval();
  if (signal_per_m0_crb.size() > 0) signal_per_m0_crb = signal_per_m0_crb(kept).eval();
}

ForeignFile read_foreign_file(const std::string& path, std::optional<double> tr_s) {
  const Hdf5Reader file(path);
  ForeignFile to;
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
  read_signals(file, to);
  read_information(file, to);
  return to;
}

}  // namespace crbrt::simulate
