// SPDX-License-Identifier: Apache-2.0
// Sidecars travel with copies of maps, so a sidecar alone says nothing about the file beside it: its name has to fit, too.
#include "tools/volume/map_place.h"

#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/files_of_run.h"
#include "base/json.h"
#include "base/read_file.h"
#include "physics/quantity.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/maps_out.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> extensions{".nii", ".nii.gz", ".json"};

/// Whether something has this name, a link that leads nowhere included.
bool is_taken(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(fs::symlink_status(path, unreadable));
}

/// The output whose map a program of ours made, as the last to touch it; empty for any other sidecar.
std::string output_of(const fs::path& sidecar) {
  try {
    const base::Json json = base::Json::parse(base::read_file_of_ours(sidecar.string(), "a sidecar"), sidecar.string());
    const base::Json& programs = json.at("GeneratedBy");
    const bool is_ours = programs.items().size() == 1 && programs.at(0)["Name"].text().starts_with("crbrt-");
    return is_ours ? json.at("OutputName").text() : "";
  } catch (const std::exception&) {
    return {};
  }
}

/// What programs of ours call the map of an output: as the table of quantities does, in either unit of times, or as the output
/// is called where another output had that name first.
std::vector<std::string> map_names_of(const std::string& output) {
  const bool is_std = output.ends_with(std_suffix);
  const std::string estimate = estimate_of(output);
  std::vector<std::string> names{estimate};
  const physics::Quantity* const quantity = physics::find_quantity(estimate);
  if (quantity != nullptr && !quantity->map.name.empty())
    for (const TimeUnit unit : {TimeUnit::seconds, TimeUnit::whole_milliseconds})
      names.push_back(describe_map(*quantity, unit).name);
  for (std::string& name : names) name.append(is_std ? std_suffix : "");
  return names;
}

/// Throws OutputError where the folder cannot be made, because a file or another output has its name or that of one above it.
void expect_possible(const fs::path& folder) {
  base::expect_no_output(folder);
  std::error_code absent;
  fs::path there = fs::absolute(folder, absent);
  while (!fs::exists(there, absent) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, absent))
    throw base::OutputError(folder.string(), std::make_error_code(std::errc::not_a_directory).message());
}

}  // namespace

MapPlace::MapPlace(const std::string& folder_of_maps) : folder(base::folder_name(folder_of_maps)) {}

MapPlace::MapPlace(BidsPlace place, const fs::path& subject)
    : folder(base::folder_name(place.data_set) / subject), bids(std::move(place)) {
  bids->data_set = base::folder_name(bids->data_set);
}

std::vector<std::string> MapPlace::files_of(const std::vector<std::string>& maps, Compression compression) const {
  std::vector<std::string> files;
  for (const std::string& map : maps)
    for (const char* extension : {compression == Compression::gzip ? ".nii.gz" : ".nii", ".json"})
      files.push_back((folder / (name_of(map) + extension)).string());
  return files;
}

std::set<std::string> MapPlace::earlier_in(const fs::path& where) const {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(where)) {
    if (entry.path().extension() != ".json") continue;
    const std::string stem = entry.path().stem().string();
    const auto is_stem = [&](const std::string& map) { return fs::path(name_of(map)).filename() == stem; };
    const std::string output = output_of(entry.path());
    const std::vector<std::string> maps = map_names_of(output);
    if (output.empty() || std::none_of(maps.begin(), maps.end(), is_stem)) continue;
    const fs::path plain = where / (stem + ".nii"), packed = where / (stem + ".nii.gz");
    if (is_taken(plain) && is_taken(packed))
      throw base::OutputError(plain.string(), "it and " + stem + ".nii.gz have one sidecar, " + stem +
                                                  ".json, which cannot belong to both; move one, or choose another folder");
    for (const char* extension : extensions)
      if (is_taken(where / (stem + extension))) names.insert(stem + extension);
  }
  return names;
}

void MapPlace::expect_room(const std::vector<std::string>& maps) const {
  expect_possible(folder);
  std::map<fs::path, std::set<std::string>> earlier;
  for (const std::string& map : maps) {
    const fs::path stem = folder / name_of(map), where = stem.parent_path();
    std::error_code unreadable;
    if (!earlier.contains(where))
      earlier[where] = fs::is_directory(where, unreadable) ? earlier_in(where) : std::set<std::string>{};
    expect_replaceable(stem, earlier[where]);
  }
}

void expect_replaceable(const fs::path& stem, const std::set<std::string>& earlier) {
  for (const char* extension : extensions) {
    const fs::path path = stem.string() + extension;
    if (is_taken(path) && !earlier.contains(path.filename().string()))
      throw base::OutputError(path.string(), "it is no map that a program of crbrt made; move it, or choose another folder");
  }
}

}  // namespace crbrt::volume
