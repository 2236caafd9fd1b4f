// SPDX-License-Identifier: Apache-2.0
/// Which steps lead from a pulse sequence and a prior, or a dictionary, to models, evaluations and a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/make/options.h"
#include "tools/make/outputs.h"
#include "tools/make/step.h"

namespace crbrt::make {

/// What a dictionary of the user says, which stays where it is.
struct Dictionary {
  std::filesystem::path file;  ///< whole path
  std::string sequence_name;
  std::uint64_t n_fingerprint = 0, n_byte = 0;
  bool has_basis = false;             ///< the file's own, which is taken
  std::vector<std::string> unknowns;  ///< parameters with a bound
};

/// What is asked for, with all that files of the user say. Paths are relative to the folder of the chain.
struct Request {
  Options options;
  std::filesystem::path sequence, prior, goals;  ///< copies in the folder, or empty; goals may be
  std::optional<Dictionary> dictionary{};        ///< in place of sequence and prior
  std::size_t n_frame = 0;                       ///< of the sequence
  std::vector<Output> outputs;
  std::string summary;  ///< what was read, in a line, so that a wrong unit or file is seen before an hour of work
  std::string warning;  ///< of what is possible and seldom meant; mostly empty
};

/// Names of the models of the first loss, one a size: NAME, or NAME_16k and NAME_64k. Each has a twin NAME_unbiased.
std::vector<std::string> model_names(const Options& options);
std::string twin_of(const std::string& model);

/// Files of a model, relative to the folder of the chain.
std::filesystem::path model_file(const std::string& model);
std::filesystem::path config_file(const std::string& model);
std::filesystem::path evaluation_file(const std::string& model);
std::filesystem::path model_verdict_file(const std::string& model);

inline constexpr const char *basis_file = "basis.h5", *encoding_file = "work/encoding.json", *report_file = "report.html",
                            *verdict_file = "verdict.json", *card_file = "README.md";

/// All steps behind the basis (tools/make/data_sets.h). `rank` is that of the basis.
struct Plan {
  std::vector<Step> steps;
  std::vector<std::pair<std::filesystem::path, std::string>>
      configs;  ///< files of settings with their text, to be written before
};
Plan model_plan(const Request& request, std::size_t rank);

}  // namespace crbrt::make
