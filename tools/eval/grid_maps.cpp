// A grid is a data set like any other; here its columns become rows and columns of maps again.
#include "tools/eval/grid_maps.h"

#include <cmath>

#include "base/progress.h"
#include "tools/eval/realise.h"
#include "tools/eval/targets.h"

namespace crbrt::evaluation {
namespace {

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

GridMaps maps_of(const Realisations& r, const physics::Estimand& estimand, Eigen::Index j, std::size_t first,
                 const Grid& grid) {
  GridMaps maps{.output = estimand.name(),
                .unit = estimand.unit(),
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
      results.back().outputs.push_back(maps_of(r, targets.estimands[j], static_cast<Eigen::Index>(j), first, grid));
    first += grid.size();
  }
  return results;
}

}  // namespace crbrt::evaluation
