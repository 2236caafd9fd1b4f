// SPDX-License-Identifier: Apache-2.0
// Voxel = M0 * library entry + noise. Random numbers per slice, so that the result depends on the seed alone.
#include "tools/phantom/make.h"

#include <cmath>
#include <complex>
#include <filesystem>
#include <span>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/model_file.h"
#include "base/own_file.h"
#include "crbrt/loader.hpp"
#include "physics/counter_random.h"
#include "tools/phantom/brain.h"
#include "tools/phantom/library.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/nifti.h"

namespace crbrt::phantom {
namespace {

using base::Json;

/// Per voxel of the brain, in the order of Brain::voxels.
struct Voxels {
  std::vector<std::uint32_t> entry;
  std::vector<float> m0_magnitude;
};

/// Throws DisagreementError for an output that a brain with an apparent T1 has no truth or no bound for.
physics::Estimand estimand_of(const std::string& model_path, const std::string& output) {
  const auto estimand = physics::Estimand::from_name(output);
  if (!estimand || !estimand->has_bound(physics::T1Model::apparent))
    throw base::DisagreementError(model_path, "outputs with a bound when T1 is apparent", output);
  return *estimand;
}

Physics physics_of(const MakeOptions& options, const Model& model) {
  Physics physics = read_physics(model, options.model, options.sequence);
  for (std::uint32_t j = 0; j < model.program().n_output; ++j)
    physics.estimands.push_back(estimand_of(options.model, model.program().outputs[j].name));
  return physics;
}

/// Voxels get entries of their cell and signals get noise, slice by slice; coefficients is [n_coeff][voxel of the grid].
Voxels fill(const Brain& brain, const Cells& cells, const Library& library, const MakeOptions& options,
            std::vector<std::complex<float>>& coefficients) {
  const std::size_t n_grid = brain.tissue.size(), slice = brain.grid.shape[0] * brain.grid.shape[1];
  const auto n_coeff = static_cast<std::size_t>(library.coefficients.rows());
  const auto sigma = static_cast<float>(1 / options.snr);
  coefficients.assign(n_coeff * n_grid, {});
  Voxels voxels;
  std::vector<float> noise;
  for (std::size_t begin = 0, end = 0; begin < brain.voxels.size(); begin = end) {
    const std::size_t z = brain.voxels[begin] / slice;
    while (end < brain.voxels.size() && brain.voxels[end] / slice == z) ++end;
    // Cells use the indices below 2^20.
    physics::CounterRandom random(options.seed, physics::Stream::phantom, (std::uint64_t{1} << 20) + z);
    noise.resize((end - begin) * 2 * n_coeff);
    physics::fill_normal(random, noise);
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t first = library.first_entry[cells.of_voxel[i]], n = library.first_entry[cells.of_voxel[i] + 1] - first;
      const auto entry = first + static_cast<std::size_t>(random.uniform() * static_cast<double>(n));
      const std::complex<float> scale(m0(brain.position(brain.voxels[i])));
      const float* voxel_noise = &noise[(i - begin) * 2 * n_coeff];
      for (std::size_t k = 0; k < n_coeff; ++k)
        coefficients[k * n_grid + brain.voxels[i]] =
            scale * library.coefficients(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(entry)) +
            sigma * std::complex<float>(voxel_noise[2 * k], voxel_noise[2 * k + 1]);
      voxels.entry.push_back(static_cast<std::uint32_t>(entry));
      voxels.m0_magnitude.push_back(std::abs(scale));
    }
  }
  return voxels;
}

std::vector<volume::MapDescription> maps_of(const MakeOptions& options, const Model& model) {
  std::vector<volume::MapOutput> outputs;
  for (std::uint32_t j = 0; j < model.program().n_output; ++j)
    outputs.push_back({model.program().outputs[j].name, model.program().outputs[j].unit});
  return volume::describe_maps(options.model, outputs);
}

/// One map per output with `value(output, index into Brain::voxels)` inside the brain and 0 outside.
template <class Value>
void write_maps(const std::string& folder, const Brain& brain, const std::vector<volume::MapDescription>& outputs,
                const MakeOptions& options, const Value& value) {
  volume::MapFolder maps(folder, brain.grid, brain.voxels,
                         {"crbrt-phantom", options.command, {options.image, options.model, options.sequence}, {}},
                         volume::Compression::gzip);
  std::vector<float> values(brain.voxels.size());
  for (std::size_t q = 0; q < outputs.size(); ++q) {
    for (std::size_t i = 0; i < brain.voxels.size(); ++i) values[i] = value(static_cast<Eigen::Index>(q), i);
    maps.write(outputs[q], values);
  }
  maps.commit();
}

Json description(const MakeOptions& options, const Brain& brain, const Model& model,
                 const std::vector<volume::MapDescription>& outputs, const Library& library) {
  Json json{{"snr", options.snr},
            {"seed", options.seed},
            {"voxels", brain.voxels.size()},
            {"fingerprints", library.truth.cols()},
            {"model", model.info().name},
            {"command", options.command}};
  for (const auto& map : outputs) json["outputs"].push_back({{"output", map.output}, {"map", map.name}, {"unit", map.unit}});
  return json;
}

/// Everything that lies in the folder itself.
void write_images(base::AtomicFolder& folder, const MakeOptions& options, const Brain& brain,
                  std::span<const std::complex<float>> coefficients) {
  const std::filesystem::path out = options.out;
  const auto write = [&](const char* name, auto values, volume::Compression compression) {
    volume::write_nifti(folder.temporary(name), out / name, brain.grid, values, compression);
  };
  std::vector<std::uint8_t> labels, mask;
  for (const TissueClass tissue : brain.tissue) {
    labels.push_back(static_cast<std::uint8_t>(tissue));
    mask.push_back(tissue != TissueClass::outside);
  }
  write("coefficients.nii", coefficients, volume::Compression::none);  // read in pieces, so never compressed
  write("tissue.nii.gz", std::span<const std::uint8_t>(labels), volume::Compression::gzip);
  write("mask.nii.gz", std::span<const std::uint8_t>(mask), volume::Compression::gzip);
}

}  // namespace

void write_descriptions(base::AtomicFolder& folder, const PhantomOrigin& origin, const std::string& description) {
  const std::filesystem::path out = origin.out;
  const base::Json sidecar{{"basis_sha256", origin.model.basis_sha256},
                           {"basis_sha256_single", physics::identity_of_model(origin.model).sha256_single},
                           {"sequence_sha256", origin.model.sequence_sha256},
                           {"sequence_name", origin.model.sequence_name},
                           {"snr", origin.snr},
                           {"command", origin.command}};
  base::write_text(folder.temporary("coefficients.json"), sidecar.dump(2) + "\n", out / "coefficients.json");
  base::write_text(folder.temporary("phantom.json"), description + "\n", out / "phantom.json");
}

void expect_room(const std::string& out, std::initializer_list<const char*> images) {
  const std::filesystem::path folder = out, description = folder / "phantom.json";
  base::expect_own_file(description, "{\n  \"snr\": ", "crbrt-phantom");
  if (std::filesystem::exists(description)) return;
  for (const std::string name : images)
    for (const std::filesystem::path& file : {folder / name, folder / "coefficients.json"})
      if (std::filesystem::exists(file))
        throw base::OutputError(file.string(),
                                "no phantom.json of crbrt-phantom is beside it; move it, or choose another folder");
}

void make_phantom(const MakeOptions& options) {
  expect_room(options.out, {"coefficients.nii", "mask.nii.gz", "tissue.nii.gz"});
  const Model model = base::load_model(options.model);
  const Physics physics = physics_of(options, model);
  const std::vector<volume::MapDescription> outputs = maps_of(options, model);
  const Brain brain = read_brain(options.image, options.voxel_mm);
  base::AtomicFolder folder(options.out);

  const Cells cells = assign_cells(brain);
  const Library library = build_library(cells, physics, options.n_entry, options.seed, options.threads);
  std::vector<std::complex<float>> coefficients;
  const Voxels voxels = fill(brain, cells, library, options, coefficients);
  write_images(folder, options, brain, coefficients);
  write_descriptions(folder, {options.out, model.info(), options.snr, options.command},
                     description(options, brain, model, outputs, library).dump(2));
  folder.commit();

  const std::filesystem::path out = options.out;
  write_maps((out / "truth").string(), brain, outputs, options,
             [&](Eigen::Index q, std::size_t i) { return library.truth(q, voxels.entry[i]); });
  write_maps((out / "sqrt_crb").string(), brain, outputs, options, [&](Eigen::Index q, std::size_t i) {
    return std::sqrt(library.bound(q, voxels.entry[i])) / (static_cast<float>(options.snr) * voxels.m0_magnitude[i]);
  });
}

}  // namespace crbrt::phantom
