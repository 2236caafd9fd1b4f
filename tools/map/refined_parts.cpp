// SPDX-License-Identifier: Apache-2.0
// A part is a list of floats, 5 + 2 n_map of a voxel.
#include "tools/map/refined_parts.h"

#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/files_of_run.h"

namespace crbrt::map {
namespace {

std::string text_of(const std::vector<RefinedVoxel>& voxels) {
  std::vector<float> numbers;
  for (const RefinedVoxel& v : voxels) {
    numbers.insert(numbers.end(),
                   {v.has_converged ? 1.0f : 0.0f, static_cast<float>(v.wall), v.chi_square, v.residual2, v.n_simulated});
    numbers.insert(numbers.end(), v.estimates.begin(), v.estimates.end());
    numbers.insert(numbers.end(), v.std.begin(), v.std.end());
  }
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

/// Reads what text_of() wrote; the seal of the part and its label say that it is that.
std::vector<RefinedVoxel> voxels_of(const std::string& bytes, std::size_t n_voxel, std::size_t n_map) {
  std::vector<float> numbers(bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
  std::vector<RefinedVoxel> voxels;
  const float* next = numbers.data();
  for (std::size_t i = 0; i < n_voxel; ++i) {
    RefinedVoxel v{next[0] != 0,
                   static_cast<int>(next[1]),
                   {next + 5, next + 5 + n_map},
                   {next + 5 + n_map, next + 5 + 2 * n_map},
                   next[2],
                   next[3],
                   next[4]};
    voxels.push_back(std::move(v));
    next += 5 + 2 * n_map;
  }
  return voxels;
}

}  // namespace

RefinedParts::RefinedParts(const std::string& out, const std::string& identity, bool resume, base::Warnings& warnings)
    : folder_(base::partial_folder_of(out),
              {"identity.txt", [](const std::string& name) { return base::is_numbered(name, "refined-", ""); }}, warnings) {
  folder_.take_over(identity, resume, "voxels that were refined", "settings and model");
}

std::vector<RefinedVoxel> RefinedParts::part(std::size_t index, std::size_t n_map, const std::string& data_hash,
                                             std::size_t n_voxel, const std::function<std::vector<RefinedVoxel>()>& refine,
                                             bool& was_kept) const {
  const std::string name = "refined-" + std::to_string(index);
  const std::string label = std::to_string(n_voxel) + " voxels of " + std::to_string(n_map) + " maps, data " + data_hash;
  std::optional<std::string> kept;
  {
    const std::lock_guard lock(mutex_);
    kept = folder_.part_bytes(name, label);
  }
  was_kept = kept.has_value();
  if (kept) return voxels_of(*kept, n_voxel, n_map);
  std::vector<RefinedVoxel> voxels = refine();
  const std::lock_guard lock(mutex_);
  folder_.keep(name, label, [&](const std::filesystem::path& path, const std::filesystem::path& shown) {
    base::write_text(path, text_of(voxels), shown);
  });
  return voxels;
}

}  // namespace crbrt::map
