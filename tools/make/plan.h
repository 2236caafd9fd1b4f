/// Which steps lead from a pulse sequence and a prior to models, evaluations and a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tools/make/options.h"
#include "tools/make/outputs.h"
#include "tools/make/step.h"

namespace crbrt::make {

/// What is asked for, with all that files of the user say. Paths are relative to the folder of the chain.
struct Request {
  Options options;
  std::filesystem::path sequence, prior, goals;  ///< copies in the folder; goals may be empty
  std::size_t n_frame = 0;
  std::vector<Output> outputs;
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

/// Widths of the five hidden layers of a network of at most so many multiply-adds: those of the shipped models, scaled.
std::vector<std::size_t> hidden_widths(std::uint64_t macs, std::size_t n_coeff, std::size_t n_output);

/// The steps until the rank of the basis is known.
std::vector<Step> basis_steps(const Request& request);

/// All others. `rank` is that of the basis.
struct Plan {
  std::vector<Step> steps;
  std::vector<std::pair<std::filesystem::path, std::string>>
      configs;  ///< files of settings with their text, to be written before
};
Plan model_plan(const Request& request, std::size_t rank);

}  // namespace crbrt::make
