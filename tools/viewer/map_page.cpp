// SPDX-License-Identifier: Apache-2.0
// Text around data: page.html has a place for each part. Images are scripts of a type that browsers leave alone.
#include "tools/viewer/map_page.h"
#include "tools/viewer/label_names.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "base/error.h"
#include "base/escaped.h"
#include "base/read_file.h"
#include "tools/viewer/page_parts.h"
#include "tools/viewer/page_report.h"
#include "tools/viewer/regions.h"

namespace crbrt::viewer {
namespace {

namespace fs = std::filesystem;

/// In an install tree and in a build tree: share/crbrt beside the folder of the programs.
std::string niivue_path() {
  std::error_code unreadable;
  const fs::path program = fs::read_symlink("/proc/self/exe", unreadable);
  return (program.parent_path().parent_path() / "share/crbrt/niivue.umd.js").string();
}

/// The parts between "@NAME@" marks of the page, each replaced by its text.
std::string filled(std::string_view page, std::initializer_list<std::pair<std::string_view, std::string_view>> parts) {
  std::string text;
  for (const auto& [mark, part] : parts) {
    const std::size_t at = page.find(mark);
    text.append(page.substr(0, at)).append(part);
    page.remove_prefix(at + mark.size());
  }
  return text.append(page);
}

/// A script that no tag inside of its strings can end.
std::string without_end_tags(const std::string& script) {
  std::string result;
  for (std::size_t from = 0, at = 0; from < script.size(); from = at) {
    at = std::min(script.find("</script", from + 1), script.size());
    result.append(script, from, at - from);
    if (at < script.size()) result.append("<\\"), ++at;
  }
  return result;
}

}  // namespace

MapPage::MapPage(const volume::ImageOptions& options, const volume::Grid& grid)
    : options_{"", "Maps: " + volume::without_folder(options.out), options.labels, options.label_names, options.grid_check()},
      page_(options.report),
      csv_(options.regions_csv()) {
  if (!page_.is_asked_for()) return;
  std::error_code unreadable;
  if (!fs::exists(niivue_path(), unreadable))
    throw base::Error(base::exit_output, "--report needs NiiVue, which is not at " + niivue_path() +
                                             ": scripts/viewer.sh fetches it with npm, then build again (docs/report.md)");
  if (!options.labels.empty()) read_labels(options.labels, grid, options.grid_check());
  if (!options.label_names.empty()) read_label_names(options.label_names);
}

void MapPage::stage(volume::MapFolder& maps) {
  if (!page_.is_asked_for()) return;
  options_.folder = maps.new_files().string();
  const PageReport report = make_report(options_);
  std::string images;
  for (const auto& [id, text] : report.images)
    images.append("<script type=\"application/gzip;base64\" id=\"").append(id).append("\">").append(text).append("</script>\n");
  const std::string json = base::json_for_script(report.json.dump());
  const std::string niivue = without_end_tags(base::read_file(niivue_path(), "NiiVue"));
  maps.stage(csv_, report.csv);
  maps.stage(page_, filled(parts::page_html, {{"@CSS@", parts::page_css},
                                              {"@IMAGES@", images},
                                              {"@REPORT@", json},
                                              {"@NIIVUE@", niivue},
                                              {"@JS@", parts::page_js}}));
}

void MapPage::commit() {
  csv_.commit();
  page_.commit();
}

}  // namespace crbrt::viewer
