/// Maps against the truth of a digital brain.
#pragma once

#include <string>

namespace crbrt::phantom {

struct CompareOptions {
  std::string phantom;  ///< folder of make_phantom()
  std::string maps;     ///< folder of crbrt-map
  std::string stats;    ///< --stats file of crbrt-map
  std::string json;     ///< summary
  std::string slices;   ///< folder for the pictures' numbers; empty: none
};

/// Prints a table and writes the summary: voxels, kernel_s, total_s, threads, isa, precision, model, macs_per_voxel, and per
/// map and tissue rmse, rms_sqrt_crb, mean_error, mean_truth and voxels. Voxels that the run flagged as not computed or without
/// signal do not count. Throws InputError, OutputError.
void compare(const CompareOptions& options);

}  // namespace crbrt::phantom
