// The task folder in and out. What the program writes, its own children read: the reader trusts names and types, and the JSON
// library throws where they are wrong.
#include "bench/peers/plain_network.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace crbrt::bench {

using nlohmann::json;

NLOHMANN_JSON_SERIALIZE_ENUM(StepKind, {{StepKind::dense, "dense"},
                                        {StepKind::group_norm, "group_norm"},
                                        {StepKind::affine, "affine"},
                                        {StepKind::relu, "relu"}})

namespace {

json range(std::vector<float>& all, const std::vector<float>& part) {
  const std::size_t first = all.size();
  all.insert(all.end(), part.begin(), part.end());
  return {first, part.size()};
}

std::vector<float> part_of(const std::vector<float>& all, const json& range) {
  const auto first = all.begin() + range.at(0).get<std::ptrdiff_t>();
  return {first, first + range.at(1).get<std::ptrdiff_t>()};
}

json step_json(const PlainStep& step, std::vector<float>& numbers) {
  return {{"kind", step.kind},
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

PlainStep step_of(const json& j, const std::vector<float>& numbers) {
  PlainStep step;
  step.kind = j.at("kind").get<StepKind>();
  step.n_in = j.at("n_in"), step.n_out = j.at("n_out");
  step.in = j.at("in"), step.add = j.at("add");
  step.relu = j.at("relu"), step.n_group = j.at("n_group"), step.epsilon = j.at("epsilon");
  step.weights = part_of(numbers, j.at("weights"));
  step.bias = part_of(numbers, j.at("bias"));
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
  json steps = json::array();
  for (const PlainStep& step : task.network.steps) steps.push_back(step_json(step, numbers));
  const json description = {{"name", task.network.name},   {"n_feature", task.network.n_feature},
                            {"n_voxel", task.n_voxel},     {"offset", task.network.offset},
                            {"scale", task.network.scale}, {"steps", std::move(steps)}};
  std::ofstream file(folder / "network.json");
  file << description;
  if (!file.flush()) throw base::OutputError((folder / "network.json").string(), "disk full or no permission");
  write_numbers(folder / "numbers.f32", numbers);
  write_numbers(folder / "features.f32", task.features);
}

Task read_task(const std::filesystem::path& folder) {
  std::ifstream file(folder / "network.json");
  if (!file) throw base::InputError((folder / "network.json").string(), "a network of the benchmark", "none");
  const json j = json::parse(file);
  const std::vector<float> numbers = read_numbers(folder / "numbers.f32");
  Task task;
  task.network.name = j.at("name");
  task.network.n_feature = j.at("n_feature");
  task.network.offset = j.at("offset").get<std::vector<float>>();
  task.network.scale = j.at("scale").get<std::vector<float>>();
  for (const json& step : j.at("steps")) task.network.steps.push_back(step_of(step, numbers));
  task.n_voxel = j.at("n_voxel");
  task.features = read_numbers(folder / "features.f32");
  return task;
}

}  // namespace crbrt::bench
