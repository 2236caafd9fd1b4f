/// The JSON beside every map: what it is, and what made it. No absolute path and no date, so that the same run gives the
/// same bytes anywhere.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace crbrt::volume {

/// What all sidecars of one run say.
struct RunRecord {
  std::string program;               ///< "crbrt-map"
  std::string command;               ///< command_without_folders()
  std::vector<std::string> sources;  ///< input, mask, ...: only their file names are kept
  base::Json estimator;              ///< ModelName, ModelSHA256, BasisSHA256, BasisVerified, ... of the program
};

/// The fields of `run`, in the order of their importance to a reader.
base::Json to_json(const RunRecord& run);

/// The command as typed, quoted where a shell needs it; of an absolute path only the last part is kept.
std::string command_without_folders(int argc, char** argv);

/// "brain.nii" of "/data/sub-01/brain.nii", "scan.mat:x" of "/data/scan.mat:x"
std::string without_folder(const std::string& path);

}  // namespace crbrt::volume
