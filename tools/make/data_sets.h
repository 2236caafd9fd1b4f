// SPDX-License-Identifier: Apache-2.0
/// The steps that make what is trained and judged on: the basis and three data sets, simulated from a sequence and a prior or
/// taken from a dictionary.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/make/plan.h"

namespace crbrt::make {

inline constexpr const char *unseen_file = "work/unseen.h5", *calibration_file = "work/calibration.h5";

/// Of a dictionary, which somebody drew already: random shares, by the row's number (tools/simulate/foreign_share.h). The basis
/// is made of fingerprints of the training alone.
inline constexpr double training_end = 0.85, calibration_end = 0.9;  // unseen: the rest

/// The numbers of fingerprints that a dictionary of so many has for each purpose, none of them for least squares, and epochs
/// for as many voxels as usual, up to three times the usual epochs (`are_epochs_given`: those of `effort`).
Effort effort_with(Effort effort, std::uint64_t n_fingerprint, bool are_epochs_given);

/// The steps until the rank of the basis is known.
std::vector<Step> basis_steps(const Request& request);

/// Training set (several files with --shards), unseen set and set for the integers, which need the basis.
std::vector<Step> data_sets(const Request& request);

std::vector<std::filesystem::path> training_files(const Options& options);

/// --sequence and, where it is given, --tr.
std::vector<std::string> sequence_words(const Request& request);

/// "T1,T2"
std::string output_names(const Request& request);

}  // namespace crbrt::make
