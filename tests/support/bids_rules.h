// SPDX-License-Identifier: Apache-2.0
/// What the BIDS specification asks of names and sidecars in a data set of derivatives, as far as our maps are concerned.
/// Facts, not text, of its schema (version 1.11, licence CC BY 4.0): rules/entities.yaml (order), meta/templates.yaml and
/// rules/files/deriv/imaging.yaml with rules/files/raw/anat.yaml and fmap.yaml (what a suffix may have),
/// rules/sidecars/derivatives/common_derivatives.yaml (keys), rules/json/dataset.yaml. The schema
/// itself is not part of the project.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/volume/bids_names.h"

namespace crbrt::tests::bids {

inline const std::vector<std::string> entity_order{
    "sub",   "tpl",   "ses",       "cohort", "sample", "task", "tracksys", "acq", "nuc", "voi",   "ce",   "trc",
    "stain", "rec",   "dir",       "run",    "mod",    "echo", "flip",     "inv", "mt",  "part",  "proc", "hemi",
    "space", "split", "recording", "chunk",  "atlas",  "seg",  "scale",    "res", "den", "label", "desc"};

/// The entities that a suffix of a folder may have; empty: BIDS does not know the suffix there.
inline std::set<std::string> entities_of(const std::string& folder, const std::string& suffix) {
  static const std::set<std::string> entities{"sub", "ses", "acq", "ce", "rec", "run", "space", "chunk", "res", "desc"};
  static const std::set<std::string> anatomical{"T1map", "T2map", "R1map", "R2map", "M0map", "PDmap", "dseg", "mask"};
  if (folder == "anat" && anatomical.contains(suffix)) return entities;
  if (folder == "fmap" && suffix == "TB1map") return entities;
  return {};
}

inline std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Whether a line of .bidsignore covers the path. Lines are "logs/" or a pattern with * of the name.
inline bool is_ignored(const std::filesystem::path& data_set, const std::string& path) {
  std::istringstream lines(content(data_set / ".bidsignore"));
  const std::string file_name = std::filesystem::path(path).filename().string();
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('/') && path.starts_with(line)) return true;
    std::string expression;
    for (const char c : line) expression += c == '*' ? std::string(".*") : std::string("[") + c + "]";
    if (!line.empty() && std::regex_match(file_name, std::regex(expression))) return true;
  }
  return false;
}

/// What is wrong with the name of a file of a subject; empty: nothing.
inline std::string why_not_a_name(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string folder = file.parent_path().filename().string(), name = file.filename().string();
  const auto parsed = volume::bids_name(path);
  if (!parsed) return "entities and a suffix";
  const std::set<std::string> allowed = entities_of(folder, parsed->suffix);
  if (allowed.empty()) return "a suffix that " + folder + " has, not " + parsed->suffix;
  const std::string extension = name.substr(name.find('.'));
  if (extension != ".nii" && extension != ".nii.gz" && extension != ".json") return "an image or a sidecar";
  std::size_t last = 0;
  for (const auto& [key, label] : parsed->entities) {
    const auto at = std::find(entity_order.begin(), entity_order.end(), key);
    if (at == entity_order.end() || !allowed.contains(key)) return "no entity " + key;
    const auto position = static_cast<std::size_t>(at - entity_order.begin()) + 1;
    if (position <= last) return "another place of entity " + key;
    last = position;
  }
  if (!path.starts_with(parsed->folder().generic_string() + "/" + folder)) return "the folder of its subject and session";
  return {};
}

/// What is wrong with the sidecar of an image; empty: nothing.
inline std::string why_not_a_sidecar(const std::filesystem::path& file) {
  const base::Json json = base::Json::from_file(file.string());
  const auto name = volume::bids_name(file);
  const auto has = [&](const char* key) { return json.contains(key); };
  if (name->suffix != "dseg" && (!has("SkullStripped") || !json["SkullStripped"].is_boolean())) return "SkullStripped";
  if (!name->label("space").empty() && !has("SpatialReference")) return "SpatialReference";
  if (name->suffix != "dseg" && !has("Units")) return "Units";
  if (!has("Sources") || !has("Description")) return "Sources and Description";
  return {};
}

/// All that is wrong with a data set of derivatives, one complaint a line.
inline std::string complaints(const std::filesystem::path& data_set) {
  namespace fs = std::filesystem;
  std::string text;
  const base::Json description = base::Json::from_file((data_set / "dataset_description.json").string());
  for (const char* key : {"Name", "BIDSVersion", "DatasetType", "GeneratedBy"})
    if (!description.contains(key)) text += std::string("dataset_description.json: expected ") + key + "\n";
  if (!description["GeneratedBy"].at(0).contains("Name")) text += "dataset_description.json: expected GeneratedBy.Name\n";
  const std::set<std::string> top{"dataset_description.json", "README.md", ".bidsignore"};
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(data_set)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(data_set).generic_string();
    if (top.contains(path) || is_ignored(data_set, path)) continue;
    if (const std::string why = why_not_a_name(path); !why.empty()) text += path + ": expected " + why + "\n";
    if (path.ends_with(".json"))
      if (const std::string why = why_not_a_sidecar(entry.path()); !why.empty()) text += path + ": expected " + why + "\n";
  }
  return text;
}

}  // namespace crbrt::tests::bids
