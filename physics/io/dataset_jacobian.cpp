// SPDX-License-Identifier: Apache-2.0
// Derivatives are several times as large as everything else of a data set, and only what computes with them reads them: apart,
// file after file, into the place that they keep.
#include "physics/io/dataset_jacobian.h"

#include <algorithm>

#include "base/error.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {
namespace {

constexpr const char* jacobian = "jacobian";

/// The columns of one file, which go to `first` of the set; returns the column behind them.
Eigen::Index read_columns(const std::string& path, const std::vector<std::string>& unknowns, Eigen::Index first,
                          Eigen::MatrixXcf& columns, Eigen::Index n_coeff) {
  const Hdf5Reader file(path);
  if (!file.has(jacobian))
    throw base::DisagreementError(path, "derivatives in /jacobian (crbrt-simulate --prior ... --derivatives)", "none");
  if (file.names_attribute(jacobian, "names") != unknowns)
    throw base::InputError(path, "a /jacobian whose names are those of /crb", "others");
  const Array<std::complex<float>> read = file.complex_single(jacobian);
  file.expect_shape(jacobian, read.shape, {Hdf5Reader::any, unknowns.size(), static_cast<std::size_t>(n_coeff)});
  const auto n = static_cast<Eigen::Index>(read.shape[0]);
  if (first + n > columns.cols()) throw base::InputError(path, "as many rows of jacobian as of coefficients", "more");
  std::copy(read.values.begin(), read.values.end(), columns.data() + first * columns.rows());
  return first + n;
}

}  // namespace

void read_jacobian(const std::vector<std::string>& paths, Dataset& set) {
  const std::vector<std::string> unknowns = set.bound_names();
  Eigen::MatrixXcf columns(set.coefficients.rows() * static_cast<Eigen::Index>(unknowns.size()), set.coefficients.cols());
  Eigen::Index n = 0;
  for (const std::string& path : paths) n = read_columns(path, unknowns, n, columns, set.coefficients.rows());
  if (n != columns.cols())
    throw base::InputError(paths.back(), "as many rows of jacobian as of coefficients, " + std::to_string(columns.cols()),
                           std::to_string(n));
  set.jacobian = std::move(columns);
}

void write_jacobian(Hdf5Writer& file, const Dataset& set) {
  if (!set.jacobian) return;
  const std::vector<std::string> unknowns = set.bound_names();
  file.write(jacobian, {set.size(), unknowns.size(), static_cast<std::size_t>(set.coefficients.rows())}, set.jacobian->data());
  file.attribute(jacobian, "names", unknowns);
}

}  // namespace crbrt::physics
