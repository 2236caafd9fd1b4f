// SPDX-License-Identifier: Apache-2.0
// Everything is written to the staging folder first; only commit() touches what a reader may look at.
#include "tools/volume/maps_out.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/parallel.h"
#include "base/read_file.h"
#include "tools/cli/command_line.h"
#include "tools/volume/run_stats.h"

namespace crbrt::volume {
namespace {

/// What the specification asks of a sidecar of derivatives. A space other than the scanner's is that of the input.
void add_bids_fields(const BidsPlace& place, const RunRecord& run, bool covers_grid, base::Json& json) {
  std::vector<std::string> sources;
  for (const std::string& source : run.sources) sources.push_back(bids_uri(source, place.input_data_set));
  json["Sources"] = sources;
  if (json["OutputName"] != "status") json["SkullStripped"] = !covers_grid;
  if (!place.names.space().empty()) json["SpatialReference"] = sources.front();
  if (!json.contains("Description")) json["Description"] = json["OutputName"];
}

}  // namespace

base::Json to_json(const RunRecord& run) {
  base::Json json = run.estimator;
  json["GeneratedBy"] = base::Json::array({{{"Name", run.program}, {"Version", cli::version()}}});
  json["CommandLine"] = run.command;
  std::vector<std::string> names;
  for (const std::string& source : run.sources) names.push_back(without_folder(source));
  json["Sources"] = names;
  return json;
}

std::string command_without_folders(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 0; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t value = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (i == 0 || word.starts_with("/")) {
      words.push_back(without_folder(word));
    } else if (value != std::string::npos && word.substr(value + 1).starts_with("/")) {
      words.push_back(word.substr(0, value + 1) + without_folder(word));
    } else {
      words.push_back(word);
    }
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return cli::command_text(argc, pointers.data());
}

std::string without_folder(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  const std::string trimmed = path.substr(0, end == std::string::npos ? 0 : end + 1);
  const std::size_t slash = trimmed.rfind('/');
  return slash == std::string::npos ? trimmed : trimmed.substr(slash + 1);
}

base::Json StatusDetail::counts() const {
  base::Json json = base::Json::object();
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const auto n = std::count_if(bits.begin(), bits.end(), [i](std::int32_t b) { return (b >> i & 1) != 0; });
    if (n > 0) json[limits[i]] = static_cast<std::uint64_t>(n);
  }
  return json;
}

MapFolder::MapFolder(MapPlace place, const Grid& grid, VoxelList voxels, RunRecord run, Compression compression,
                     unsigned threads, float fill)
    : place_(std::move(place)),
      grid_(grid),
      voxels_(std::move(voxels)),
      run_(std::move(run)),
      compression_(compression),
      fill_(fill),
      covers_grid_(voxels_.size() == n_voxel(grid.shape)),
      threads_(threads) {
  if (!place_.bids) {
    set_of(place_.folder);
    return;
  }
  set_of(place_.folder / "anat");
  // Where an earlier run left field maps, they are part of the set, whether this one makes some or not.
  if (std::filesystem::exists(place_.folder / "fmap")) set_of(place_.folder / "fmap");
}

MapFolder::Set& MapFolder::set_of(const std::filesystem::path& folder) {
  const auto known = sets_.find(folder);
  if (known != sets_.end()) return known->second;
  const auto earlier = [place = place_](const std::filesystem::path& where) { return place.earlier_in(where); };
  return sets_.try_emplace(folder, folder, earlier).first->second;
}

MapFolder::~MapFolder() = default;

MapParts& MapFolder::open(const MapDescription& map) {
  const std::string name = image_name(map.name);
  MapTarget target{temporary(name), place_.folder / name, grid_, map.window, map.factor, fill_, map.rounding};
  auto made = std::make_unique<MapParts>(std::move(target), voxels_.runs(), voxels_.size(), compression_);
  const std::lock_guard lock(mutex_);
  parts_.push_back(std::move(made));
  if (!flusher_.joinable()) flusher_ = std::jthread([this](const std::stop_token& stop) { flush_in_background(stop); });
  return *parts_.back();
}

// Without this the disk would begin when all is computed, and the run would wait for all of it.
void MapFolder::flush_in_background(const std::stop_token& stop) {
  std::condition_variable_any wake;
  std::unique_lock lock(mutex_);
  while (!wake.wait_for(lock, stop, std::chrono::milliseconds(50), [] { return false; }) && !stop.stop_requested())
    for (const std::unique_ptr<MapParts>& map : parts_) map->begin_flush();
}

void MapFolder::finish_parts() {
  flusher_ = {};
  base::for_each_index(
      parts_.size(), threads_, [&](unsigned, std::size_t i) { parts_[i]->finish(); }, 1);
}

void MapFolder::write_sidecar(const MapDescription& map) {
  base::Json json{{"OutputName", map.output}, {"Units", map.unit}};
  json.update(map.details);
  write_sidecar(map.name, std::move(json));
}

std::string MapFolder::image_name(const std::string& map) const {
  return place_.name_of(map) + (compression_ == Compression::gzip ? ".nii.gz" : ".nii");
}

void MapFolder::write(const MapDescription& map, std::span<const float> values) {
  const std::string name = image_name(map.name);
  std::vector<float> scaled;
  if (map.factor != 1) {
    scaled.reserve(values.size());
    for (const float value : values) scaled.push_back(stored_number(value, map.factor, map.rounding));
    values = scaled;
  }
  write_nifti(temporary(name), place_.folder / name, grid_, RunValues<float>{voxels_.runs(), values, fill_}, compression_,
              map.window);
  write_sidecar(map);
}

void MapFolder::write_status(std::span<const StatusValue> status, const StatusDetail& detail) {
  const std::string name = image_name("status"), detail_name = image_name("status_detail");
  const std::span<const std::uint8_t> codes(reinterpret_cast<const std::uint8_t*>(status.data()), status.size());
  write_nifti(temporary(name), place_.folder / name, grid_,
              RunValues<std::uint8_t>{voxels_.runs(), codes, static_cast<std::uint8_t>(StatusValue::not_computed)},
              compression_);
  base::Json json{{"OutputName", "status"}, {"Description", "what happened to each voxel"}};
  for (std::size_t i = 0; i < status_texts.size(); ++i) json["Levels"][std::to_string(i)] = status_texts[i].name;
  json["Counts"] = to_json(count(status, n_voxel(grid_.shape)));
  json["BeyondLimits"] = detail.counts();
  write_sidecar("status", std::move(json));

  const std::vector<VoxelRun> runs = runs_of(detail.voxels);
  constexpr std::size_t bits_of_a_byte = 8;  // a quarter of the room on the disk, for all models of up to four outputs
  if (detail.limits.size() <= bits_of_a_byte) {
    const std::vector<std::uint8_t> bytes(detail.bits.begin(), detail.bits.end());
    write_nifti(temporary(detail_name), place_.folder / detail_name, grid_, RunValues<std::uint8_t>{runs, bytes}, compression_);
  } else {
    write_nifti(temporary(detail_name), place_.folder / detail_name, grid_, RunValues<std::int32_t>{runs, detail.bits},
                compression_);
  }
  json = {{"OutputName", "status_detail"}, {"Description", "sum of the numbers of all limits that the voxel went beyond"}};
  json["Bits"] = base::Json::object();
  for (std::size_t i = 0; i < detail.limits.size(); ++i) json["Bits"][std::to_string(std::int64_t{1} << i)] = detail.limits[i];
  json["Counts"] = detail.counts();
  write_sidecar("status_detail", std::move(json));
}

void MapFolder::write_sidecar(const std::string& map, base::Json json) {
  json.update(to_json(run_));
  if (place_.bids) add_bids_fields(*place_.bids, run_, covers_grid_, json);
  const std::string name = place_.name_of(map) + ".json";
  base::write_text(temporary(name), json.dump(2) + "\n", place_.folder / name);
  maps_.push_back(map);
}

std::filesystem::path MapFolder::temporary(const std::string& name) {
  const std::filesystem::path path = place_.folder / name;
  Set& set = set_of(path.parent_path());
  const std::string file_name = path.filename().string();
  expect_replaceable(path.parent_path() / file_name.substr(0, file_name.find('.')), set.earlier);
  return set.files.temporary(file_name);
}

void MapFolder::flush() {
  for (auto& [folder, set] : sets_) set.files.flush();
}

void MapFolder::stage(base::CompanionFile& file, std::string_view text) {
  const auto holder = std::find_if(sets_.begin(), sets_.end(),
                                   [&](const auto& folder) { return folder.second.files.is_folder_of(file.target()); });
  file.stage(text, holder == sets_.end() ? nullptr : &holder->second.files);
}

void MapFolder::commit() {
  if (place_.bids) {
    make_derivatives(place_.bids->data_set, place_.bids->input_data_set);
    ignore_unknown_names(place_.bids->data_set, maps_);
  }
  for (auto& [folder, set] : sets_) set.files.commit();
}

}  // namespace crbrt::volume
