// Everything is written to the staging folder first; only commit() touches what a reader may look at.
#include "tools/volume/maps_out.h"

#include <filesystem>

#include "base/error.h"
#include "tools/volume/status_counts.h"

namespace crbrt::volume {
namespace {

bool is_there(const std::string& path) {
  std::error_code unreadable;  // whoever makes the folder says why
  return std::filesystem::exists(path, unreadable);
}

}  // namespace

MapFolder::MapFolder(const std::string& folder, const Grid& grid, RunRecord run, Compression compression)
    : folder_(folder), made_folder_(!is_there(folder)), grid_(grid), run_(std::move(run)), compression_(compression) {
  expect_fits_nifti(run_.sources.empty() ? folder : run_.sources.front(), grid.shape);
  files_.emplace(folder);
}

MapFolder::~MapFolder() {
  files_.reset();
  std::error_code not_empty;
  if (made_folder_ && !committed_) std::filesystem::remove(folder_, not_empty);
}

std::string MapFolder::image_name(const std::string& map) const {
  return map + (compression_ == Compression::gzip ? ".nii.gz" : ".nii");
}

void MapFolder::write(const MapDescription& map, std::span<const float> values) {
  const std::string name = image_name(map.name);
  write_nifti(files_->temporary(name), std::filesystem::path(folder_) / name, grid_, values, compression_);
  base::Json json{{"OutputName", map.output}, {"Units", map.unit}};
  json.update(map.details);
  write_sidecar(map.name, std::move(json));
}

void MapFolder::write_status(std::span<const VoxelStatus> status) {
  static_assert(sizeof(VoxelStatus) == 1);
  const std::span<const std::uint8_t> codes(reinterpret_cast<const std::uint8_t*>(status.data()), status.size());
  write_status_codes(codes, status_names, to_json(count(status)));
}

void MapFolder::write_status_codes(std::span<const std::uint8_t> codes, std::span<const char* const> names, base::Json counts) {
  const std::string name = image_name("status");
  write_nifti(files_->temporary(name), std::filesystem::path(folder_) / name, grid_, codes, compression_);
  base::Json json{{"OutputName", "status"}};
  for (std::size_t i = 0; i < names.size(); ++i) json["Levels"][std::to_string(i)] = names[i];
  json["Counts"] = std::move(counts);
  write_sidecar("status", std::move(json));
}

void MapFolder::write_sidecar(const std::string& map, base::Json json) {
  json.update(to_json(run_));
  const std::string name = map + ".json";
  base::write_text(files_->temporary(name), json.dump(2) + "\n", std::filesystem::path(folder_) / name);
}

void MapFolder::commit() {
  files_->commit();
  committed_ = true;
}

}  // namespace crbrt::volume
