// SPDX-License-Identifier: Apache-2.0
/// The networks of the benchmark: the published layer lists with random weights, or model files, laid out as task folders.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/peers/peer.h"

namespace crbrt::bench {

/// "w32": 26-32x4-16-3, "w64": 26-64x4-32-3, "w128": 26-128x4-64-3, "paper": the 14 layers of [paper] with group norm and
/// skips.
std::vector<std::string> built_in_networks();

struct NetworkSource {
  std::string name;
  std::filesystem::path model;                  ///< a .crbm; empty: built in under `name`
  std::vector<std::filesystem::path> integers;  ///< files with an integer form of the network, for the runtime alone
};

/// "i8", "i16" or "mixed" of a model with an integer form, "f32" otherwise. Throws base::InputError where the model is refused.
std::string precision_of(const std::filesystem::path& model);

/// A built-in network as a model file, for what makes an integer form of it.
void write_built_in(const std::string& name, const std::filesystem::path& path);

/// Writes the network and `n_voxel` voxels into `folder`, which exists. Throws base::UsageError for an unknown name and
/// base::InputError for a model that is refused.
Task make_task(const NetworkSource& source, std::size_t n_voxel, const std::filesystem::path& folder);

}  // namespace crbrt::bench
