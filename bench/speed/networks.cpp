// SPDX-License-Identifier: Apache-2.0
// Layer lists, voxels, and the task folder around a model.
#include "bench/speed/networks.h"

#include <fstream>

#include "base/bound_session.h"
#include "base/model_file.h"
#include "tests/support/model_builder.h"

namespace crbrt::bench {
namespace {

using tests::LayerSpec;
using tests::ModelSpec;

constexpr std::uint32_t n_coeff = 13;

ModelSpec spec_without_layers(const std::string& name) {
  ModelSpec spec;
  spec.name = name;
  spec.n_coeff = n_coeff;
  spec.n_frame = 40;
  spec.ship_basis = false;
  spec.n_test_voxel = 1024;  // integer forms calibrate on them, as integer peers do on as many
  return spec;
}

/// Four layers of one width and one of half of it: the shape of the shipped models.
ModelSpec straight(const std::string& name, std::uint32_t width) {
  ModelSpec spec = spec_without_layers(name);
  for (std::uint32_t i = 0; i < 5; ++i) {
    LayerSpec layer;
    layer.name = "hidden" + std::to_string(i + 1);
    layer.width = i < 4 ? width : width / 2;
    spec.hidden.push_back(layer);
  }
  return spec;
}

/// Layers and skips of docs/experiments/paper_crb.json. [paper] does not say how many groups: 16 features a group, or one
/// group where 16 does not divide the width.
ModelSpec paper() {
  ModelSpec spec = spec_without_layers("paper");
  spec.phase_reference = -1;
  for (const std::uint32_t width : {128u, 256u, 512u, 1024u, 768u, 640u, 512u, 384u, 256u, 192u, 128u, 26u, 10u, 6u}) {
    LayerSpec layer;
    layer.name = "hidden" + std::to_string(spec.hidden.size() + 1);
    layer.width = width;
    layer.normalization = fbs::NormalizationKind::group;
    layer.n_group = width % 16 == 0 ? width / 16 : 1;
    spec.hidden.push_back(layer);
  }
  spec.hidden[10].skip_from = "hidden1";
  spec.hidden[8].skip_from = "hidden2";
  spec.hidden[6].skip_from = "hidden3";
  return spec;
}

ModelSpec spec_of(const std::string& name) {
  if (name == "w32") return straight(name, 32);
  if (name == "w64") return straight(name, 64);
  if (name == "w128") return straight(name, 128);
  if (name == "paper") return paper();
  throw base::UsageError("--networks: expected w32, w64, w128 or paper, found " + name);
}

void copy_model(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (!std::filesystem::copy_file(from, to, error)) throw base::InputError(from.string(), "a model", error.message());
}

/// A model's own test voxels over and over, so that a trained model sees what it was trained for; random ones otherwise.
std::vector<float> coefficients_for(const NetworkSource& source, const Model& model, std::size_t n_voxel) {
  if (source.model.empty()) return tests::random_coefficients(n_voxel, model.program().n_coeff, 2);
  const std::vector<float>& test = model.info().test_coefficients;
  std::vector<float> all(n_voxel * 2 * model.program().n_coeff);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = test[i % test.size()];
  return all;
}

/// The runtime's own preprocessing.
std::vector<float> standardized(const Program& program, const std::vector<float>& coefficients) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n_voxel = coefficients.size() / width;
  std::vector<float> features(coefficients.size());
  base::BoundSession session(program, Isa::scalar);
  const Status status =
      session->preprocess(Coefficients::rows(coefficients.data(), n_voxel, program.n_coeff), {features.data(), n_voxel, width});
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
  return features;
}

}  // namespace

std::vector<std::string> built_in_networks() { return {"w32", "w64", "w128", "paper"}; }

void write_built_in(const std::string& name, const std::filesystem::path& path) { tests::write_crbm(path, spec_of(name)); }

std::string precision_of(const std::filesystem::path& model) {
  const Model loaded = base::load_model(model.string());
  const Program* const program = loaded.integer_program();
  if (program == nullptr) return "f32";
  bool i8 = false;
  std::size_t n_s16 = 0;
  for (std::size_t i = 0; i < program->n_op; ++i) {
    i8 = i8 || program->ops[i].kind == OpKind::dense_u8;
    n_s16 += program->ops[i].kind == OpKind::dense_s16 ? 1 : 0;
  }
  if (!i8) return "i16";
  return n_s16 > 1 ? "mixed" : "i8";  // the first layer always reads the 16 bits of the input
}

Task make_task(const NetworkSource& source, std::size_t n_voxel, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "model.crbm";
  if (source.model.empty()) {
    write_built_in(source.name, path);
  } else {
    copy_model(source.model, path);
  }
  for (const std::filesystem::path& integers : source.integers)
    copy_model(integers, folder / ("model_" + precision_of(integers) + ".crbm"));
  const Model model = base::load_model(path.string());
  const std::vector<float> coefficients = coefficients_for(source, model, n_voxel);
  Task task;
  task.network = engine_network(base::load_network(path.string()).network);
  task.network.name = source.name;
  task.features = standardized(model.program(), coefficients);
  task.n_voxel = n_voxel;
  write_task(folder, task);
  write_numbers(folder / "coefficients.f32", coefficients);
  return task;
}

}  // namespace crbrt::bench
