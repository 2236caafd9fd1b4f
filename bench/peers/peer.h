// SPDX-License-Identifier: Apache-2.0
/// One engine of the benchmark. Every engine is a program of its own, so that libraries cannot disturb each other (their
/// threads, their BLAS, the environment they read before main) and one that is not installed is only absent. peer_main.cpp is
/// the other half: it holds the conversation with crbrt-bench and the clock. Before it stands what an engine gets, its task.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crbrt/network.hpp"

namespace crbrt::bench {

// What an engine of the benchmark gets: a folder that holds everything about one network and its voxels.
//   model.crbm       the network, as a model file; coefficients.f32 [n_voxel, 2 * n_coeff] are the input of the runtime itself
//   model_P.crbm     the same network in integers of precision P, where there is one
//   features.f32     [n_voxel, 2 * n_coeff] standardised features: where the other engines start, value 0 of the network
//   network.json     for engines in JavaScript: the operations, and the places of their numbers in numbers.f32
//   numbers.f32      weights and biases, little-endian

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

struct PeerLabel {
  std::string version;  ///< of the library, or empty
  std::string isa;      ///< the instruction set that it was told to use, or that it says it chose
  std::string note;     ///< what a reader of the table must know, or empty
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual PeerLabel label() const = 0;

  /// Gets ready for the first `batch` voxels of the task: everything that a user does once. May be called again.
  virtual void prepare(std::size_t batch) = 0;

  /// What is timed: from features to the values of the last step.
  virtual void run() = 0;

  /// [batch, n_output] of the last run.
  virtual const float* outputs() const = 0;

  /// Outputs are estimates already; otherwise offset and scale are applied after the clock has stopped.
  virtual bool gives_estimates() const { return false; }
};

struct PeerSetting {
  std::filesystem::path folder;  ///< of the task
  std::string precision;         ///< "f32", "i8", ...
  std::string isa;               ///< the instruction set to keep to, where the engine can
};

/// Defined by each engine's file. `task` outlives the peer. Throws base::UsageError for a precision that the engine lacks.
std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting);

}  // namespace crbrt::bench
