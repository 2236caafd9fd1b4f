// SPDX-License-Identifier: Apache-2.0
/// What crbrt-make can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace crbrt::make {

/// How much is simulated and trained: what a run costs, and how good its models become (docs/making-a-model.md).
struct Effort {
  std::uint64_t basis_draws, training, unseen, calibration;  ///< fingerprints
  std::uint64_t epochs, twin_epochs;
  std::uint64_t nlls;  ///< fingerprints that are fitted by least squares, too
};

inline constexpr Effort quick_effort{
    .basis_draws = 2048, .training = 140000, .unseen = 4000, .calibration = 2000, .epochs = 100, .twin_epochs = 12, .nlls = 16};
inline constexpr Effort default_effort{
    .basis_draws = 8192, .training = 500000, .unseen = 9056, .calibration = 4000, .epochs = 240, .twin_epochs = 40, .nlls = 40};

struct Options {
  std::string sequence, prior, out, name, basis_kind = "crb", rank = "auto", goals;
  std::string dictionary;  ///< in place of sequence and prior: fingerprints of another simulator
  std::optional<double> tr_s;
  std::optional<double> snr_min, snr_max;  ///< of sets from the dictionary; empty: those of crbrt-simulate
  std::vector<std::string> outputs;        ///< empty: by the prior or the dictionary
  double rank_factor = 1.25;
  std::vector<std::uint64_t> macs;  ///< multiply-adds per voxel of each size
  std::optional<double> budget_ms;
  Effort effort = default_effort;
  bool are_epochs_given = false;
  std::vector<std::string> effort_words;  ///< of the command line, that led to it
  std::uint64_t n_shard = 1;              ///< files of the training set
  unsigned threads = 1;
  bool is_dry = false, to_slurm = false;
  std::vector<std::string> slurm_options;
  std::string step;  ///< of a job of a cluster: only this
};

/// Empty when the program is done (--help). Throws UsageError.
std::optional<Options> parse_options(int argc, char** argv);

/// The words that ask for the same chain again, with whole paths: for the jobs of a cluster.
std::vector<std::string> words_of(const Options& options);

}  // namespace crbrt::make
