// SPDX-License-Identifier: Apache-2.0
// The order of entities and what a map may have of them follow the rules of the specification's schema; tests/tools/volume/
// bids_names_test.cpp holds the rules and their source.
#include "tools/volume/bids_names.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/files_of_run.h"
#include "base/read_file.h"
#include "crbrt/version.h"
#include "physics/quantity.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kept{"sub", "ses", "acq", "ce", "rec", "run", "space", "chunk"};

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '+'; });
}

std::string without_extensions(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, name.find('.'));
}

}  // namespace

std::string BidsName::label(std::string_view entity) const {
  for (const auto& [key, value] : entities)
    if (key == entity) return value;
  return {};
}

fs::path BidsName::folder() const {
  const fs::path subject = "sub-" + label("sub");
  return label("ses").empty() ? subject : subject / ("ses-" + label("ses"));
}

std::optional<BidsName> bids_name(const fs::path& image) {
  BidsName name;
  std::istringstream parts(without_extensions(image));
  std::string part;
  while (std::getline(parts, part, '_')) {
    if (!name.suffix.empty()) return std::nullopt;  // something stands behind the suffix
    const std::size_t dash = part.find('-');
    if (dash == std::string::npos)
      name.suffix = part;
    else
      name.entities.emplace_back(part.substr(0, dash), part.substr(dash + 1));
    if (!is_word(part.substr(0, dash)) || (dash != std::string::npos && !is_word(part.substr(dash + 1)))) return std::nullopt;
  }
  if (name.suffix.empty() || name.entities.empty() || name.entities.front().first != "sub") return std::nullopt;
  const fs::path whole = fs::absolute(image).lexically_normal();
  name.data_set = whole.parent_path();
  for (fs::path folder = whole.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (folder.filename() == "sub-" + name.label("sub")) name.data_set = folder.parent_path();
  return name;
}

std::string bids_uri(const fs::path& file, const fs::path& data_set) {
  const fs::path inside = fs::absolute(file).lexically_normal().lexically_relative(data_set);
  if (inside.empty() || *inside.begin() == "..") return file.filename().string();
  return "bids:input:" + inside.generic_string();
}

BidsMapNames::BidsMapNames(const BidsName& image) : folder_(image.folder()), space_(image.label("space")) {
  for (const std::string_view key : kept)
    if (const std::string label = image.label(key); !label.empty()) entities_.emplace_back(key, label);
}

std::string BidsMapNames::prefix() const {
  std::string text;
  for (const auto& [key, label] : entities_) text.append(key).append("-").append(label).append("_");
  return text;
}

std::string BidsMapNames::id() const {
  const std::string begin = prefix();
  return begin.substr(0, begin.size() - 1);
}

std::string BidsMapNames::path(const std::string& map) const {
  if (map == "status") return "anat/" + prefix() + "desc-status_dseg";
  if (map == "status_detail") return "anat/" + prefix() + "desc-statusDetail_dseg";
  const bool is_std = map.ends_with(std_suffix);
  const std::string quantity = estimate_of(map);
  const physics::Quantity* const row = physics::find_quantity_of_map(quantity);
  const std::string folder(row == nullptr || row->map.bids_folder.empty() ? "anat" : row->map.bids_folder);
  return folder + "/" + prefix() + (is_std ? "desc-std_" : "") + physics::name_as_bids_suffix(quantity);
}

namespace {

constexpr const char* ignored = "logs/\nfigures/\n*.html\nsubjects.tsv\nsubjects.json\n";

base::Json description(const fs::path& folder, const fs::path& input_data_set) {
  const std::string version = CRBRT_VERSION_STRING;
  base::Json json{{"Name", "crbrt: quantitative maps"},
                  {"BIDSVersion", "1.8.0"},
                  {"DatasetType", "derivative"},
                  {"GeneratedBy", base::Json::array({base::Json{{"Name", "crbrt"}, {"Version", version}}})}};
  const fs::path link = input_data_set.lexically_relative(fs::absolute(folder).lexically_normal());
  if (!link.empty()) json["DatasetLinks"] = base::Json{{"input", link.generic_string()}};
  return json;
}

}  // namespace

void check_derivatives(const fs::path& folder) {
  const fs::path file = folder / "dataset_description.json";
  if (!fs::exists(file)) return;
  const base::Json json = base::Json::from_file(file.string());
  const base::Json* const type = json.find("DatasetType");
  if (type == nullptr || !type->is_text() || type->text() != "derivative")
    throw base::InputError(file.string(), "\"DatasetType\": \"derivative\" of a folder that maps may be written to",
                           type == nullptr ? "none, so it is a raw data set" : type->shown());
}

void make_derivatives(const fs::path& folder, const fs::path& input_data_set) {
  const fs::path file = folder / "dataset_description.json";
  if (fs::exists(file)) return check_derivatives(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw base::OutputError(folder.string(), error.message());
  if (!fs::exists(folder / ".bidsignore")) base::write_text_file(folder / ".bidsignore", ignored);
  if (!fs::exists(folder / "README.md"))
    base::write_text_file(
        folder / "README.md",
        "# Quantitative maps\n\nMade by crbrt from images of subspace coefficients. `desc-std` is the standard\n"
        "deviation of a map, `desc-status_dseg` says what happened to each voxel. Not for diagnostic use.\n");
  base::write_text_file(file, description(folder, input_data_set).dump(2) + "\n");
}

void ignore_unknown_names(const fs::path& folder, const std::vector<std::string>& maps) {
  const fs::path file = folder / ".bidsignore";
  std::string text = fs::exists(file) ? base::read_file(file.string(), "patterns of names") : "";
  base::forget_input(file);  // it is read to be replaced
  const std::string before = text;
  for (const std::string& map : maps) {
    const std::string quantity = estimate_of(map);
    const physics::Quantity* const row = physics::find_quantity_of_map(quantity);
    if (map.starts_with("status") || (row != nullptr && !row->map.bids_folder.empty())) continue;
    const std::string line = "*_" + physics::name_as_bids_suffix(quantity) + ".*\n";
    if (text.find(line) == std::string::npos) text += line;
  }
  if (text != before) base::write_text_file(file, text);
}

}  // namespace crbrt::volume
