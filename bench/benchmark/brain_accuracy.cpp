// SPDX-License-Identifier: Apache-2.0
// The phantom keeps the bound of every voxel at that voxel's own SNR, so that nothing is simulated again.
#include "bench/benchmark/brain_accuracy.h"

#include <cmath>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/warnings.h"
#include "bench/benchmark/accuracy.h"
#include "bench/benchmark/image_voxels.h"
#include "bench/benchmark/timing.h"
#include "physics/quantity.h"
#include "tools/phantom/brain.h"
#include "tools/volume/image_values.h"
#include "tools/volume/voxel_draw.h"

namespace crbrt::bench {
namespace {

using base::Json;

constexpr auto check = volume::GridCheck::extents;  // all images of a phantom were written together

void expect_phantom_of(const Model& model, const std::string& path) {
  const auto sidecar = base::JsonReader::from_file(path);
  const physics::BasisIdentity basis{sidecar.at("basis_sha256").text(), sidecar.text_or("basis_sha256_single", "")};
  const ModelInfo& info = model.info();
  if (!physics::is_same(basis, physics::identity_of_model(info)))
    throw base::DisagreementError(path, "coefficients in the basis of " + info.name, "those of another basis");
  if (sidecar.at("sequence_sha256").text() != info.sequence_sha256)
    throw base::DisagreementError(path, "coefficients of the sequence of " + info.name, "those of another sequence");
}

/// Values of the drawn voxels of a map of the output, SI: one map in memory at a time.
Eigen::ArrayXd map_of(const std::string& folder, const std::string& output, const volume::Grid& grid,
                      const std::vector<std::size_t>& indices) {
  const physics::MapForm& map = physics::find_quantity(output)->map;
  const auto all = volume::read_values(folder + "/" + std::string(map.name) + ".nii.gz", grid, check);
  Eigen::ArrayXd values(static_cast<Eigen::Index>(indices.size()));
  for (std::size_t i = 0; i < indices.size(); ++i)
    values[static_cast<Eigen::Index>(i)] = static_cast<double>(all[indices[i]]) / map.factor;
  return values;
}

std::vector<std::string> tissue_names(const std::string& path, const volume::Grid& grid,
                                      const std::vector<std::size_t>& indices) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(path)) return names;
  const auto labels = volume::read_values(path, grid, check);
  for (const std::size_t v : indices)
    names.emplace_back(phantom::short_name(static_cast<phantom::TissueClass>(static_cast<int>(labels[v]))));
  return names;
}

}  // namespace

BrainVoxels read_brain_voxels(const std::string& folder, const Problem& problem, const Model& model, std::size_t count,
                              std::uint64_t seed) {
  BrainVoxels brain;
  brain.snr = base::JsonReader::from_file(folder + "/phantom.json").at("snr").positive();
  expect_phantom_of(model, folder + "/coefficients.json");
  const auto image = volume::CoefficientImage::open(folder + "/coefficients.nii", "", model.program().n_coeff, check);
  image.expect_n_coeff(model.program().n_coeff, "model " + model.info().name);
  base::Warnings warnings("crbrt-benchmark");
  const auto inside = volume::read_mask(folder + "/mask.nii.gz", image.grid(), check, warnings).indices();
  const std::vector<std::size_t> indices = volume::draw_voxels(inside, count, seed);
  brain.voxels = voxels_of(image, indices, brain.snr * problem.sigma());
  const std::vector<std::string>& outputs = problem.targets.names;
  brain.truth.resize(static_cast<Eigen::Index>(outputs.size()), static_cast<Eigen::Index>(indices.size()));
  brain.bound.resizeLike(brain.truth);
  for (std::size_t j = 0; j < outputs.size(); ++j) {
    const auto row = static_cast<Eigen::Index>(j);
    brain.truth.row(row) = map_of(folder + "/truth", outputs[j], image.grid(), indices).transpose();
    brain.bound.row(row) = map_of(folder + "/sqrt_crb", outputs[j], image.grid(), indices).square().transpose();
  }
  brain.tissue = tissue_names(folder + "/tissue.nii.gz", image.grid(), indices);
  return brain;
}

Json brain_errors_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const BrainVoxels& brain,
                       const Eigen::ArrayXd& prior_variance) {
  // By output and by tissue; "" is the whole brain.
  std::map<std::string, std::map<std::string, std::vector<double>>> errors;
  for (std::size_t j = 0; j < names.size(); ++j)
    for (Eigen::Index v = 0; v < values.cols(); ++v) {
      const auto row = static_cast<Eigen::Index>(j);
      const std::string tissue = brain.tissue.empty() ? "" : brain.tissue[static_cast<std::size_t>(v)];
      const bool counts = brain.bound(row, v) > 0 && brain.bound(row, v) < prior_variance[row];
      const double error = (values(row, v) - brain.truth(row, v)) / std::sqrt(brain.bound(row, v));
      for (const std::string& output : {names[j], std::string("all")})
        for (const std::string& place : {std::string(), tissue}) {
          std::vector<double>& list = errors[output][place];
          if (counts) list.push_back(error);
          if (tissue.empty()) break;
        }
    }
  Json json = Json::object();
  for (const auto& [output, places] : errors)
    for (const auto& [tissue, list] : places)
      if (tissue.empty())
        json[output] = scaled_errors_json("total", list);
      else
        json[output][tissue] = scaled_errors_json("total", list);
  return json;
}

Json brain_accuracy(const Problem& problem, const BrainVoxels& brain, std::size_t n_turn, const std::vector<Row>& rows) {
  const std::vector<Estimates> estimates = estimates_in_turns("brain", brain.voxels, n_turn, rows);
  Json json = Json::object();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Json& place = json[rows[r].name];
    add_timing(place, "us_per_voxel", estimates[r].us, 1);
    place.update(brain_errors_json(problem.targets.names, estimates[r].values, brain, problem.prior_variance));
  }
  return json;
}

}  // namespace crbrt::bench
