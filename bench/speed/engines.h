// SPDX-License-Identifier: Apache-2.0
/// The engines that the benchmark knows, which of them are installed, and how they are started.
#pragma once

#include <sys/types.h>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"

namespace crbrt::bench {

/// A program that answers lines: written to its standard input, read from its standard output.
class ChildProcess {
 public:
  /// Starts command[0] (searched in PATH) with our environment and `settings` ("NAME=VALUE") in it. Its standard error is ours.
  ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& settings);
  ~ChildProcess();  ///< ends its input and waits for it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line it prints. Throws base::Error when it ends instead.
  std::string read_line();
  std::string ask(const std::string& line);  ///< writes a line, returns the answer

  void end();  ///< what the destructor does; may be called once before

 private:
  std::string name_;
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string buffer_;
};

inline constexpr const char* own_engine = "crbrt";
/// The runtime once more, from standardised features to the values of the last layer: where the peers start and end.
inline constexpr const char* own_features_engine = "crbrt-features";

/// One engine with one precision.
struct EngineKind {
  std::string name;                  ///< "crbrt", "onednn", ...
  std::string precision;             ///< "f32", "i8", ...
  std::string isa;                   ///< asked for
  std::vector<std::string> command;  ///< without the arguments of peer_main.cpp; empty: not installed
};

/// Names for --peers, ours not among them.
std::vector<std::string> peer_names();

/// The runtime for each of its precisions and `isas`, from coefficients and from features, then the named peers, held to the
/// first of these. Throws base::UsageError for an unknown name.
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
