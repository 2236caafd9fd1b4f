/// The last lines of a fit: one to stdout, and the file of --stats.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/atomic_output.h"
#include "tools/fit/fit_maps.h"
#include "tools/volume/image_run.h"
#include "tools/volume/run_stats.h"

namespace crbrt::fit {

/// What crbrt-map has no word for.
struct FitStats {
  std::array<std::uint64_t, status_names.size()> status{};  ///< whole grid
  std::uint64_t simulations = 0;                            ///< fingerprints with derivatives
  std::uint64_t single_minimum = 0;                         ///< voxels all of whose starts agreed
};

class FitReport {
 public:
  /// Throws OutputError when the file cannot be made: before the run, not after it.
  explicit FitReport(const volume::ImageOptions& options);
  /// The keys of volume::RunStats (its status counts replaced) and those of FitStats.
  void save(const volume::RunStats& run, const FitStats& fit);

 private:
  std::string out_;
  std::optional<base::AtomicFile> file_;
};

}  // namespace crbrt::fit
