// SPDX-License-Identifier: Apache-2.0
/// Spec to FlatBuffer, through the schema's object interface.
#include "tests/support/model_builder.h"

#include <cmath>
#include <fstream>
#include <memory>
#include <new>
#include <numbers>
#include <stdexcept>

#include "base/sha256.h"
#include "crbrt/crbrt.hpp"

namespace crbrt::tests {
namespace {

/// Uniform numbers by SplitMix64: integers only, so that every machine makes the same model.
class Uniform {
 public:
  explicit Uniform(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u) {}

  float operator()(float minimum, float maximum) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    const auto unit = static_cast<float>((z ^ (z >> 31)) >> 40) * 0x1p-24f;
    return minimum + (maximum - minimum) * unit;
  }

  std::vector<float> list(std::size_t n, float minimum, float maximum) {
    std::vector<float> values(n);
    for (float& value : values) value = (*this)(minimum, maximum);
    return values;
  }

 private:
  std::uint64_t state_;
};

std::unique_ptr<fbs::NormalizationT> make_normalization(const LayerSpec& spec, Uniform& uniform) {
  if (spec.normalization == fbs::NormalizationKind::none) return nullptr;
  auto made = std::make_unique<fbs::NormalizationT>();
  made->kind = spec.normalization;
  made->n_group = spec.n_group;
  made->epsilon = 1e-5f;
  made->gamma = uniform.list(spec.width, 0.5f, 1.5f);
  made->beta = uniform.list(spec.width, -0.25f, 0.25f);
  if (spec.normalization == fbs::NormalizationKind::batch) {
    made->mean = uniform.list(spec.width, -0.5f, 0.5f);
    made->variance = uniform.list(spec.width, 0.5f, 2.0f);
  }
  return made;
}

std::unique_ptr<fbs::DenseT> make_layer(const LayerSpec& spec, std::uint32_t n_in, Uniform& uniform) {
  auto made = std::make_unique<fbs::DenseT>();
  made->name = spec.name;
  made->n_in = n_in;
  made->n_out = spec.width;
  const float bound = std::sqrt(6.0f / static_cast<float>(n_in));  // keeps the variance through ReLU (He)
  made->weights = uniform.list(std::size_t{n_in} * spec.width, -bound, bound);
  made->bias = uniform.list(spec.width, -0.125f, 0.125f);
  made->normalization = make_normalization(spec, uniform);
  made->activation = spec.activation;
  made->slope = spec.slope;
  made->skip_from = spec.skip_from;
  return made;
}

std::unique_ptr<fbs::PreprocessingT> make_preprocessing(const ModelSpec& spec, Uniform& uniform) {
  auto made = std::make_unique<fbs::PreprocessingT>();
  made->phase_reference = spec.phase_reference;
  made->conjugate_reference = spec.conjugate_reference;
  made->l2_normalize = spec.l2_normalize;
  made->mean = uniform.list(2 * spec.n_coeff, -0.25f, 0.25f);
  made->std = uniform.list(2 * spec.n_coeff, 0.25f, 0.5f);
  return made;
}

/// Cosines of rising frequency: orthonormal columns in closed form.
std::vector<double> cosine_basis(std::uint32_t n_frame, std::uint32_t n_coeff) {
  std::vector<double> basis;
  for (std::uint32_t k = 1; k <= n_coeff; ++k)
    for (std::uint32_t t = 0; t < n_frame; ++t)
      basis.push_back(std::sqrt(2.0 / n_frame) * std::cos(std::numbers::pi * k * (t + 0.5) / n_frame));
  return basis;
}

std::unique_ptr<fbs::ProtocolT> make_protocol(const ModelSpec& spec) {
  auto made = std::make_unique<fbs::ProtocolT>();
  made->sequence_name = "made_up";
  made->sequence_sha256 = std::string(64, '0');
  made->tr_s = 3.5e-3;
  made->n_frame = spec.n_frame;
  made->n_coeff = spec.n_coeff;
  std::vector<double> basis = cosine_basis(spec.n_frame, spec.n_coeff);
  made->basis_sha256 = base::hex(base::sha256(basis.data(), basis.size() * sizeof(double)));
  if (spec.ship_basis) made->basis = std::move(basis);
  return made;
}

std::unique_ptr<fbs::ProvenanceT> make_provenance(const ModelSpec& spec) {
  auto made = std::make_unique<fbs::ProvenanceT>();
  made->crbrt_version = "0.0.0";
  made->config_json = "{}";
  made->dataset_provenance = "{}";
  made->loss_kind = "crb";
  made->epochs = 1;
  made->n_train = 100;
  made->n_validation = 10;
  made->snr_min = 10;
  made->snr_max = 100;
  made->validation_loss = 1;
  for (const std::string& output : spec.outputs) {
    auto loss = std::make_unique<fbs::OutputLossT>();
    loss->name = output;
    loss->loss = 1;
    made->validation_loss_per_output.push_back(std::move(loss));
  }
  made->licence = "Apache-2.0";
  return made;
}

std::unique_ptr<fbs::OutputT> make_output(const std::string& name) {
  auto made = std::make_unique<fbs::OutputT>();
  made->name = name;
  made->unit = name.ends_with("_rad_s") ? "rad/s"
               : name == "m0"           ? "arbitrary"
               : name.ends_with("_s")   ? "s"
               : name.ends_with("_hz")  ? "1/s"
                                        : "1";
  made->offset = 0.5f;
  made->scale = 0.25f;
  made->minimum = -8;
  made->maximum = 8;
  return made;
}

std::uint32_t last_width(const ModelSpec& spec) {
  return static_cast<std::uint32_t>(spec.outputs.size()) * (spec.uncertainty ? 4 : 1) + (spec.atypicality ? 1 : 0);
}

void add_details(const ModelSpec& spec, fbs::ModelT& model) {
  if (spec.uncertainty) {
    model.uncertainty = std::make_unique<fbs::UncertaintyT>();
    model.uncertainty->log_noise_center = -2.5f;
    model.uncertainty->log_noise_min = -1.5f;
    model.uncertainty->log_noise_max = 1.5f;
  }
  if (spec.atypicality) {
    model.atypicality = std::make_unique<fbs::AtypicalityT>();
    model.atypicality->threshold = 1.25f;
  }
  if (!spec.limits) return;
  for (const auto& output : model.outputs) {
    output->std_minimum = 0.0625f;
    output->std_maximum = 0.5f;
  }
  if (spec.atypicality) model.atypicality->at_noise = {0.25f, 1, 0.125f};
}

Model loaded(const std::vector<std::uint8_t>& flatbuffer) {
  Model model;
  const LoadResult result = load_flatbuffer({flatbuffer.data(), flatbuffer.size()}, model);
  if (result.status != Status::ok) throw std::runtime_error(result.detail);
  return model;
}

void check(Status status) {
  if (status != Status::ok) throw std::runtime_error(message(status));
}

std::vector<float> run_asked(const Program& program, const std::vector<float>& coefficients, Results results, Isa isa) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n_voxel = coefficients.size() / width;
  const auto free_arena = [](std::byte* arena) { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); };
  const std::size_t size = Session::arena_bytes(program);
  const std::unique_ptr<std::byte, decltype(free_arena)> arena(
      static_cast<std::byte*>(::operator new (size, std::align_val_t{layout::arena_alignment})), free_arena);
  std::vector<float> estimates(n_voxel * program.n_output);
  Session session;
  check(session.bind(program, arena.get(), size, isa));
  results.estimates = {estimates.data(), n_voxel, program.n_output};
  check(session.run(Coefficients::rows(coefficients.data(), n_voxel, program.n_coeff), results));
  return estimates;
}

}  // namespace

fbs::ModelT make_model(const ModelSpec& spec) {
  Uniform uniform(spec.seed);
  fbs::ModelT model;
  model.format_version = spec.conjugate_reference == -1 ? 1 : 2;
  model.name = spec.name;
  model.preprocessing = make_preprocessing(spec, uniform);
  std::vector<LayerSpec> layers = spec.hidden;
  layers.push_back({.name = "output", .width = last_width(spec), .activation = fbs::Activation::none});
  std::uint32_t width = 2 * spec.n_coeff;
  for (const LayerSpec& layer : layers) {
    model.layers.push_back(make_layer(layer, width, uniform));
    width = layer.width;
  }
  for (const std::string& output : spec.outputs) model.outputs.push_back(make_output(output));
  add_details(spec, model);
  model.protocol = make_protocol(spec);
  model.provenance = make_provenance(spec);
  model.test_vector = std::make_unique<fbs::TestVectorT>();
  model.test_vector->coefficients = random_coefficients(spec.n_test_voxel, spec.n_coeff, spec.seed);
  model.test_vector->estimates.resize(spec.n_test_voxel * spec.outputs.size());
  fill_estimates(model);
  return model;
}

void fill_estimates(fbs::ModelT& model) {
  const Model built = load(model);
  model.test_vector->estimates = estimates_of(built.program(), model.test_vector->coefficients, Isa::scalar);
}

std::vector<std::uint8_t> to_flatbuffer(const fbs::ModelT& model) {
  flatbuffers::FlatBufferBuilder builder;
  fbs::FinishModelBuffer(builder, fbs::CreateModel(builder, &model));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::vector<std::uint8_t> to_crbm(const fbs::ModelT& model) {
  const auto flatbuffer = to_flatbuffer(model);
  return wrap_model({flatbuffer.data(), flatbuffer.size()});
}

void write_crbm(const std::filesystem::path& path, const ModelSpec& spec) {
  const auto bytes = to_crbm(make_model(spec));
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

Model load(const ModelSpec& spec) { return load(make_model(spec)); }
Model load(const fbs::ModelT& model) { return loaded(to_flatbuffer(model)); }

ModelFile load_file(const ModelSpec& spec) { return load_file(make_model(spec)); }

ModelFile load_file(const fbs::ModelT& model) {
  const std::vector<std::uint8_t> bytes = to_crbm(model);
  ModelFile file;
  const LoadResult result = load_network({bytes.data(), bytes.size()}, file);
  if (result.status != Status::ok) throw std::runtime_error(result.detail);
  return file;
}

fbs::ModelT unpacked(const ModelFile& file) {
  const std::vector<std::uint8_t> bytes = crbm_image(file);
  View1<const std::uint8_t> flatbuffer;
  const LoadResult result = unwrap_model({bytes.data(), bytes.size()}, flatbuffer);
  if (result.status != Status::ok) throw std::runtime_error(result.detail);
  fbs::ModelT model;
  fbs::GetModel(flatbuffer.data)->UnPackTo(&model);
  return model;
}

std::vector<float> estimates_of(const Program& program, const std::vector<float>& coefficients, Isa isa) {
  return run_asked(program, coefficients, {}, isa);
}

RunResult run_details(const Program& program, const std::vector<float>& coefficients, float sigma, Isa isa) {
  const std::size_t n_voxel = coefficients.size() / (2 * std::size_t{program.n_coeff});
  RunResult result;
  result.std.resize(program.uncertainty != nullptr ? n_voxel * program.n_output : 0);
  result.atypicality.resize(program.atypicality != nullptr ? n_voxel : 0);
  Results results;
  results.sigma = sigma;
  if (!result.std.empty()) results.standard_deviations = {result.std.data(), n_voxel, program.n_output};
  results.atypicality = {result.atypicality.data(), result.atypicality.size()};
  result.estimates = run_asked(program, coefficients, results, isa);
  return result;
}

std::vector<float> random_coefficients(std::size_t n_voxel, std::uint32_t n_coeff, std::uint64_t seed) {
  return Uniform(~seed).list(n_voxel * 2 * n_coeff, -1, 1);
}

}  // namespace crbrt::tests
