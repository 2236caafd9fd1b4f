/// One engine of the benchmark. Every engine is a program of its own, so that libraries cannot disturb each other (their
/// threads, their BLAS, the environment they read before main) and one that is not installed is only absent. peer_main.cpp is
/// the other half: it holds the conversation with crbrt-bench and the clock.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/peers/task.h"

namespace crbrt::bench {

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
