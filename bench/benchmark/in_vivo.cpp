// SPDX-License-Identifier: Apache-2.0
// The noise is taken from the residual of each voxel, as crbrt-fit does where nobody states it: here it holds model error, too.
#include "bench/benchmark/in_vivo.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/model_file.h"
#include "base/warnings.h"
#include "bench/benchmark/accuracy.h"
#include "bench/benchmark/image_voxels.h"
#include "bench/benchmark/timing.h"
#include "physics/io/sequence_io.h"
#include "tools/volume/image_values.h"
#include "tools/volume/named_basis.h"
#include "tools/volume/voxel_draw.h"

namespace crbrt::bench {
namespace {

using base::Json;

std::vector<std::string> output_names(const Program& program) {
  std::vector<std::string> names;
  for (std::uint32_t j = 0; j < program.n_output; ++j) names.emplace_back(program.outputs[j].name);
  return names;
}

void expect_same_basis(const InVivoOptions& options, const InVivo& in_vivo, const Model& model) {
  if (!physics::is_same(physics::identity_of(in_vivo.basis), physics::identity_of_model(model.info())))
    throw base::DisagreementError(options.basis, "the basis of " + model.info().name, "another one");
  if (physics::sha256_of(in_vivo.sequence) != model.info().sequence_sha256)
    throw base::DisagreementError(options.sequence, "the sequence of " + model.info().name, "another one");
}

physics::Fitter fitter_of(const InVivo& in_vivo, const std::vector<physics::Parameter>& wanted, physics::FitSettings settings) {
  settings.t1_model = in_vivo.prior.t1_model;
  settings.n_screened = in_vivo.draws;
  settings.wanted = wanted;
  return physics::Fitter(in_vivo.sequence, in_vivo.basis, in_vivo.prior, settings);
}

/// The reference, and what it took.
std::pair<Reference, std::vector<double>> reference_of(const InVivo& in_vivo, std::size_t n_turn, const physics::Fitter& fitter,
                                                       const std::vector<physics::Estimand>& outputs) {
  const auto n_output = static_cast<Eigen::Index>(outputs.size()), n = static_cast<Eigen::Index>(in_vivo.voxels.size());
  Reference reference{Eigen::ArrayXXd(n_output, n),
                      Eigen::ArrayXXd::Constant(n_output, n, std::numeric_limits<double>::quiet_NaN())};
  std::vector<double> us;
  fitter.fit(in_vivo.voxels.coefficients.leftCols(1));  // makes the pool of draws, which is no voxel's time
  for (std::size_t turn = 0; turn < n_turn; ++turn) {
    const Voxels part = part_of(in_vivo.voxels, turn, n_turn);
    const double begin = processor_s();
    const std::vector<physics::VoxelFit> fits = fitter.fit(part.coefficients);
    us.push_back((processor_s() - begin) * 1e6 / static_cast<double>(part.size()));
    for (std::size_t i = 0; i < fits.size(); ++i) {
      const physics::VoxelFit& fit = fits[i];
      const auto v = static_cast<Eigen::Index>(turn + i * n_turn);
      reference.values.col(v) = values_of(outputs, {fit.tissue}).col(0);
      if (fit.status != physics::FitStatus::ok && fit.status != physics::FitStatus::nuisance_at_bound) continue;
      for (Eigen::Index j = 0; j < n_output; ++j)
        reference.std(j, v) = std::sqrt(outputs[static_cast<std::size_t>(j)].bound(
            fit.tissue, {fit.variance, fit.signal_variance}, fitter.range().unknowns()));
    }
  }
  return {std::move(reference), std::move(us)};
}

}  // namespace

InVivo read_in_vivo(const InVivoOptions& options, const std::string& models, std::uint64_t seed) {
  base::Warnings warnings("crbrt-benchmark");
  InVivo in_vivo;
  in_vivo.network = base::load_model(models + "/invivo6/invivo6.crbm");
  in_vivo.crb_network = base::load_model(models + "/invivo6_crb/invivo6_crb.crbm");
  in_vivo.draws = options.draws;
  const Program& program = in_vivo.network.program();
  in_vivo.sequence = physics::read_sequence(options.sequence, options.tr_s);
  in_vivo.prior = physics::read_prior(models + "/priors/invivo6.json", in_vivo.sequence.tr_s);
  in_vivo.basis = volume::load_basis(options.basis, static_cast<int>(program.n_coeff), in_vivo.sequence, warnings);
  for (const Model* model : {&in_vivo.network, &in_vivo.crb_network}) expect_same_basis(options, in_vivo, *model);
  auto image = volume::CoefficientImage::open(options.image, "", program.n_coeff);
  image.expect_n_coeff(program.n_coeff, "model " + in_vivo.network.info().name);
  const auto inside = volume::read_mask(options.mask, image.grid(), volume::GridCheck::world, warnings).indices();
  const std::vector<std::size_t> indices = volume::draw_voxels(inside, options.voxels, seed);
  in_vivo.voxels = voxels_of(image, indices);
  return in_vivo;
}

Json differences_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Reference& reference) {
  Json json = Json::object();
  std::vector<double> all;
  for (std::size_t j = 0; j < names.size(); ++j) {
    std::vector<double> differences;
    for (Eigen::Index v = 0; v < values.cols(); ++v) {
      const auto row = static_cast<Eigen::Index>(j);
      const double std = reference.std(row, v);
      if (std::isfinite(std) && std > 0) differences.push_back((values(row, v) - reference.values(row, v)) / std);
    }
    json[names[j]] = scaled_errors_json("rms", differences);
    all.insert(all.end(), differences.begin(), differences.end());
  }
  json["all"] = scaled_errors_json("rms", all);
  return json;
}

Json in_vivo_json(const InVivo& in_vivo, std::size_t n_turn) {
  const std::vector<std::string> names = output_names(in_vivo.network.program());
  const std::vector<physics::Estimand> outputs = estimands_of(names);
  std::vector<physics::Parameter> wanted;
  for (const std::string& name : names) wanted.push_back(physics::find_quantity(name)->parameter);
  const physics::Fitter thorough = fitter_of(in_vivo, wanted, {.n_start = 16});
  const physics::Refiner plain(fitter_of(in_vivo, wanted, {})), refining(fitter_of(in_vivo, wanted, physics::refining()));
  const Program* const start = &in_vivo.network.program();
  std::vector<Row> rows;
  rows.push_back({"nlls_cold", "least squares of all unknowns, four starts", fit_estimator(outputs, plain, nullptr)});
  rows.push_back({"nlls_warm", "least squares from the estimates of invivo6", fit_estimator(outputs, plain, start)});
  rows.push_back({"refine_exact", "at most five steps from the estimates of invivo6, in single precision",
                  fit_estimator(outputs, refining, start)});
  add_network(rows, "invivo6", in_vivo.network, outputs);
  add_network(rows, "invivo6_crb", in_vivo.crb_network, outputs);

  const auto [reference, us] = reference_of(in_vivo, n_turn, thorough, outputs);
  Json json = Json::object();
  Json& place = json["nlls_thorough"];
  place["configuration"] = "the reference: 16 starts of " + std::to_string(in_vivo.draws) + " draws";
  add_timing(place, "us_per_voxel", us, 1);
  const std::vector<Estimates> estimates = estimates_in_turns("in vivo", in_vivo.voxels, n_turn, rows);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Json& row = json[rows[r].name];
    row["configuration"] = rows[r].configuration;
    add_timing(row, "us_per_voxel", estimates[r].us, 1);
    row.update(differences_json(names, estimates[r].values, reference));
  }
  return json;
}

}  // namespace crbrt::bench
