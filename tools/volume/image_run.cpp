// SPDX-License-Identifier: Apache-2.0
// Options have one text and one meaning, whatever the program.
#include "tools/volume/image_run.h"

#include <cstdio>

#include "base/error.h"
#include "base/escaped.h"
#include "tools/cli/command_line.h"
#include "tools/volume/image_values.h"
#include "tools/volume/nifti.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

void add_image_options(cli::Command& app, ImageOptions& options) {
  app.option("--input FILE", options.input, "coefficient image: " + known_formats()).required();
  app.option("--input-imag FILE", options.input_imag,
             "image of the imaginary parts, where --input holds the real parts alone (default: one file has both)");
  app.option("--mask FILE", options.mask, "image of the same voxels; only those that are not 0 are estimated (default: all)");
  app.option("--out FOLDER", options.out, "folder for the maps").required();
  app.option("--like FILE", options.like, "NIfTI image whose geometry the maps take (default: the input's)");
  app.flag("--ignore-geometry", options.ignore_geometry,
           "compare --mask, --like and --input-imag with the input by their extents alone, not by where they lie in the world");
  app.option("--stats FILE", options.stats, "JSON file for voxels, times, memory and status counts");
  const cli::Option report =
      app.option("--report FILE", options.report, "HTML page of the maps, which opens without a network");
  const cli::Option labels =
      app.option("--labels FILE", options.labels,
                 "image of the same voxels that numbers regions: the page and a CSV beside it have their statistics")
          .needs(report);
  app.option("--label-names FILE", options.label_names, "table of their names: a number and a name a line").needs(labels);
  app.option("--threads N", options.threads, "worker threads").in_range(1, 1024).show_default();
  app.option("--fill WHAT", options.fill, "what maps hold where nothing was estimated").one_of({"0", "nan"}).show_default();
  app.option("--units UNIT", options.units, "times in seconds, or in whole milliseconds").one_of({"s", "ms"}).show_default();
  app.flag("--compress", options.compress, "write .nii.gz instead of .nii");
  app.flag("--bids", options.bids,
           "name the maps after BIDS: --out is a data set of derivatives, and the input's name begins with sub-LABEL");
  app.flag("--strict", options.strict, "end with exit code 4, before anything is written, where there are warnings");
  app.flag("--dry-run", options.dry_run, "print what would be read, assumed and written, and write nothing");
}

MapPlace place_of(const ImageOptions& options) {
  if (!options.bids) return options.out;
  if (!options.report.empty()) throw base::UsageError("--bids: expected no --report, which shows maps of one folder");
  const auto name = bids_name(options.input);
  if (!name) throw base::UsageError("--bids: expected an input named like sub-01_MTS.nii.gz, found " + options.input);
  check_derivatives(options.out);
  return MapPlace(BidsPlace{options.out, name->data_set, BidsMapNames(*name)}, name->folder());
}

void expect_no_warnings(const ImageOptions& options, const base::Warnings& warnings) {
  const std::vector<std::string>& texts = warnings.texts();
  if (!options.strict || texts.empty()) return;
  throw base::DisagreementError(options.input, "nothing suspicious (--strict)",
                                std::to_string(texts.size()) + (texts.size() == 1 ? " warning" : " warnings"));
}

namespace {

/// Where the maps lie: where the input does, or the image that --like names.
Geometry geometry_of_maps(const ImageOptions& options, const Grid& input, base::Warnings& warnings) {
  Grid grid = input;
  if (!options.like.empty()) {
    grid = read_grid(options.like);
    expect_same_grid(input, grid, options.grid_check(), options.like, "a grid");
  }
  const std::string& file = options.like.empty() ? options.input : options.like;
  try {
    expect_usable_geometry(grid.geometry, file);
  } catch (const base::InputError& error) {
    if (!options.ignore_geometry) throw;
    warnings.add(std::string(error.what()) + ": the maps take the identity at 1 mm");
    return {};
  }
  if (const std::string odd = geometry_warning(grid); !odd.empty()) warnings.add(file + ": " + odd);
  return grid.geometry;
}

}  // namespace

CoefficientImage open_coefficients(const ImageOptions& options, std::size_t n_expected) {
  return CoefficientImage::open(options.input, options.input_imag, n_expected, options.grid_check());
}

ImageInputs inputs_of(const ImageOptions& options, const CoefficientImage& image, std::size_t n_coeff, const std::string& who,
                      base::Warnings& warnings) {
  image.expect_n_coeff(n_coeff, who);
  ImageInputs inputs{image, {image.grid().shape, geometry_of_maps(options, image.grid(), warnings)}, {}, {options.input}};
  if (!options.input_imag.empty()) inputs.sources.push_back(options.input_imag);
  for (const std::string& note : image.notes()) warnings.add(note);
  if (!options.like.empty()) inputs.sources.push_back(options.like);
  if (options.mask.empty()) {
    inputs.voxels = VoxelList::all(inputs.grid.shape);
  } else {
    inputs.voxels = read_mask(options.mask, inputs.grid, options.grid_check(), warnings);
    inputs.sources.push_back(options.mask);
  }
  inputs.image.keep(inputs.voxels);
  return inputs;
}

void print_summary(const ImageOptions& options, const RunStats& stats, const char* estimating) {
  std::printf("%s: %llu voxels in %.2f s (reading %.2f s, %s %.2f s, writing %.2f s); %s\n",
              base::for_terminal(options.out).c_str(), static_cast<unsigned long long>(stats.voxels), stats.total_s,
              stats.read_s, estimating, stats.kernel_s, stats.write_s, in_words(stats.status).c_str());
}

}  // namespace crbrt::volume
