/// What every program that turns a coefficient image into maps has in common: its options, its inputs, its last lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/grid.h"
#include "tools/volume/nifti.h"
#include "tools/volume/run_stats.h"

namespace crbrt::cli {
class Command;
}

namespace crbrt::volume {

struct ImageOptions {
  std::string input;
  std::string mask;   ///< empty: all voxels
  std::string out;    ///< folder
  std::string like;   ///< empty: the input's own geometry
  std::string stats;  ///< empty: no file
  unsigned threads = 1;
  bool compress = false;

  Compression compression() const noexcept { return compress ? Compression::gzip : Compression::none; }
};

/// Adds --input, --mask, --out, --like, --stats, --threads and --compress.
void add_image_options(cli::Command& app, ImageOptions& options);

/// The files behind the options.
struct ImageInputs {
  CoefficientImage image;
  Grid grid;                         ///< of the outputs
  std::vector<std::size_t> voxels;   ///< those to be estimated, ascending
  std::vector<std::string> sources;  ///< what was read, for the sidecars
};

/// Opens the input and refuses it unless a voxel has n_coeff coefficients (DisagreementError naming `who`), then reads mask
/// and geometry. Throws InputError.
ImageInputs open_inputs(const ImageOptions& options, std::size_t n_coeff, const std::string& who);

/// Where the numbers of a run go: one line to stdout, and the file of --stats where asked for.
class Report {
 public:
  /// Throws OutputError when the file cannot be made: before the run, not after it.
  explicit Report(const ImageOptions& options);
  void save(const RunStats& stats);

 private:
  std::string out_;
  std::optional<base::AtomicFile> file_;
};

}  // namespace crbrt::volume
