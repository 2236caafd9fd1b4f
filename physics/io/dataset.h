/// Training and evaluation sets in HDF5: coefficients, parameters, bounds, basis and where they came from.
///
///   /coefficients [N, n_coeff] complex {real, imag} double, M0 = 1, no noise      /parameters [N, 8] double, attribute names
///   /crb [N, n_bound] double, M0 = sigma = 1, attribute names                     /basis [n_frame, n_coeff] double
///   /signal_per_m0_crb [N] double, M0 = sigma = 1: the bound of ||c||; absent in files of before it was kept
///   attributes of the file: t1_model, sequence_name, sequence_sha256, basis_sha256, tr_s, n_frame, snr_min, snr_max,
///   provenance (JSON)
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "physics/crb.h"
#include "physics/estimand.h"
#include "physics/tissue.h"

namespace crbrt::physics {

struct Dataset {
  Eigen::MatrixXcd coefficients;                     ///< [n_coeff, N]: one column per fingerprint
  std::vector<Tissue> tissues;                       ///< [N]
  Eigen::MatrixXd crb;                               ///< [n_bound, N], order of bound_names(t1_model)
  std::optional<Eigen::VectorXd> signal_per_m0_crb;  ///< [N]; empty for a file without
  Eigen::MatrixXd basis;                             ///< [n_frame, n_coeff]
  T1Model t1_model = T1Model::apparent;
  std::string sequence_name, sequence_sha256, basis_sha256;
  double tr_s = 0;
  double snr_min = 10, snr_max = 100;
  std::string provenance;  ///< JSON text

  std::size_t size() const noexcept { return tissues.size(); }
  /// The bounds of one fingerprint, and the norm of its coefficients.
  TissueBounds bounds(Eigen::Index fingerprint) const;
  double signal_norm(Eigen::Index fingerprint) const { return coefficients.col(fingerprint).norm(); }
};

/// What the set offers in place of a bound of the estimand, for a message; empty where it has one.
std::string why_no_bound(const Dataset& dataset, const Estimand& estimand);

/// Reads one data set, or the union of its shards (several paths, in order; shapes and hashes must agree).
/// Throws base::InputError.
Dataset read_dataset(const std::vector<std::string>& paths);

/// Writes to a temporary file beside `path`, then renames. Throws base::OutputError.
void write_dataset(const std::string& path, const Dataset& dataset);

}  // namespace crbrt::physics
