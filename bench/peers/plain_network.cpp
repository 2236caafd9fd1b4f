// The task folder in and out. What the program writes, its own children read: the reader trusts names and types, and
// base::Json throws where they are wrong.
#include "bench/peers/plain_network.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"

namespace crbrt::bench {

namespace {

using base::Json;

constexpr std::array kinds{std::pair(StepKind::dense, "dense"), std::pair(StepKind::group_norm, "group_norm"),
                           std::pair(StepKind::affine, "affine"), std::pair(StepKind::relu, "relu")};

const char* name(StepKind kind) {
  return std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == kind; })->second;
}

StepKind kind_of(const std::string& name) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.second == name; });
  if (found == kinds.end()) throw base::JsonError("expected a kind of step, found " + name);
  return found->first;
}

Json range(std::vector<float>& all, const std::vector<float>& part) {
  const std::size_t first = all.size();
  all.insert(all.end(), part.begin(), part.end());
  return Json::array({first, part.size()});
}

std::vector<float> part_of(const std::vector<float>& all, const Json& range) {
  const auto first = all.begin() + range.at(0).integer();
  return {first, first + range.at(1).integer()};
}

Json step_json(const PlainStep& step, std::vector<float>& numbers) {
  return {{"kind", name(step.kind)},
          {"n_in", step.n_in},
          {"n_out", step.n_out},
          {"in", step.in},
          {"add", step.add},
          {"relu", step.relu},
          {"n_group", step.n_group},
          {"epsilon", step.epsilon},
          {"weights", range(numbers, step.weights)},
          {"bias", range(numbers, step.bias)}};
}

std::size_t count_of(const Json& json, const char* key) { return static_cast<std::size_t>(json.at(key).integer()); }

std::vector<float> floats_of(const Json& json) {
  const std::vector<double> numbers = json.numbers();
  return {numbers.begin(), numbers.end()};
}

PlainStep step_of(const Json& json, const std::vector<float>& numbers) {
  PlainStep step;
  step.kind = kind_of(json.at("kind").text());
  step.n_in = count_of(json, "n_in"), step.n_out = count_of(json, "n_out");
  step.in = count_of(json, "in"), step.add = count_of(json, "add");
  step.relu = json.at("relu").boolean(), step.n_group = count_of(json, "n_group");
  step.epsilon = static_cast<float>(json.at("epsilon").number());
  step.weights = part_of(numbers, json.at("weights"));
  step.bias = part_of(numbers, json.at("bias"));
  return step;
}

}  // namespace

std::size_t PlainNetwork::macs_per_voxel() const {
  std::size_t macs = 0;
  for (const PlainStep& step : steps)
    if (step.kind == StepKind::dense) macs += step.n_in * step.n_out;
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
  Json steps = Json::array();
  for (const PlainStep& step : task.network.steps) steps.push_back(step_json(step, numbers));
  const Json description = {{"name", task.network.name},   {"n_feature", task.network.n_feature},
                            {"n_voxel", task.n_voxel},     {"offset", task.network.offset},
                            {"scale", task.network.scale}, {"steps", std::move(steps)}};
  base::write_text(folder / "network.json", description.dump(), folder / "network.json");
  write_numbers(folder / "numbers.f32", numbers);
  write_numbers(folder / "features.f32", task.features);
}

Task read_task(const std::filesystem::path& folder) {
  const Json json = Json::from_file((folder / "network.json").string());
  const std::vector<float> numbers = read_numbers(folder / "numbers.f32");
  Task task;
  task.network.name = json.at("name").text();
  task.network.n_feature = count_of(json, "n_feature");
  task.network.offset = floats_of(json.at("offset"));
  task.network.scale = floats_of(json.at("scale"));
  for (const Json& step : json.at("steps").items()) task.network.steps.push_back(step_of(step, numbers));
  task.n_voxel = count_of(json, "n_voxel");
  task.features = read_numbers(folder / "features.f32");
  return task;
}

}  // namespace crbrt::bench
