// SPDX-License-Identifier: Apache-2.0
/// What every program that turns a coefficient image into maps has in common: its options, its inputs, its last lines.
#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/grid.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/nifti.h"
#include "tools/volume/run_stats.h"

namespace crbrt::cli {
class Command;
}

namespace crbrt::volume {

struct ImageOptions {
  std::string input;
  std::string input_imag;   ///< imaginary parts of the input; empty: in the same file
  std::string mask;         ///< empty: all voxels
  std::string out;          ///< folder
  std::string like;         ///< empty: the input's own geometry
  std::string stats;        ///< empty: no file
  std::string report;       ///< HTML page of the maps; empty: none
  std::string labels;       ///< atlas of regions for the page; empty: none
  std::string label_names;  ///< table of their names; empty: numbers
  unsigned threads = 1;
  bool compress = false;
  bool ignore_geometry = false;
  std::string fill = "0", units = "s";
  bool bids = false;     ///< `out` is a BIDS data set of derivatives
  bool strict = false;   ///< warnings end the run before it writes
  bool dry_run = false;  ///< say what would be done, and write nothing

  /// The statistics of the regions, beside the page under its name; empty where there are none.
  std::string regions_csv() const {
    return labels.empty() ? "" : std::filesystem::path(report).replace_extension(".csv").string();
  }
  float fill_value() const noexcept { return fill == "nan" ? std::numeric_limits<float>::quiet_NaN() : 0; }
  TimeUnit times() const noexcept { return units == "ms" ? TimeUnit::whole_milliseconds : TimeUnit::seconds; }
  GridCheck grid_check() const noexcept { return ignore_geometry ? GridCheck::extents : GridCheck::world; }

  Compression compression() const noexcept { return compress ? Compression::gzip : Compression::none; }
};

/// Adds --input, --input-imag, --mask, --out, --like, --ignore-geometry, --stats, --report, --labels, --label-names,
/// --threads, --fill, --units, --compress, --bids, --strict and --dry-run.
void add_image_options(cli::Command& app, ImageOptions& options);

/// Where the maps go: the folder, or with --bids the folders of the subject that the input's name says. Throws UsageError for
/// an input without such a name, InputError where the folder is no data set of derivatives.
MapPlace place_of(const ImageOptions& options);

/// With --strict, throws DisagreementError that counts the warnings, of which the first stands in it.
void expect_no_warnings(const ImageOptions& options, const base::Warnings& warnings);

/// The files behind the options.
struct ImageInputs {
  CoefficientImage image;
  Grid grid;                         ///< of the outputs
  VoxelList voxels;                  ///< those to be estimated
  std::vector<std::string> sources;  ///< what was read, for the sidecars
};

/// The image of --input and --input-imag; `n_expected` as in CoefficientImage::open(). Throws InputError.
CoefficientImage open_coefficients(const ImageOptions& options, std::size_t n_expected);

/// Refuses an image unless a voxel has n_coeff coefficients (DisagreementError naming `who`), then reads mask and geometry,
/// which are compared in the world. What is odd about them is added to `warnings`. Throws InputError.
ImageInputs inputs_of(const ImageOptions& options, const CoefficientImage& image, std::size_t n_coeff, const std::string& who,
                      base::Warnings& warnings);

/// The line that ends a run; `estimating` is what the program calls its work.
void print_summary(const ImageOptions& options, const RunStats& stats, const char* estimating);

}  // namespace crbrt::volume
