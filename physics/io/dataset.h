// SPDX-License-Identifier: Apache-2.0
/// Training and evaluation sets in HDF5: coefficients, parameters, bounds, basis and where they came from.
///
///   /coefficients [N, n_coeff] complex {real, imag} double, M0 = 1, no noise
///   /parameters [N, n_parameter] double, attribute names
///   /crb [N, n_bound] double, M0 = sigma = 1, attribute names
///   /basis [n_frame, n_coeff] double, or complex where it is
///   /signal_per_m0_crb [N] double, M0 = sigma = 1: the bound of ||c||; absent in files of before it was kept
///   /jacobian [N, n_bound, n_coeff] complex float, attribute names: d coefficients / d unknown; only where it was asked for
///   attributes of the file: t1_model, sequence_name, sequence_sha256, basis_sha256, tr_s, n_frame, snr_min, snr_max,
///   provenance (JSON)
///
/// Fingerprints of our simulator have the eight parameters of Tissue. Those of another one (crbrt-simulate --from) have
/// parameters of any names, whose units are the attribute `units` of /parameters, and no t1_model.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "physics/basis.h"
#include "physics/crb.h"
#include "physics/estimand.h"
#include "physics/tissue.h"

namespace crbrt::physics {

class Hdf5Writer;

/// What a simulator that is not ours varies: rows beside those of the table of quantities (physics/quantity.h), for as long as
/// the set is at hand.
struct ForeignParameters {
  std::vector<std::string> names, units;  ///< [n_parameter]
  std::vector<std::string> unknowns;      ///< names of those that an estimator has to find out, in the order of the bounds
  Eigen::MatrixXd values;                 ///< [n_parameter, N], one column per fingerprint
};

/// What an output of a model is measured against.
struct Target {
  std::string name, unit;
  Eigen::ArrayXd value;  ///< [N], in the unit
  Eigen::ArrayXd bound;  ///< [N], squared unit, at M0 = sigma = 1
};

struct Dataset {
  Eigen::MatrixXcd coefficients;                     ///< [n_coeff, N]: one column per fingerprint
  std::vector<Tissue> tissues;                       ///< [N]; empty in a set of another simulator
  std::optional<ForeignParameters> foreign;          ///< of another simulator
  Eigen::MatrixXd crb;                               ///< [n_bound, N], order of bound_names()
  std::optional<Eigen::VectorXd> signal_per_m0_crb;  ///< [N]; empty for a file without
  /// [n_coeff * n_bound, N]: the coefficients' derivatives by the first unknown, then by the next. Written where it is there;
  /// read_dataset() leaves it out, because nearly nobody needs so much.
  std::optional<Eigen::MatrixXcf> jacobian;
  Basis basis;                            ///< [n_frame, n_coeff]
  Unknowns unknowns = T1Model::apparent;  ///< of our simulator
  std::string sequence_name, sequence_sha256, basis_sha256;
  double tr_s = 0;
  double snr_min = 10, snr_max = 100;
  std::string provenance;  ///< JSON text

  std::size_t size() const noexcept { return static_cast<std::size_t>(coefficients.cols()); }
  std::vector<std::string> bound_names() const { return foreign ? foreign->unknowns : unknowns.names(); }
  /// The bounds of one fingerprint, and the norm of its coefficients.
  TissueBounds bounds(Eigen::Index fingerprint) const;
  double signal_norm(Eigen::Index fingerprint) const { return coefficients.col(fingerprint).norm(); }

  /// Of every fingerprint: a quantity that follows from our parameters, a parameter of another simulator, or of either
  /// signal_per_m0. Empty for any other name.
  std::optional<Eigen::ArrayXd> values(std::string_view name) const;

  /// Value, bound and unit of the output `name` of a model: the one place that training, evaluation and integers take them
  /// from. Throws base::DisagreementError naming `path` unless why_no_target() is empty.
  Target target(const std::string& name, const std::string& path) const;
};

/// What the set offers in place of a bound of the output, for a message; empty where it has one.
std::string why_no_target(const Dataset& dataset, const std::string& name);

/// A name of the table of quantities means what it says there: throws base::InputError naming `path` where its unit is another.
void expect_known_unit(const std::string& path, const std::string& name, const std::string& unit);

/// |M0| / sigma in place of a file's own range; a file of listed tissues (crbrt-simulate --tissues) has none.
struct SnrLimits {
  std::optional<double> minimum, maximum;
};

/// Reads one data set, or the union of its shards (several paths, in order; shapes and hashes must agree).
/// Throws base::InputError.
Dataset read_dataset(const std::vector<std::string>& paths, const SnrLimits& snr = {});

/// Reads what read_dataset(paths) has left out into set.jacobian. Throws base::DisagreementError where a file lacks it.
void read_jacobian(const std::vector<std::string>& paths, Dataset& set);

/// `/basis` of a new file.
void write_basis(Hdf5Writer& file, const Basis& basis);

/// Writes to a temporary file beside `path`, then renames. Throws base::OutputError.
void write_dataset(const std::string& path, const Dataset& dataset);

}  // namespace crbrt::physics
