// Data sets in HDF5. A column of our matrices is a row of the file's row-major arrays, so most arrays go through unchanged.
#include "physics/io/dataset.h"

#include "base/atomic_output.h"
#include "base/error.h"
#include "physics/basis.h"
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

T1Model t1_model_of(const Hdf5Reader& file) {
  const std::string text = file.text_attribute("/", "t1_model");
  for (const T1Model model : {T1Model::apparent, T1Model::separate})
    if (text == name(model)) return model;
  throw base::InputError(file.path(), "t1_model apparent or separate", text);
}

void read_attributes(const Hdf5Reader& file, Dataset& set) {
  set.t1_model = t1_model_of(file);
  set.sequence_name = file.text_attribute("/", "sequence_name");
  set.sequence_sha256 = file.text_attribute("/", "sequence_sha256");
  set.basis_sha256 = file.text_attribute("/", "basis_sha256");
  set.tr_s = file.number_attribute("/", "tr_s");
  set.snr_min = file.number_attribute("/", "snr_min");
  set.snr_max = file.number_attribute("/", "snr_max");
  set.provenance = file.text_attribute("/", "provenance");
}

void read_basis(const Hdf5Reader& file, Dataset& set) {
  const Array<double> array = file.real("basis");
  const auto n_frame = static_cast<std::size_t>(file.number_attribute("/", "n_frame"));
  file.expect_shape("basis", array.shape, {n_frame, Hdf5Reader::any});
  set.basis = Eigen::Map<const Eigen::MatrixXd>(array.values.data(), static_cast<Eigen::Index>(array.shape[1]),
                                                static_cast<Eigen::Index>(array.shape[0]))
                  .transpose();
  if (const std::string found = sha256_of(set.basis); found != set.basis_sha256)
    throw base::InputError(file.path(), "a basis with SHA-256 " + set.basis_sha256, found);
}

void read_fingerprints(const Hdf5Reader& file, Dataset& set) {
  const auto n_coeff = static_cast<std::size_t>(set.basis.cols());
  const Array<std::complex<double>> coefficients = file.complex("coefficients");
  file.expect_shape("coefficients", coefficients.shape, {Hdf5Reader::any, n_coeff});
  const std::size_t n = coefficients.shape[0];
  const Array<double> parameters = file.real("parameters"), crb = file.real("crb");
  const std::vector<std::string> bounds = bound_names(set.t1_model);
  file.expect_shape("parameters", parameters.shape, {n, n_parameter});
  file.expect_shape("crb", crb.shape, {n, bounds.size()});
  expect_names(file, "parameters", parameter_names());
  expect_names(file, "crb", bounds);
  const auto columns = static_cast<Eigen::Index>(n);
  if (file.has(signal_bounds)) {
    const Array<double> signal = file.real(signal_bounds);
    file.expect_shape(signal_bounds, signal.shape, {n});
    set.signal_per_m0_crb = Eigen::Map<const Eigen::VectorXd>(signal.values.data(), columns);
  }
  set.coefficients = Eigen::Map<const Eigen::MatrixXcd>(coefficients.values.data(), set.basis.cols(), columns);
  set.crb = Eigen::Map<const Eigen::MatrixXd>(crb.values.data(), static_cast<Eigen::Index>(bounds.size()), columns);
  for (std::size_t i = 0; i < n; ++i) {
    std::array<double, n_parameter> v;
    std::copy_n(parameters.values.begin() + static_cast<std::ptrdiff_t>(i * n_parameter), n_parameter, v.begin());
    set.tissues.push_back(Tissue::from_values(v));
  }
}

Dataset read_shard(const std::string& path) {
  const Hdf5Reader file(path);
  Dataset set;
  read_attributes(file, set);
  read_basis(file, set);
  read_fingerprints(file, set);
  return set;
}

void expect_same(const std::string& path, const char* what, const std::string& expected, const std::string& found) {
  if (expected != found) throw base::InputError(path, std::string(what) + " of the other shards, " + expected, found);
}

void append(Dataset& all, const Dataset& shard, const std::string& path) {
  expect_same(path, "the sequence", all.sequence_sha256, shard.sequence_sha256);
  expect_same(path, "the basis", all.basis_sha256, shard.basis_sha256);
  expect_same(path, "the T1 model", std::string(name(all.t1_model)), std::string(name(shard.t1_model)));
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
}

}  // namespace

TissueBounds Dataset::bounds(Eigen::Index fingerprint) const {
  TissueBounds bounds{.crb = crb.col(fingerprint)};
  if (signal_per_m0_crb) bounds.signal_per_m0_crb = (*signal_per_m0_crb)[fingerprint];
  return bounds;
}

std::string why_no_bound(const Dataset& dataset, const Estimand& estimand) {
  if (estimand.is_of_signal() && !dataset.signal_per_m0_crb)
    return "none: no /signal_per_m0_crb in the file (simulate it again)";
  if (!estimand.has_bound(dataset.t1_model)) return "bounds with " + std::string(name(dataset.t1_model)) + " T1";
  return "";
}

Dataset read_dataset(const std::vector<std::string>& paths) {
  if (paths.empty()) throw base::UsageError("a data set needs at least one file");
  Dataset all = read_shard(paths.front());
  for (std::size_t i = 1; i < paths.size(); ++i) {
    const Dataset shard = read_shard(paths[i]);
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
  std::vector<double> parameters;
  for (const Tissue& tissue : set.tissues) {
    const std::array<double, n_parameter> v = tissue.values();
    parameters.insert(parameters.end(), v.begin(), v.end());
  }
  file.write("parameters", {n, n_parameter}, parameters.data());
  file.attribute("parameters", "names", parameter_names());
  file.write("crb", {n, bound_names(set.t1_model).size()}, set.crb.data());
  file.attribute("crb", "names", bound_names(set.t1_model));
  if (set.signal_per_m0_crb) file.write(signal_bounds, {n}, set.signal_per_m0_crb->data());
  const Eigen::MatrixXd basis_rows = set.basis.transpose();
  file.write("basis", {n_frame, n_coeff}, basis_rows.data());
  file.attribute("/", "t1_model", std::string(name(set.t1_model)));
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
