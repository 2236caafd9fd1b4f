// The diagnosis reads a sample of the atypical voxels again: the run itself keeps no coefficients.
#include "tools/map/atypical.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace crbrt::map {
namespace {

constexpr std::size_t fewest_scored = 30, largest_sample = 20000;

std::vector<float> coefficients_of(const volume::CoefficientImage& image, const std::vector<std::size_t>& voxels) {
  const std::size_t n = std::min(voxels.size(), largest_sample);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < n; ++i) chosen.push_back(voxels[i * voxels.size() / n]);
  std::vector<float> interleaved(n * 2 * image.n_coeff());
  volume::BatchReader(image).read(chosen, interleaved.data());
  return interleaved;
}

/// Not "above": a score that is no number belongs to no known voxel.
bool is_atypical(float score, const Program& program) { return !(score <= program.atypicality->threshold); }

double share_of_atypical(const Program& program, Isa isa, const std::vector<float>& interleaved) {
  const std::vector<float> scores = atypicality_of(program, isa, interleaved);
  const auto n = std::count_if(scores.begin(), scores.end(), [&](float score) { return is_atypical(score, program); });
  return static_cast<double>(n) / static_cast<double>(scores.size());
}

}  // namespace

std::string Atypical::in_words() const {
  char text[96];
  const double share = n_scored > 0 ? 100.0 * static_cast<double>(n_atypical) / static_cast<double>(n_scored) : 0;
  std::snprintf(text, sizeof text, "%zu of %zu voxels (%.1f %%)", n_atypical, n_scored, share);
  return text;
}

base::Json Atypical::to_json() const {
  base::Json json{{"Voxels", n_scored}, {"AtypicalVoxels", n_atypical}};
  if (diagnosis) json["Diagnosis"] = diagnosis->to_json();
  return json;
}

Atypical count_atypical(const Program& program, const ModelMaps& maps, const volume::CoefficientImage& image,
                        std::span<const std::size_t> voxels) {
  Atypical result;
  std::vector<std::size_t> atypical;
  for (const std::size_t v : voxels) {
    if (maps.status[v] != VoxelStatus::ok && maps.status[v] != VoxelStatus::outside_range) continue;
    ++result.n_scored;
    if (is_atypical(maps.atypicality[v], program)) atypical.push_back(v);
  }
  result.n_atypical = atypical.size();
  const std::optional<Profile> trained = trained_profile(program);
  if (trained && result.n_scored >= fewest_scored && 2 * atypical.size() > result.n_scored)
    result.diagnosis =
        diagnose(*trained, coefficients_of(image, atypical), phase_reference(program),
                 [&](const std::vector<float>& voxels_) { return share_of_atypical(program, maps.isa, voxels_); });
  return result;
}

}  // namespace crbrt::map
