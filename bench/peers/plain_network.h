/// A network as every library wants it: row-major weights, one step after the other, every value named by the step that made
/// it. The benchmark makes it from the very program that the runtime executes, so that all engines compute with the same
/// numbers (batch normalisation already folded).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace crbrt::bench {

enum class StepKind { dense, group_norm, affine, relu };

/// The formulas are those of OpKind in crbrt/format/program.h. Value 0 is the standardised input, value i + 1 what step i made.
struct PlainStep {
  StepKind kind = StepKind::dense;
  std::size_t n_in = 0, n_out = 0;
  std::size_t in = 0;   ///< value read
  std::size_t add = 0;  ///< dense only: value added before ReLU; 0: none
  bool relu = false;
  std::size_t n_group = 0;     ///< group_norm only
  float epsilon = 0;           ///< group_norm only
  std::vector<float> weights;  ///< dense: [n_out, n_in] row-major; otherwise [n_in] scale, empty for relu
  std::vector<float> bias;     ///< [n_out], empty for relu
};

struct PlainNetwork {
  std::string name;
  std::size_t n_feature = 0;  ///< of the standardised input
  std::vector<PlainStep> steps;
  std::vector<float> offset, scale;  ///< [n_output]: estimate = offset + scale * value of the last step

  std::size_t n_output() const noexcept { return offset.size(); }
  std::size_t width(std::size_t value) const { return value == 0 ? n_feature : steps[value - 1].n_out; }
  std::size_t macs_per_voxel() const;  ///< of the dense steps
};

/// What an engine gets: a folder that holds everything about one network and its voxels.
///   network.json   the steps; places of their numbers in numbers.f32
///   numbers.f32    weights and biases, little-endian
///   features.f32   [n_voxel, n_feature] standardised features
///   model.crbm     the same network, for the runtime itself; coefficients.f32 [n_voxel, n_feature] are its input
///   model_P.crbm   the same network in fixed point of precision P, where there is one
struct Task {
  PlainNetwork network;
  std::vector<float> features;
  std::size_t n_voxel = 0;
};

void write_task(const std::filesystem::path& folder, const Task& task);
Task read_task(const std::filesystem::path& folder);

void write_numbers(const std::filesystem::path& path, const std::vector<float>& numbers);
std::vector<float> read_numbers(const std::filesystem::path& path);

}  // namespace crbrt::bench
