// SPDX-License-Identifier: Apache-2.0
// Data sets in HDF5. A column of our matrices is a row of the file's row-major arrays, so most arrays go through unchanged.
#include "physics/io/dataset.h"

#include <algorithm>

#include "base/atomic_output.h"
#include "base/error.h"
#include "physics/basis.h"
#include "physics/io/dataset_jacobian.h"
#include "physics/io/hdf5_reader.h"
#include "physics/io/hdf5_writer.h"

namespace crbrt::physics {
namespace {

constexpr const char* signal_bounds = "signal_per_m0_crb";

std::vector<std::string> parameter_names() {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < n_parameter; ++p) names.emplace_back(name(static_cast<Parameter>(p)));
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "" : ", ") + each;
  return text;
}

void expect_names(const Hdf5Reader& file, const std::string& dataset, const std::vector<std::string>& expected) {
  const std::vector<std::string> found = file.names_attribute(dataset, "names");
  if (found != expected) throw base::InputError(file.path(), "columns of " + dataset + ": " + joined(expected), joined(found));
}

bool is_foreign(const Hdf5Reader& file) { return file.has("parameters") && file.has_attribute("parameters", "units"); }

T1Model t1_model_of(const Hdf5Reader& file) {
  const std::string text = file.text_attribute("/", "t1_model");
  for (const T1Model model : {T1Model::apparent, T1Model::separate})
    if (text == name(model)) return model;
  throw base::InputError(file.path(), "t1_model apparent or separate", text);
}

double snr_limit(const Hdf5Reader& file, const char* name, const std::optional<double>& given) {
  if (given) return *given;
  if (file.has_attribute("/", name)) return file.number_attribute("/", name);
  throw base::InputError(file.path(),
                         std::string("the attribute ") + name +
                             " of / (tissues of a list have no range of SNR: crbrt-eval takes --snr-min and --snr-max)",
                         "none");
}

void read_attributes(const Hdf5Reader& file, const SnrLimits& snr, Dataset& set) {
  if (is_foreign(file))
    set.foreign.emplace();
  else
    set.unknowns = t1_model_of(file);
  set.sequence_name = file.text_attribute("/", "sequence_name");
  set.sequence_sha256 = file.text_attribute("/", "sequence_sha256");
  set.basis_sha256 = file.text_attribute("/", "basis_sha256");
  set.tr_s = file.number_attribute("/", "tr_s");
  set.snr_min = snr_limit(file, "snr_min", snr.minimum);
  set.snr_max = snr_limit(file, "snr_max", snr.maximum);
  if (!(set.snr_min > 0 && set.snr_min <= set.snr_max))
    throw base::InputError(file.path(), "0 < snr_min <= snr_max",
                           std::to_string(set.snr_min) + " and " + std::to_string(set.snr_max));
  set.provenance = file.text_attribute("/", "provenance");
}

/// The rows of the file are the frames.
template <class Number>
Basis basis_of(const Hdf5Reader& file, const Array<Number>& array) {
  const auto n_frame = static_cast<std::size_t>(file.number_attribute("/", "n_frame"));
  file.expect_shape("basis", array.shape, {n_frame, Hdf5Reader::any});
  const Eigen::Map<const Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>> rows(
      array.values.data(), static_cast<Eigen::Index>(array.shape[1]), static_cast<Eigen::Index>(array.shape[0]));
  return Basis(rows.transpose());
}

void read_basis(const Hdf5Reader& file, Dataset& set) {
  set.basis = file.is_real("basis") ? basis_of(file, file.real("basis")) : basis_of(file, file.complex("basis"));
  if (const std::string found = sha256_of(set.basis); found != set.basis_sha256)
    throw base::InputError(file.path(), "a basis with SHA-256 " + set.basis_sha256, found);
}

void read_own_names(const Hdf5Reader& file, Dataset& set) {
  expect_names(file, "parameters", parameter_names());
  const std::vector<std::string> bounds = file.names_attribute("crb", "names");
  const std::optional<Unknowns> unknowns = Unknowns::from_names(set.unknowns.t1_model(), bounds);
  if (!unknowns)
    throw base::InputError(file.path(), "columns of crb: " + joined(set.unknowns.names()) + ", or some of them",
                           joined(bounds));
  set.unknowns = *unknowns;
}

void read_foreign_names(const Hdf5Reader& file, ForeignParameters& foreign) {
  foreign.names = file.names_attribute("parameters", "names");
  foreign.units = file.names_attribute("parameters", "units");
  foreign.unknowns = file.names_attribute("crb", "names");
  if (foreign.units.size() != foreign.names.size())
    throw base::InputError(file.path(), std::to_string(foreign.names.size()) + " units of parameters",
                           std::to_string(foreign.units.size()));
  for (std::size_t p = 0; p < foreign.names.size(); ++p) expect_known_unit(file.path(), foreign.names[p], foreign.units[p]);
  for (const std::string& name : foreign.unknowns)
    if (std::find(foreign.names.begin(), foreign.names.end(), name) == foreign.names.end())
      throw base::InputError(file.path(), "columns of crb: some of " + joined(foreign.names), name);
}

void read_fingerprints(const Hdf5Reader& file, Dataset& set) {
  const auto n_coeff = static_cast<std::size_t>(set.basis.cols());
  const Array<std::complex<double>> coefficients = file.complex("coefficients");
  file.expect_shape("coefficients", coefficients.shape, {Hdf5Reader::any, n_coeff});
  const std::size_t n = coefficients.shape[0];
  const Array<double> parameters = file.real("parameters"), crb = file.real("crb");
  if (set.foreign)
    read_foreign_names(file, *set.foreign);
  else
    read_own_names(file, set);
  const std::size_t n_column = set.foreign ? set.foreign->names.size() : n_parameter;
  file.expect_shape("parameters", parameters.shape, {n, n_column});
  file.expect_shape("crb", crb.shape, {n, set.bound_names().size()});
  const auto columns = static_cast<Eigen::Index>(n);
  if (file.has(signal_bounds)) {
    const Array<double> signal = file.real(signal_bounds);
    file.expect_shape(signal_bounds, signal.shape, {n});
    set.signal_per_m0_crb = Eigen::Map<const Eigen::VectorXd>(signal.values.data(), columns);
  }
  set.coefficients = Eigen::Map<const Eigen::MatrixXcd>(coefficients.values.data(), set.basis.cols(), columns);
  set.crb = Eigen::Map<const Eigen::MatrixXd>(crb.values.data(), static_cast<Eigen::Index>(crb.shape[1]), columns);
  if (set.foreign) {
    set.foreign->values =
        Eigen::Map<const Eigen::MatrixXd>(parameters.values.data(), static_cast<Eigen::Index>(n_column), columns);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::array<double, n_parameter> v;
    std::copy_n(parameters.values.begin() + static_cast<std::ptrdiff_t>(i * n_parameter), n_parameter, v.begin());
    set.tissues.push_back(Tissue::from_values(v));
  }
}

Dataset read_shard(const std::string& path, const SnrLimits& snr) {
  const Hdf5Reader file(path);
  Dataset set;
  read_attributes(file, snr, set);
  read_basis(file, set);
  read_fingerprints(file, set);
  return set;
}

void expect_same(const std::string& path, const char* what, const std::string& expected, const std::string& found) {
  if (expected != found) throw base::InputError(path, std::string(what) + " of the other shards, " + expected, found);
}

void append(Dataset& all, const Dataset& shard, const std::string& path) {
  expect_same(path, "the sequence", all.sequence_sha256, shard.sequence_sha256);
  if (!is_same(identity_of(all.basis), identity_of(shard.basis)))
    throw base::InputError(path, "the basis of the other shards, " + all.basis_sha256, shard.basis_sha256);
  const auto simulated = [](const Dataset& set) {
    return set.foreign ? joined(set.foreign->names) : std::string(name(set.unknowns.t1_model()));
  };
  expect_same(path, all.foreign ? "the parameters" : "the T1 model", simulated(all), simulated(shard));
  expect_same(path, "the bounds", joined(all.bound_names()), joined(shard.bound_names()));
  const auto presence = [](const Dataset& set) { return set.signal_per_m0_crb ? "there" : "absent"; };
  expect_same(path, signal_bounds, presence(all), presence(shard));
  const Eigen::Index n_before = all.coefficients.cols(), n_new = shard.coefficients.cols();
  all.coefficients.conservativeResize(Eigen::NoChange, n_before + n_new);
  all.coefficients.rightCols(n_new) = shard.coefficients;
  all.crb.conservativeResize(Eigen::NoChange, n_before + n_new);
  all.crb.rightCols(n_new) = shard.crb;
  if (all.signal_per_m0_crb) {
    all.signal_per_m0_crb->conservativeResize(n_before + n_new);
    all.signal_per_m0_crb->tail(n_new) = *shard.signal_per_m0_crb;
  }
  all.tissues.insert(all.tissues.end(), shard.tissues.begin(), shard.tissues.end());
  if (!all.foreign) return;
  expect_same(path, "the units", joined(all.foreign->units), joined(shard.foreign->units));
  all.foreign->values.conservativeResize(Eigen::NoChange, n_before + n_new);
  all.foreign->values.rightCols(n_new) = shard.foreign->values;
}

void write_parameters(Hdf5Writer& file, const Dataset& set) {
  if (set.foreign) {
    file.write("parameters", {set.size(), set.foreign->names.size()}, set.foreign->values.data());
    file.attribute("parameters", "names", set.foreign->names);
    file.attribute("parameters", "units", set.foreign->units);
    return;
  }
  std::vector<double> parameters;
  for (const Tissue& tissue : set.tissues) {
    const std::array<double, n_parameter> v = tissue.values();
    parameters.insert(parameters.end(), v.begin(), v.end());
  }
  file.write("parameters", {set.size(), n_parameter}, parameters.data());
  file.attribute("parameters", "names", parameter_names());
}

}  // namespace

void write_basis(Hdf5Writer& file, const Basis& basis) {
  const Shape shape{static_cast<std::size_t>(basis.rows()), static_cast<std::size_t>(basis.cols())};
  const Eigen::MatrixXcd rows = basis.complex().transpose();
  if (basis.is_complex()) return file.write("basis", shape, rows.data());
  const Eigen::MatrixXd real_rows = rows.real();
  file.write("basis", shape, real_rows.data());
}

Dataset read_dataset(const std::vector<std::string>& paths, const SnrLimits& snr) {
  if (paths.empty()) throw base::UsageError("a data set needs at least one file");
  Dataset all = read_shard(paths.front(), snr);
  for (std::size_t i = 1; i < paths.size(); ++i) {
    const Dataset shard = read_shard(paths[i], snr);
    append(all, shard, paths[i]);
    all.provenance += ",\n" + shard.provenance;
  }
  if (paths.size() > 1) all.provenance = "[" + all.provenance + "]";
  return all;
}

void write_dataset(const std::string& path, const Dataset& set) {
  const std::size_t n = set.size();
  const auto n_coeff = static_cast<std::size_t>(set.basis.cols()), n_frame = static_cast<std::size_t>(set.basis.rows());
  base::AtomicFile output(path);
  Hdf5Writer file(output.temporary().string(), path);
  file.write("coefficients", {n, n_coeff}, set.coefficients.data());
  write_parameters(file, set);
  const std::vector<std::string> bounds = set.bound_names();
  file.write("crb", {n, bounds.size()}, set.crb.data());
  file.attribute("crb", "names", bounds);
  if (set.signal_per_m0_crb) file.write(signal_bounds, {n}, set.signal_per_m0_crb->data());
  write_jacobian(file, set);
  write_basis(file, set.basis);
  if (!set.foreign) file.attribute("/", "t1_model", std::string(name(set.unknowns.t1_model())));
  file.attribute("/", "sequence_name", set.sequence_name);
  file.attribute("/", "sequence_sha256", set.sequence_sha256);
  file.attribute("/", "basis_sha256", set.basis_sha256);
  file.attribute("/", "tr_s", set.tr_s);
  file.attribute("/", "n_frame", static_cast<double>(n_frame));
  file.attribute("/", "snr_min", set.snr_min);
  file.attribute("/", "snr_max", set.snr_max);
  file.attribute("/", "provenance", set.provenance);
  file.close();
  output.commit();
}

}  // namespace crbrt::physics
