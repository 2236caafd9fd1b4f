// SPDX-License-Identifier: Apache-2.0
// Maps are read back from the folder where the run has completed them, so that DICOM holds what NIfTI holds.
#include "tools/dicom/map_series.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/number_text.h"
#include "tools/cli/command_line.h"
#include "tools/dicom/image_writer.h"
#include "tools/dicom/window.h"
#include "tools/volume/geometry_remedy.h"
#include "tools/volume/grid_difference.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"
#include "tools/volume/shown_unit.h"
#include "tools/volume/stored_image.h"

namespace crbrt::dicom {
namespace {

namespace fs = std::filesystem;

/// "T1map_0007.dcm"
std::string file_name(const std::string& map, std::size_t slice) {
  std::string number = std::to_string(slice + 1);
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
  return map + "_" + number + ".dcm";
}

/// Whether the head of a file says that a program of ours wrote it.
bool is_ours(const fs::path& path) {
  std::string head(512, '\0');
  std::ifstream(path, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.compare(128, 4, "DICM") == 0 && head.find("CRBRT_") != std::string::npos;
}

std::set<std::string> earlier_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".dcm" && is_ours(entry.path())) names.insert(entry.path().filename().string());
  return names;
}

std::string text_or_empty(const base::Json& json, const char* key) {
  const base::Json* const value = json.find(key);
  return value != nullptr && value->is_text() ? value->text() : "";
}

volume::StorageOrder order_of(const SourceSeries& source, const volume::ImageOptions& options, const volume::Grid& grid,
                              base::Warnings& warnings) {
  if (!grid.geometry.is_known && !options.ignore_geometry)
    throw base::InputError(options.input, "an image that says where it lies (--dicom-like), or an image that does (--like)",
                           "none (--ignore-geometry takes x, y and z for the columns, rows and slices of the series)");
  if (options.ignore_geometry)
    warnings.add(source.folder + ": x, y and z of the input are taken for columns, rows and slices of the series " +
                 "(--ignore-geometry); nothing says that they are");
  const volume::Grid& series = source.stack.grid;
  if (options.ignore_geometry)
    return volume::expect_order_in(grid, series, options.grid_check(), source.folder, "a series of MR images");
  if (const auto order = volume::order_in(grid, series, options.grid_check())) return *order;
  const std::string& placed_by = options.like.empty() ? options.input : options.like;
  throw base::InputError(
      source.folder, "a series of MR images on the grid of " + placed_by + ", " + volume::extents_in_words(grid),
      volume::extents_in_words(series) + ", against x, y and z of that grid: " +
          volume::grid_difference(grid, series, {"columns", "rows", "slices"}) + volume::remedy_for_another_place);
}

std::string derivation_of(const base::Json& sidecar, const std::string& output) {
  std::string text = output + ": " + text_or_empty(sidecar, "Description");
  text += ". Estimated by crbrt-map " + std::string(cli::version()) + " with the model " + text_or_empty(sidecar, "ModelName") +
          " (SHA-256 " + text_or_empty(sidecar, "ModelSHA256").substr(0, 16) + ") from coefficients in a subspace, ";
  return text + "which were reconstructed from the measurement of the source images; these give patient, study and geometry.";
}

std::string levels_of(const base::Json& sidecar) {
  std::string text = "Codes:";
  const base::Json* const levels = sidecar.find("Levels");
  if (levels != nullptr)
    for (const base::Json::Member& level : levels->members()) text += " " + level.key + " " + level.value.text() + ";";
  return text;
}

/// What a reader who has nothing but the series needs to know of its numbers.
std::string comment_of(const base::Json& sidecar, const std::string& name) {
  if (name == "status") return levels_of(sidecar);
  const base::Json* const threshold = sidecar.find("Threshold");
  const std::string above = threshold == nullptr ? ""
                                                 : "Unlike the training data at any noise: above " +
                                                       base::number_text(threshold->number(), "%.4g") + ". ";
  return above + "Voxels without an estimate hold the number 0; the series of the status says which they are.";
}

/// All of them, from the first one on.
volume::Window window_of_codes(const StoredMap& codes) {
  std::uint16_t largest = 1;
  for (const std::uint16_t code : codes.values) largest = std::max(largest, code);
  return {0, static_cast<double>(largest)};
}

}  // namespace

struct MapSeries::Impl {
  SourceSeries source;
  volume::Grid grid;
  volume::StorageOrder order;
  fs::path folder;
  std::optional<base::AtomicFolder> files;
  std::vector<std::string> maps;  ///< those that become series

  MapOfSeries map_of(const std::string& path, const std::string& name, const std::vector<bool>& is_estimated,
                     base::Warnings& warnings) const;
  long series_number(std::size_t map) const;
  void write(const MapOfSeries& map);
};

void MapSeries::Impl::write(const MapOfSeries& map) {
  for (std::size_t slice = 0; slice < source.stack.slices.size(); ++slice) {
    const std::string name = file_name(map.name, slice);
    base::write_text(files->temporary(name), image_of(source, order, map, slice), folder / name);
  }
}

/// Maps stand behind the source in lists: 501, 502, ... behind series 5.
long MapSeries::Impl::series_number(std::size_t map) const {
  constexpr long most = 20'000'000;  // the values of IS have 31 bits
  const long number = std::strtol(text_of(*source.header->getDataset(), DCM_SeriesNumber).c_str(), nullptr, 10);
  return (number > 0 && number < most ? 100 * number : 90'000) + static_cast<long>(map) + 1;
}

MapOfSeries MapSeries::Impl::map_of(const std::string& path, const std::string& name, const std::vector<bool>& is_estimated,
                                    base::Warnings& warnings) const {
  const base::Json sidecar = base::Json::from_file(volume::sidecar_path(path));
  const std::string output = text_or_empty(sidecar, "OutputName");
  const std::string map_unit = name == "status" ? "1" : text_or_empty(sidecar, "Units");
  const volume::ShownUnit shown = volume::shown_unit(output, map_unit);
  const std::vector<float> values = volume::read_values(path, grid, volume::GridCheck::extents);
  MapOfSeries map;
  map.name = name;
  map.program = "crbrt-map";
  map.derivation = derivation_of(sidecar, output);
  map.unit = unit_code(shown.unit);
  map.quantity = quantity_code(output, text_or_empty(sidecar, "Description"));
  map.stored = name == "status" ? stored_codes(values) : stored_map(values, is_estimated, shown.factor);
  map.comment = comment_of(sidecar, name);
  map.window = name == "status" ? window_of_codes(map.stored) : window_of(output, map_unit, shown.factor, values, is_estimated);
  map.series_uid = series_uid_of(source, map);
  if (map.stored.n_beyond > 0)
    warnings.add(name + ": " + std::to_string(map.stored.n_beyond) +
                 " voxels with values that are not finite, or more than 20 times the 99th percentile, have no number in DICOM; "
                 "the NIfTI map has them");
  return map;
}

MapSeries::MapSeries(const std::string& folder, const volume::ImageOptions& options, const volume::Grid& grid,
                     base::Warnings& warnings) {
  const fs::path own = fs::path(options.out) / "dicom";
  std::error_code none;
  if (folder.empty()) {
    if (fs::is_directory(own, none) && !earlier_in(own).empty())
      warnings.add(own.string() + ": DICOM of an earlier run lies there, and will not be that of these maps (--dicom-like)");
    return;
  }
  if (fs::equivalent(folder, own, none))
    throw base::UsageError("--dicom-like: expected another folder than that of the output, found " + own.string());
  impl_ = std::make_unique<Impl>();
  impl_->source = read_series(folder);
  if (!impl_->source.names_patient)
    warnings.add(folder + ": its images have neither PatientID nor PatientName, and so will the maps");
  impl_->grid = grid;
  impl_->order = order_of(impl_->source, options, grid, warnings);
  impl_->folder = fs::path(options.out) / "dicom";
}

MapSeries::~MapSeries() = default;

void MapSeries::add_to(volume::RunPlan& plan, const std::vector<std::string>& maps) const {
  const SourceSeries& source = impl_->source;
  const std::string slices = std::to_string(source.stack.slices.size()) + " slices";
  plan.reads.push_back(source.folder + ": a series of " + std::to_string(source.images.size()) + " MR images, " + slices);
  for (const std::string& map : maps)
    if (map != "status_detail") plan.writes.push_back((impl_->folder / (map + "_*.dcm")).string() + ": " + slices);
}

void MapSeries::open(const std::vector<std::string>& maps) {
  if (impl_ == nullptr) return;
  impl_->files.emplace(impl_->folder, earlier_in);
  const std::set<std::string> earlier = earlier_in(impl_->folder);
  for (const std::string& map : maps) {
    if (map == "status_detail") continue;  // bits for programs, of some models more than 16
    impl_->maps.push_back(map);
    for (std::size_t slice = 0; slice < impl_->source.stack.slices.size(); ++slice) {
      const fs::path path = impl_->folder / file_name(map, slice);
      if (fs::exists(fs::symlink_status(path)) && !earlier.contains(path.filename().string()))
        throw base::OutputError(path.string(), "it is no file that a program of crbrt made; move it, or choose another folder");
    }
  }
}

void MapSeries::stage(const volume::MapFolder& maps, base::Warnings& warnings) {
  if (impl_ == nullptr) return;
  const std::string folder = maps.new_files().string();
  std::vector<bool> is_estimated;
  for (const float status : volume::read_values(volume::map_path(folder, "status"), impl_->grid, volume::GridCheck::extents))
    is_estimated.push_back(volume::is_estimate(status));
  for (std::size_t i = 0; i < impl_->maps.size(); ++i) {
    const std::string& name = impl_->maps[i];
    MapOfSeries map = impl_->map_of(volume::map_path(folder, name), name, is_estimated, warnings);
    map.series_number = impl_->series_number(i);
    impl_->write(map);
  }
  impl_->files->flush();
}

void MapSeries::commit() {
  if (impl_ != nullptr) impl_->files->commit();
}

}  // namespace crbrt::dicom
