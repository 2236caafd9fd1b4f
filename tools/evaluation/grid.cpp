// SPDX-License-Identifier: Apache-2.0
// Simulated in blocks of fingerprints, so that the lanes of the simulator are full. A grid is then a data set like any other,
// whose columns become rows and columns of maps again.
#include "tools/evaluation/grid.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/sealed_file.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "physics/crb.h"
#include "physics/quantity.h"
#include "physics/simulator.h"
#include "tools/evaluation/realise.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t block_size = 64;
constexpr std::string_view seal_label = "grids of crbrt-eval";

std::vector<physics::Tissue> tissues_of(const std::vector<Grid>& grids) {
  std::vector<physics::Tissue> tissues;
  for (const Grid& grid : grids)
    for (std::size_t iy = 0; iy < grid.y.n; ++iy)
      for (std::size_t ix = 0; ix < grid.x.n; ++ix) tissues.push_back(grid.tissue(ix, iy));
  return tissues;
}

physics::TissueBounds bounds_of(const physics::Tissue& tissue, const Eigen::Ref<const Eigen::VectorXcd>& c,
                                const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, const physics::Unknowns& unknowns) {
  const physics::Bounds all = physics::cramer_rao_bound(c, jacobian, unknowns);
  const bool t2_above_t1 = tissue.r2_free_hz < tissue.r1_free_hz;
  const bool usable = c.norm() >= physics::min_signal_norm && all.condition <= physics::max_condition && !t2_above_t1;
  if (usable) return all;
  return {.crb = Eigen::VectorXd::Constant(all.crb.size(), std::numeric_limits<double>::infinity())};
}

void expect_cached(const std::string& path, const physics::Dataset& found, const physics::Dataset& like,
                   const std::vector<physics::Tissue>& tissues) {
  if (found.sequence_sha256 != like.sequence_sha256)
    throw base::InputError(path, "grids of the sequence " + like.sequence_sha256, found.sequence_sha256);
  if (!is_same(identity_of(found.basis), identity_of(like.basis)))
    throw base::InputError(path, "grids on the basis " + like.basis_sha256, found.basis_sha256);
  const bool same =
      found.unknowns == like.unknowns && std::equal(tissues.begin(), tissues.end(), found.tissues.begin(), found.tissues.end(),
                                                    [](const auto& a, const auto& b) { return a.values() == b.values(); });
  if (!same) throw base::InputError(path, "the grids that this version simulates", "other tissues; remove the file");
}

/// Caches of before there were seals have none, and are taken as they are.
bool is_damaged(const std::string& cache) { return base::has_seal(cache) && !base::is_sealed(cache, seal_label); }

void write_cache(const std::string& cache, const physics::Dataset& set) {
  base::AtomicFile file(cache);
  physics::write_dataset(file.temporary().string(), set);
  base::seal(file.temporary(), seal_label, cache);
  file.commit();
}

double mean(const Eigen::ArrayXXd& map) {
  double sum = 0, n = 0;
  for (Eigen::Index i = 0; i < map.size(); ++i) {
    if (std::isnan(map.data()[i])) continue;
    sum += map.data()[i];
    ++n;
  }
  return sum / n;
}

/// Row j of `scores` from column `first` on, as rows of constant y.
Eigen::ArrayXXd map_of(const Eigen::ArrayXXd& scores, Eigen::Index j, std::size_t first, const Grid& grid) {
  Eigen::ArrayXXd map(static_cast<Eigen::Index>(grid.y.n), static_cast<Eigen::Index>(grid.x.n));
  for (Eigen::Index iy = 0; iy < map.rows(); ++iy)
    for (Eigen::Index ix = 0; ix < map.cols(); ++ix)
      map(iy, ix) = scores(j, static_cast<Eigen::Index>(first) + iy * map.cols() + ix);
  return map;
}

GridMaps maps_of(const Realisations& r, const Targets& targets, Eigen::Index j, std::size_t first, const Grid& grid) {
  GridMaps maps{.output = targets.names[static_cast<std::size_t>(j)],
                .unit = targets.units[static_cast<std::size_t>(j)],
                .bias = map_of(r.bias, j, first, grid),
                .std = map_of(r.variance, j, first, grid).sqrt(),
                .sqrt_crb = map_of(r.bound, j, first, grid).sqrt()};
  maps.mean_abs_bias = mean(maps.bias.abs());
  maps.mean_std = mean(maps.std);
  maps.mean_sqrt_crb = mean(maps.sqrt_crb);
  maps.bias2_over_crb = mean(map_of(r.bias2 / r.bound, j, first, grid));
  maps.var_over_crb = mean(map_of(r.variance / r.bound, j, first, grid));
  maps.n = static_cast<std::size_t>(maps.bias.isFinite().count());
  return maps;
}

}  // namespace

double Axis::value(std::size_t i) const { return std::lerp(first, last, static_cast<double>(i) / static_cast<double>(n - 1)); }

physics::Tissue Grid::tissue(std::size_t ix, std::size_t iy) const {
  const auto nominal = [](std::string_view key) { return physics::find_quantity(key)->nominal; };
  physics::Tissue tissue;
  tissue.m0_semi_frac = kind == Kind::m0s_t1 ? y.value(iy) : nominal("m0_semi_frac");
  tissue.r1_free_hz = tissue.r1_semi_hz = 1 / x.value(ix);
  tissue.r2_free_hz = 1 / (kind == Kind::t1_t2f ? y.value(iy) : nominal("t2_free_s"));
  tissue.exchange_hz = nominal("exchange_hz");
  tissue.t2_semi_s = nominal("t2_semi_s");
  return tissue;
}

std::vector<Grid> paper_grids(std::size_t n) {
  const auto axis = [&](std::string_view key, double first, double last) {
    return Axis{std::string(key), std::string(physics::find_quantity(key)->unit), first, last, n};
  };
  const Axis t1 = axis("t1_apparent_s", 0.3, 3);
  return {{Grid::Kind::m0s_t1, "m0s_t1", t1, axis("m0_semi_frac", 0, 0.35)},
          {Grid::Kind::t1_t2f, "t1_t2f", t1, axis("t2_free_s", 0.01, 0.3)}};
}

physics::Dataset simulate_grids(const std::vector<Grid>& grids, const physics::Sequence& sequence, const physics::Dataset& like,
                                unsigned threads) {
  physics::Dataset set = like;
  set.tissues = tissues_of(grids);
  const std::size_t n = set.tissues.size(), n_block = (n + block_size - 1) / block_size;
  const physics::Simulator simulator(sequence, physics::TissueDomain::of(set.tissues));
  set.coefficients.resize(like.basis.cols(), static_cast<Eigen::Index>(n));
  set.crb.resize(like.crb.rows(), static_cast<Eigen::Index>(n));
  set.signal_per_m0_crb.emplace(static_cast<Eigen::Index>(n));
  set.provenance = R"({"what": "test set 2: regular grids"})";
  base::Progress progress("simulating grids", n);
  base::for_each_index(n_block, threads, [&](unsigned, std::size_t block) {
    const std::size_t begin = block * block_size, size = std::min(block_size, n - begin);
    const std::span<const physics::Tissue> tissues(&set.tissues[begin], size);
    physics::Signals coefficients, jacobian;
    simulator.simulate_projected(tissues, like.basis, coefficients, jacobian);
    for (std::size_t t = 0; t < size; ++t) {
      const auto source = static_cast<Eigen::Index>(t), target = static_cast<Eigen::Index>(begin + t);
      constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
      set.coefficients.col(target) = coefficients.col(source);
      const auto bounds = bounds_of(tissues[t], coefficients.col(source),
                                    jacobian.middleCols(source * n_parameter, n_parameter), like.unknowns);
      set.crb.col(target) = bounds.crb;
      (*set.signal_per_m0_crb)[target] = bounds.signal_per_m0_crb;
    }
    progress.advance(size);
  });
  return set;
}

physics::Dataset cached_grids(const std::string& cache, const std::vector<Grid>& grids, const physics::Sequence* sequence,
                              const physics::Dataset& like, unsigned threads) {
  const bool is_there = !cache.empty() && std::filesystem::exists(cache), is_bad = is_there && is_damaged(cache);
  if (is_there && !is_bad) {
    physics::Dataset set = physics::read_dataset({cache});
    expect_cached(cache, set, like, tissues_of(grids));
    set.snr_min = like.snr_min;
    set.snr_max = like.snr_max;
    return set;
  }
  if (is_bad && sequence == nullptr)
    throw base::InputError(cache, "grids as they were written", "a damaged file; --sequence makes them again");
  if (sequence == nullptr) throw base::UsageError("--grid-cache " + cache + " does not exist yet: give --sequence to make it");
  if (is_bad) base::Warnings("crbrt-eval").add(cache + ": it is damaged, and made again");
  physics::Dataset set = simulate_grids(grids, *sequence, like, threads);
  if (!cache.empty()) write_cache(cache, set);
  return set;
}

std::vector<GridResult> measure_grids(const Program& program, const std::vector<Grid>& grids, const physics::Dataset& set,
                                      const Options& options, const std::string& model_path) {
  const Targets targets = targets_of(program, set, set.size(), model_path);
  Runners runners = make_runners(program, options.isa, options.threads);
  base::Progress progress("evaluating grids", set.size());
  const Realisations r =
      realise(runners, set, targets, options.detail_snr, options.realisations, options.seed, [&] { progress.advance(1); });
  std::vector<GridResult> results;
  std::size_t first = 0;
  for (const Grid& grid : grids) {
    results.push_back({grid, {}});
    for (std::size_t j = 0; j < targets.n_output(); ++j)
      results.back().outputs.push_back(maps_of(r, targets, static_cast<Eigen::Index>(j), first, grid));
    first += grid.size();
  }
  return results;
}

}  // namespace crbrt::evaluation
