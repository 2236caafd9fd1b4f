// SPDX-License-Identifier: Apache-2.0
// Every voxel is simulated with its own fields: a slice has few, so no library stands between truth and voxel.
#include "tools/phantom/make.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <numbers>
#include <span>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/model_file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "physics/counter_random.h"
#include "tools/phantom/library.h"
#include "tools/phantom/tubes.h"
#include "tools/volume/maps_out.h"

namespace crbrt::phantom {
namespace {

using base::Json;

using physics::paper_quantities;
constexpr std::size_t batch_size = 64;

std::vector<physics::Tissue> tissues_of(const TubeSlice& slice, double tr_s) {
  std::vector<physics::Tissue> tissues;
  for (const std::size_t v : slice.voxels) {
    const Position p = slice.position(v);
    tissues.push_back(tube_tissue(slice.filled[v], tubes_omega0_relative(p) * std::numbers::pi / tr_s, b1_rel(p)));
  }
  return tissues;
}

struct Simulated {
  Eigen::MatrixXcd coefficients;  ///< [n_coeff, voxel] at M0 = 1
  Eigen::MatrixXd bound;          ///< [quantity, voxel] at M0 = sigma = 1
};

Simulated simulate(const Physics& physics, const std::vector<physics::Tissue>& tissues, unsigned threads) {
  const physics::Simulator simulator(physics.sequence, physics::TissueDomain::of(tissues));
  const auto n = static_cast<Eigen::Index>(tissues.size());
  Simulated result{Eigen::MatrixXcd(physics.basis.cols(), n), Eigen::MatrixXd(paper_quantities.size(), n)};
  base::Progress progress("simulating", tissues.size());
  base::for_each_index((tissues.size() + batch_size - 1) / batch_size, threads, [&](unsigned, std::size_t batch) {
    const std::size_t first = batch * batch_size, count = std::min(batch_size, tissues.size() - first);
    physics::Signals coefficients, jacobian;
    simulator.simulate_projected(std::span(tissues).subspan(first, count), physics.basis, coefficients, jacobian);
    constexpr auto n_p = static_cast<Eigen::Index>(physics::n_parameter);
    for (std::size_t t = 0; t < count; ++t) {
      const auto column = static_cast<Eigen::Index>(t), voxel = static_cast<Eigen::Index>(first + t);
      const auto bounds = physics::cramer_rao_bound(coefficients.col(column), jacobian.middleCols(column * n_p, n_p),
                                                    physics::T1Model::apparent);
      result.coefficients.col(voxel) = coefficients.col(column);
      for (std::size_t q = 0; q < physics.estimands.size(); ++q)
        result.bound(static_cast<Eigen::Index>(q), voxel) =
            physics.estimands[q].bound(tissues[first + t], bounds, physics::T1Model::apparent);
    }
    progress.advance(count);
  });
  return result;
}

/// [n_coeff][voxel of the grid], noise included; nothing outside the cylinder, as in a reconstruction with coil sensitivities.
std::vector<std::complex<float>> image_of(const TubeSlice& slice, const Eigen::MatrixXcd& signal, const TubesOptions& options) {
  const std::size_t n_grid = volume::n_voxel(slice.grid.shape);
  std::vector<std::complex<float>> image(static_cast<std::size_t>(signal.rows()) * n_grid);
  for (std::size_t i = 0; i < slice.voxels.size(); ++i) {
    physics::CounterRandom random(options.seed, physics::Stream::phantom, slice.voxels[i]);
    const std::complex<double> scale = m0(slice.position(slice.voxels[i]));
    for (Eigen::Index k = 0; k < signal.rows(); ++k) {
      const double re = random.normal(), im = random.normal();
      image[static_cast<std::size_t>(k) * n_grid + slice.voxels[i]] =
          std::complex<float>(scale * signal(k, static_cast<Eigen::Index>(i)) + std::complex<double>(re, im) / options.snr);
    }
  }
  return image;
}

Json description(const TubesOptions& options, const TubeSlice& slice, const ModelInfo& info) {
  Json json{{"snr", options.snr}, {"seed", options.seed}, {"model", info.name}, {"command", options.command}};
  for (std::size_t t = 0; t < tubes().size(); ++t) {
    const Tube& tube = tubes()[t];
    json["tubes"].push_back({{"label", t + 1},
                             {"name", tube.name},
                             {"voxels", std::count(slice.roi.begin(), slice.roi.end(), t + 1)},
                             {paper_quantities[0], tube.m0_semi_frac},
                             {paper_quantities[1], tube.t1_s},
                             {paper_quantities[2], tube.t2_free_s}});
  }
  return json;
}

void write_folder(const TubesOptions& options, const TubeSlice& slice, const ModelInfo& info,
                  const std::vector<std::complex<float>>& image) {
  const std::filesystem::path out = options.out;
  base::AtomicFolder folder(out);
  std::vector<std::uint8_t> mask(slice.filled.size(), 0);
  for (const std::size_t v : slice.voxels) mask[v] = 1;
  const auto write = [&](const char* name, auto values, volume::Compression compression) {
    volume::write_nifti(folder.temporary(name), out / name, slice.grid, values, compression);
  };
  write("coefficients.nii", std::span<const std::complex<float>>(image), volume::Compression::none);
  write("mask.nii.gz", std::span<const std::uint8_t>(mask), volume::Compression::gzip);
  write("roi.nii.gz", std::span<const std::uint8_t>(slice.roi), volume::Compression::gzip);
  write_descriptions(folder, {options.out, info, options.snr, options.command}, description(options, slice, info).dump(2));
  folder.commit();
}

/// One map per quantity with value(quantity, index into TubeSlice::voxels).
template <class Value>
void write_maps(const std::string& name, const TubesOptions& options, const TubeSlice& slice, const Physics& physics,
                const Value& value) {
  volume::MapFolder maps((std::filesystem::path(options.out) / name).string(), slice.grid, slice.voxels,
                         {"crbrt-phantom", options.command, {options.model, options.sequence}, {}}, volume::Compression::gzip);
  std::vector<float> values(slice.voxels.size());
  for (std::size_t q = 0; q < physics.estimands.size(); ++q) {
    const physics::Estimand& estimand = physics.estimands[q];
    for (std::size_t i = 0; i < slice.voxels.size(); ++i) values[i] = static_cast<float>(value(q, i));
    maps.write(volume::describe_map(volume::MapOutput{estimand.name(), estimand.unit()}), values);
  }
  maps.commit();
}

}  // namespace

void make_tubes(const TubesOptions& options) {
  expect_room(options.out, {"coefficients.nii", "mask.nii.gz", "roi.nii.gz"});
  const Model model = base::load_model(options.model);
  Physics physics = read_physics(model, options.model, options.sequence, options.tr_s);
  for (const char* name : paper_quantities) physics.estimands.push_back(physics::Estimand::from_name(name).value());
  const TubeSlice slice = make_tube_slice(options.size);
  const std::vector<physics::Tissue> tissues = tissues_of(slice, physics.sequence.tr_s);
  const Simulated simulated = simulate(physics, tissues, options.threads);
  write_folder(options, slice, model.info(), image_of(slice, simulated.coefficients, options));
  write_maps("truth", options, slice, physics,
             [&](std::size_t q, std::size_t i) { return physics.estimands[q].value(tissues[i], physics::no_signal_norm); });
  write_maps("sqrt_crb", options, slice, physics, [&](std::size_t q, std::size_t i) {
    const double bound = simulated.bound(static_cast<Eigen::Index>(q), static_cast<Eigen::Index>(i));
    return std::sqrt(bound) / (options.snr * std::abs(m0(slice.position(slice.voxels[i]))));
  });
}

}  // namespace crbrt::phantom
