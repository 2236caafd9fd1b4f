// SPDX-License-Identifier: Apache-2.0
// The list of engines, and the conversation of peer_main.cpp from the other side.
#include "bench/speed/engines.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/json.h"

namespace crbrt::bench {
namespace {

struct ListedPeer {
  const char* name;
  std::vector<std::string> precisions;
};

/// ONNX Runtime is Node's program, all others are ours: crbrt-bench-NAME beside crbrt-bench.
const char* const onnx = "onnxruntime";
const std::vector<ListedPeer>& listed_peers() {
  static const std::vector<ListedPeer> peers = {{"onednn", {"f32", "i8"}}, {"xnnpack", {"f32"}},
                                                {"openblas", {"f32"}},     {"eigen", {"f32"}},
                                                {"libtorch", {"f32"}},     {onnx, {"f32", "i8-dynamic", "i8-qlinear"}}};
  return peers;
}

std::vector<std::string> command_of(const std::string& name) {
  namespace fs = std::filesystem;
  if (name == onnx) {
    const fs::path folder = CRBRT_ONNX_PEER_FOLDER;
    if (!fs::exists(folder / "node_modules" / "onnxruntime-node")) return {};
    return {"node", (folder / "run.mjs").string()};
  }
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / ("crbrt-bench-" + name);
  if (!fs::exists(program)) return {};
  return {program.string()};
}

std::vector<std::string> joined(std::vector<std::string> all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> start_command(const EngineKind& kind, const std::filesystem::path& folder,
                                       const std::vector<std::string>& wrapper) {
  const std::string form = kind.precision + (kind.name == own_features_engine ? "-features" : "");
  return joined(joined(wrapper, kind.command), {folder.string(), form, kind.isa});
}

}  // namespace

std::vector<std::string> peer_names() {
  std::vector<std::string> names;
  for (const ListedPeer& peer : listed_peers()) names.emplace_back(peer.name);
  return names;
}

std::vector<EngineKind> engine_kinds(const std::vector<std::string>& own_precisions, const std::vector<std::string>& isas,
                                     const std::vector<std::string>& peers) {
  std::vector<EngineKind> kinds;
  for (const std::string& precision : own_precisions)
    for (const std::string& isa : isas)
      for (const char* const engine : {own_engine, own_features_engine})
        kinds.push_back({engine, precision, isa, command_of("own")});
  for (const std::string& name : peers) {
    const auto& listed = listed_peers();
    const auto found = std::find_if(listed.begin(), listed.end(), [&](const ListedPeer& peer) { return peer.name == name; });
    if (found == listed.end()) throw base::UsageError("--peers: expected names that --help lists, found " + name);
    for (const std::string& precision : found->precisions) kinds.push_back({name, precision, isas.front(), command_of(name)});
  }
  return kinds;
}

std::vector<std::string> environment_of(const std::string& isa) {
  const std::vector<std::string> one_thread = {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1"};
  if (isa == "avx2")
    return joined(one_thread, {"ONEDNN_MAX_CPU_ISA=AVX2", "OPENBLAS_CORETYPE=Haswell", "ATEN_CPU_CAPABILITY=avx2"});
  if (isa == "sse4.2")
    return joined(one_thread, {"ONEDNN_MAX_CPU_ISA=SSE41", "OPENBLAS_CORETYPE=Nehalem", "ATEN_CPU_CAPABILITY=default"});
  return one_thread;
}

Engine::Engine(const EngineKind& kind, const std::filesystem::path& task_folder, const std::vector<std::string>& wrapper)
    : kind_(kind), folder_(task_folder), child_(start_command(kind, task_folder, wrapper), environment_of(kind.isa)) {
  const auto label = base::Json::parse(child_.read_line(), kind.name);
  label_ = {label.at("version").text(), label.at("isa").text(), label.at("note").text()};
}

void Engine::prepare(std::size_t batch) {
  if (const std::string answer = child_.ask("prepare " + std::to_string(batch)); answer != "ok")
    throw base::Error(base::exit_internal, kind_.name + ": expected ok, found " + answer);
}

double Engine::seconds_per_run(double at_least_s) {
  const std::string answer = child_.ask("run " + std::to_string(at_least_s));
  double seconds = 0;
  if (!(std::istringstream(answer) >> seconds) || !(seconds > 0))
    throw base::Error(base::exit_internal, kind_.name + ": expected seconds, found " + answer);
  return seconds;
}

std::vector<float> Engine::estimates() {
  const std::filesystem::path file = folder_ / ("outputs_" + kind_.name + "_" + kind_.precision + ".f32");
  child_.ask("outputs " + file.string());
  return read_numbers(file);
}

}  // namespace crbrt::bench
