// SPDX-License-Identifier: Apache-2.0
/// The command line of crbrt-eval.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/eval/verdict_run.h"
#include "tools/evaluation/evaluate.h"
#include "tools/evaluation/floor.h"
#include "tools/evaluation/nlls_check.h"

namespace crbrt::evaluation {

struct CommandLine {
  std::string model;  ///< empty: the pulse train is measured, VerdictOptions::encoding
  std::string json;
  std::vector<std::string> datasets;
  physics::SnrLimits snr;
  Options options;
  std::vector<std::string> against;  ///< NAME=FILE.h5
  std::string sequence;              ///< asks for the grids; empty: none
  std::optional<double> tr_s;
  std::string grid_cache;
  std::string prior;                     ///< of --nlls; empty: that of [paper]
  NllsOptions nlls{.count = 0};          ///< count 0: none
  std::vector<std::string> floor_prior;  ///< data sets that sample the prior; asks for the floor
  FloorOptions floor;
  VerdictOptions verdict;
};

/// Empty when --help or --version was printed. Throws base::UsageError.
std::optional<CommandLine> read_command_line(int argc, char** argv);

}  // namespace crbrt::evaluation
