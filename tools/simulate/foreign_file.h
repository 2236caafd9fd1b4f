// SPDX-License-Identifier: Apache-2.0
/// A dictionary that somebody else's simulator made, as the file has it, and what can be said against it.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/warnings.h"

namespace crbrt::simulate {

/// What a dictionary says of itself, without its signals: little to read of a large file. docs/file-formats.md says which data
/// sets and attributes mean what.
struct ForeignHead {
  std::string path;
  std::string sequence_name;
  std::string sequence_sha256;  ///< as the file states it; empty where it does not
  std::string provenance;
  double tr_s = 0;
  std::vector<std::string> names, units;  ///< [n_parameter]
  std::vector<std::string> unknowns;      ///< [n_unknown] in the order of derivatives and bounds
  Eigen::MatrixXd parameters;             ///< [n_parameter, N]
  bool is_compressed = false;             ///< signals are coefficients
  bool has_basis = false;                 ///< there is a /basis
  std::string information_from;  ///< the data set that bounds come from: "jacobian", "finite_difference/signal" or "crb"

  bool has_derivatives() const { return information_from != "crb"; }
  Eigen::Index n_unknown() const { return static_cast<Eigen::Index>(unknowns.size()); }
  std::optional<Eigen::Index> row_of(const std::string& name) const;  ///< of parameters
};

/// A whole dictionary, or some of its rows.
struct ForeignFile : ForeignHead {
  std::vector<std::uint64_t> rows;  ///< [N] of the file
  Eigen::MatrixXcd signals;         ///< [n_sample, N] at M0 = 1: frames, or coefficients
  /// d signal / d unknown of fingerprint i in columns i * n_unknown ..., of frames or coefficients; empty where none are known.
  Eigen::MatrixXcd derivatives;
  std::string derivatives_from;       ///< "/jacobian" or "/finite_difference"
  Eigen::MatrixXd crb;                ///< [n_unknown, N]; empty where the file has derivatives
  Eigen::VectorXd signal_per_m0_crb;  ///< [N] beside crb; empty where the file has none

  Eigen::Index size() const { return signals.cols(); }
  auto derivatives_of(Eigen::Index i) const { return derivatives.middleCols(i * n_unknown(), n_unknown()); }
  /// Fingerprints `kept`, ascending, alone.
  void keep(const std::vector<Eigen::Index>& kept);
};

/// Reads names, units and parameters. `tr_s` stands for an attribute that the file lacks. Throws base::InputError naming the
/// data set or attribute that is missing or wrong.
ForeignHead read_foreign_head(const std::string& path, std::optional<double> tr_s);

/// Reads signals, and derivatives or bounds, too.
ForeignFile read_foreign_file(const std::string& path, std::optional<double> tr_s);

/// The largest norm of a signal of the file that is finite. Throws base::InputError.
double largest_signal_norm(const ForeignHead& head);

/// Rows that cannot be used, whatever is done with them.
struct Unusable {
  std::vector<std::uint64_t> not_finite;  ///< rows of the file with a number that is not finite
  std::vector<std::uint64_t> duplicate;   ///< with parameters and signal of an earlier row
};

/// Drops them. Warns of equal parameters with different signals and of parameters that never vary.
Unusable drop_unusable(ForeignFile& file, base::Warnings& warnings);

/// Compares derivatives with the differences between neighbouring fingerprints, where those are close enough to tell. Throws
/// base::InputError naming the parameter and the factor where derivatives are in another unit than the parameter.
void expect_consistent_derivatives(const ForeignFile& file);

}  // namespace crbrt::simulate
