/// An evaluation for people (a table) and for programs (JSON with the nested keys loss.<output>, snr.<n>.<what>.<output>).
#pragma once

#include <string>

#include "tools/eval/evaluate.h"

namespace crbrt::evaluation {

/// Where the numbers come from.
struct Origin {
  std::string model_name, model_sha256, sequence_name, command;
  std::size_t macs_per_voxel = 0;
  double snr_min = 0, snr_max = 0;
};

std::string table(const Evaluation& evaluation, const Origin& origin);
std::string json(const Evaluation& evaluation, const Options& options, const Origin& origin);

}  // namespace crbrt::evaluation
