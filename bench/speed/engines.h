/// The engines that the benchmark knows, which of them are installed, and how they are started.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"
#include "bench/speed/child_process.h"

namespace crbrt::bench {

inline constexpr const char* own_engine = "crbrt";

/// One engine with one precision.
struct EngineKind {
  std::string name;                  ///< "crbrt", "onednn", ...
  std::string precision;             ///< "f32", "i8", ...
  std::string isa;                   ///< asked for
  std::vector<std::string> command;  ///< without the arguments of peer_main.cpp; empty: not installed
};

/// Names for --peers, own_engine not among them.
std::vector<std::string> peer_names();

/// The runtime for each of its precisions and `isas`, then the named peers, held to the first of these. Throws base::UsageError
/// for an unknown name.
std::vector<EngineKind> engine_kinds(const std::vector<std::string>& own_precisions, const std::vector<std::string>& isas,
                                     const std::vector<std::string>& peers);

/// Environment that keeps libraries to one thread and, where they can be told, to an instruction set.
std::vector<std::string> environment_of(const std::string& isa);

/// A running engine with a network.
class Engine {
 public:
  /// `wrapper`: a command to run the engine under, usually empty.
  Engine(const EngineKind& kind, const std::filesystem::path& task_folder, const std::vector<std::string>& wrapper = {});

  const EngineKind& kind() const noexcept { return kind_; }
  const PeerLabel& label() const noexcept { return label_; }

  void prepare(std::size_t batch);
  double seconds_per_run(double at_least_s);  ///< of the fastest part of the visit (peer_main.cpp)
  std::vector<float> estimates();             ///< [batch, n_output] of the last run
  void end() { child_.end(); }

 private:
  const EngineKind kind_;
  const std::filesystem::path folder_;
  ChildProcess child_;
  PeerLabel label_;
};

}  // namespace crbrt::bench
