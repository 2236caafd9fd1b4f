// SPDX-License-Identifier: Apache-2.0
/// One evaluation that crbrt-eval wrote, as the report needs it.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace crbrt::report {

using base::Json;

/// What a network was trained for: decides its colour and its goals.
enum class Kind { crb, bias_reduced, mse, other };

struct Measured {
  std::string path;
  std::string name;    ///< of the model
  std::string family;  ///< name without _crb, _unbiased, _mse: models that are compared side by side
  Kind kind = Kind::other;
  bool is_paper = false;  ///< the network of [paper]
  double macs = 0;
  std::vector<std::string> outputs;
  Json json;

  double loss() const { return json.at("loss").at("mean").number(); }
  double loss(const std::string& output) const { return json.at("loss").at(output).number(); }
  std::vector<double> snrs() const;  ///< ascending
  bool has_snr(double snr) const;
  /// bias2_over_crb, var_over_crb or loss at an SNR, mean over outputs; empty when that SNR was not measured.
  std::optional<double> at_snr(double snr, const char* what) const;
  std::string sample_text() const;  ///< "9056 unseen fingerprints with 300 noise realisations each"
  std::string sequence_sha256() const { return json.at("sequence_sha256").text(); }
  const Json* grid(const std::string& grid, const std::string& output) const;  ///< null when not measured
};

/// Reads and checks. Throws base::InputError for anything that is no complete evaluation.
Measured read_measured(const std::string& path, bool is_paper);

/// Models of one family, in the order given: CRB, bias-reduced, MSE, others.
struct Family {
  std::string name;
  std::vector<const Measured*> members;
};
std::vector<Family> families_of(const std::vector<Measured>& all);

/// "%.6g", the way crbrt-eval writes the keys of SNRs.
std::string snr_key(double snr);

/// Outputs in words and in the unit that people read, T2f in ms: from the table of quantities, or as the file names them.
struct Quantity {
  std::string label;                                          ///< "T_{2f}", markup of gnuplot
  std::string text;                                           ///< "T2f", for HTML
  std::string unit;                                           ///< "ms"; empty for a fraction
  double factor = 1;                                          ///< times the SI value
  double nominal = std::numeric_limits<double>::quiet_NaN();  ///< SI, of the prior; NaN where it has none
  std::string axis(const std::string& what) const;            ///< "bias of T_{2f} (ms)"
};
Quantity quantity(const std::string& output, const std::string& si_unit);

}  // namespace crbrt::report
