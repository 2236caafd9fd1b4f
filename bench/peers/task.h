/// What an engine of the benchmark gets: a folder that holds everything about one network and its voxels.
///   model.crbm       the network, as a model file; coefficients.f32 [n_voxel, 2 * n_coeff] are the input of the runtime itself
///   model_P.crbm     the same network in integers of precision P, where there is one
///   features.f32     [n_voxel, 2 * n_coeff] standardised features: where the other engines start, value 0 of the network
///   network.json     for engines in JavaScript: the operations, and the places of their numbers in numbers.f32
///   numbers.f32      weights and biases, little-endian
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "crbrt/network.hpp"

namespace crbrt::bench {

struct Task {
  Network network;  ///< engine_network() of the model
  std::vector<float> features;
  std::size_t n_voxel = 0;
};

/// What every engine computes, so that all do it with the same numbers: folded, and without the features that only serve
/// standard deviations and atypicality, as the runtime leaves them out when nobody asks for them.
Network engine_network(const Network& network);

std::size_t macs_per_voxel(const Network& network);  ///< multiply-adds of the dense operations

/// Adds features and the JavaScript form to a folder that holds model.crbm. Throws base::OutputError.
void write_task(const std::filesystem::path& folder, const Task& task);

/// Throws base::InputError.
Task read_task(const std::filesystem::path& folder);

void write_numbers(const std::filesystem::path& path, const std::vector<float>& numbers);
std::vector<float> read_numbers(const std::filesystem::path& path);

}  // namespace crbrt::bench
