// SPDX-License-Identifier: Apache-2.0
// The task folder in and out.
#include "bench/peers/peer.h"

#include <fstream>
#include <utility>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/model_file.h"

namespace crbrt::bench {
namespace {

using base::Json;

/// Empty where libraries do not compute it.
const char* kind_name(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::dense: return "dense";
    case OperationKind::group_norm: return "group_norm";
    case OperationKind::affine: return "affine";
    case OperationKind::relu: return "relu";
    default: return "";
  }
}

Json range(std::vector<float>& all, const std::vector<float>& part) {
  const std::size_t first = all.size();
  all.insert(all.end(), part.begin(), part.end());
  return Json::array({first, part.size()});
}

Json step_json(const Operation& op, std::vector<float>& numbers) {
  return {{"kind", kind_name(op.kind)},
          {"n_in", op.n_in},
          {"n_out", op.n_out},
          {"in", op.in},
          {"add", op.add == Operation::none ? 0 : op.add},  // nothing adds value 0
          {"relu", op.relu},
          {"n_group", op.n_group},
          {"epsilon", op.epsilon},
          {"weights", range(numbers, op.weights)},
          {"bias", range(numbers, op.bias)}};
}

}  // namespace

Network engine_network(const Network& network) {
  Network result = folded(network);
  for (const Operation& op : result.operations)
    if (*kind_name(op.kind) == '\0')
      throw base::InputError(network.name, "operations that the other engines have, too", "another in layer " + op.layer);
  Operation& last = result.operations.back();
  last.n_out = static_cast<std::uint32_t>(result.outputs.size());
  if (last.kind == OperationKind::dense) {
    last.weights.resize(std::size_t{last.n_out} * last.n_in);
    last.bias.resize(last.n_out);
  }
  return result;
}

std::size_t macs_per_voxel(const Network& network) {
  std::size_t macs = 0;
  for (const Operation& op : network.operations)
    if (op.kind == OperationKind::dense) macs += std::size_t{op.n_in} * op.n_out;
  return macs;
}

void write_numbers(const std::filesystem::path& path, const std::vector<float>& numbers) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
  if (!file.flush()) throw base::OutputError(path.string(), "disk full or no permission");
}

std::vector<float> read_numbers(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw base::InputError(path.string(), "a file of the benchmark", "none");
  std::vector<float> numbers(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
  return numbers;
}

void write_task(const std::filesystem::path& folder, const Task& task) {
  std::vector<float> numbers;
  Json steps = Json::array(), offset = Json::array(), scale = Json::array();
  for (const Operation& op : task.network.operations) steps.push_back(step_json(op, numbers));
  for (const NetworkOutput& output : task.network.outputs) offset.push_back(output.offset), scale.push_back(output.scale);
  const Json description = {{"name", task.network.name},
                            {"n_feature", task.network.width(0)},
                            {"n_voxel", task.n_voxel},
                            {"offset", offset},
                            {"scale", scale},
                            {"steps", std::move(steps)}};
  base::write_text(folder / "network.json", description.dump(), folder / "network.json");
  write_numbers(folder / "numbers.f32", numbers);
  write_numbers(folder / "features.f32", task.features);
}

Task read_task(const std::filesystem::path& folder) {
  Task task;
  task.network = engine_network(base::load_network((folder / "model.crbm").string()).network);
  task.features = read_numbers(folder / "features.f32");
  task.n_voxel = task.features.size() / task.network.width(0);
  return task;
}

}  // namespace crbrt::bench
