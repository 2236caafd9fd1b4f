// SPDX-License-Identifier: Apache-2.0
// Names and codes of the status come from its sidecar: a folder tells what its own codes mean.
#include "tools/viewer/page_run.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "tools/viewer/label_names.h"
#include "tools/viewer/regions.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"

namespace crbrt::viewer {

Json sidecar_of(const std::string& image) {
  std::filesystem::path path(image);
  if (path.extension() == ".gz") path.replace_extension();
  return Json::from_file(path.replace_extension(".json").string());
}

std::string text_or(const Json& json, const char* key, const std::string& otherwise) {
  const Json* const value = json.find(key);
  return value != nullptr && value->is_text() ? value->text() : otherwise;
}

Run read_run(const PageOptions& options) {
  Run run;
  const std::string path = volume::map_path(options.folder, "status");
  volume::ImageValues status = volume::read_values(path);
  run.grid = status.grid;
  run.status = std::move(status.values);
  run.status_sidecar = sidecar_of(path);
  const Json* const levels = run.status_sidecar.find("Levels");
  if (levels == nullptr || !levels->is_object() || levels->size() == 0 || levels->size() > status_colours.size())
    throw base::InputError(path, "a sidecar with Levels", "none");
  std::vector<float> as_good_as_ok;
  std::size_t code = 0;
  for (const Json::Member& level : levels->members()) {
    if (level.value.is_text() && (level.value.text() == "ok" || level.value.text() == "nuisance_at_bound"))
      as_good_as_ok.push_back(static_cast<float>(code));
    if (level.value.is_text() && level.value.text() == "not_computed") run.outside = code;
    ++code;
  }
  std::vector<bool> is_computed;
  for (const float s : run.status) {
    run.is_ok.push_back(std::find(as_good_as_ok.begin(), as_good_as_ok.end(), s) != as_good_as_ok.end());
    is_computed.push_back(s != static_cast<float>(run.outside));
  }
  run.box = box_around(run.grid.shape, is_computed);
  for (const std::size_t extent : run.box.extents)
    if (extent > 32767)
      throw base::InputError(path, "maps of at most 32767 voxels along each axis for --report", volume::text(run.grid.shape));
  if (!options.labels.empty()) run.labels = read_labels(options.labels, run.grid, options.grid_check);
  if (!options.label_names.empty()) run.names = read_label_names(options.label_names);
  return run;
}

}  // namespace crbrt::viewer
