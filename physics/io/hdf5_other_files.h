// SPDX-License-Identifier: Apache-2.0
/// How an HDF5 file names others that hold some of its numbers, and where HDF5 looks for them: external raw data, and sources
/// of virtual data sets. Private to hdf5_elements.cpp.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

/// The file that holds an object, by the name under which HDF5 opened it.
inline std::filesystem::path hdf5_file_of(hid_t object) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(H5Fget_name(object, nullptr, 0), 0)), '\0');
  H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

/// What a variable of the environment puts before names of other files, as HDF5 reads it.
inline std::string hdf5_prefix_of(const char* variable, hid_t dataset) {
  constexpr std::string_view origin = "${ORIGIN}";
  const char* const value = std::getenv(variable);
  const std::string prefix = value == nullptr ? "" : value;
  return prefix.starts_with(origin) ? hdf5_file_of(dataset).parent_path().string() + prefix.substr(origin.size()) : prefix;
}

/// How a virtual data set names a source: "%b" in it is the number of a block.
inline std::string hdf5_mapping_text(ssize_t (*get)(hid_t, std::size_t, char*, std::size_t), hid_t properties,
                                     std::size_t mapping) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(get(properties, mapping, nullptr, 0), 0)), '\0');
  get(properties, mapping, name.data(), name.size() + 1);
  return name;
}

inline std::string hdf5_block_name(std::string name, hsize_t block) {
  if (const std::size_t at = name.find("%b"); at != std::string::npos) name.replace(at, 2, std::to_string(block));
  return name;
}

/// Where HDF5 looks for a source: as named or, where an absolute name leads nowhere, by its last part in the folders below.
inline Hdf5Handle hdf5_open_source(hid_t dataset, const std::string& name) {
  if (name == ".") return {H5Iget_file_id(dataset), H5Fclose};
  const auto open = [](const std::filesystem::path& path) {
    return Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  };
  const bool is_absolute = std::filesystem::path(name).is_absolute();
  if (is_absolute)
    if (Hdf5Handle file = open(name); file.ok()) return file;
  const std::filesystem::path within = hdf5_file_of(dataset),
                              relative = is_absolute ? std::filesystem::path(name).filename() : std::filesystem::path(name);
  std::vector<std::filesystem::path> folders;
  std::istringstream prefixes(hdf5_prefix_of("HDF5_VDS_PREFIX", dataset));
  for (std::string prefix; std::getline(prefixes, prefix, ':');) folders.emplace_back(prefix);
  std::error_code unreadable;
  folders.insert(folders.end(),
                 {within.parent_path(), std::filesystem::path(), std::filesystem::canonical(within, unreadable).parent_path()});
  for (const std::filesystem::path& folder : folders)
    if (Hdf5Handle file = open(folder / relative); file.ok()) return file;
  return {};
}

}  // namespace crbrt::physics
