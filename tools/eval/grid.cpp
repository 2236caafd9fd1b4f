// Blocks of fingerprints, so that the simulator's lanes are full, on several threads.
#include "tools/eval/grid.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>

#include "base/error.h"
#include "base/progress.h"
#include "physics/crb.h"
#include "physics/simulator.h"
#include "tools/eval/parallel.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t block_size = 64;

std::vector<physics::Tissue> tissues_of(const std::vector<Grid>& grids) {
  std::vector<physics::Tissue> tissues;
  for (const Grid& grid : grids)
    for (std::size_t iy = 0; iy < grid.y.n; ++iy)
      for (std::size_t ix = 0; ix < grid.x.n; ++ix) tissues.push_back(grid.tissue(ix, iy));
  return tissues;
}

physics::TissueBounds bounds_of(const physics::Tissue& tissue, const Eigen::Ref<const Eigen::VectorXcd>& c,
                                const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, physics::T1Model model) {
  const physics::Bounds all = physics::cramer_rao_bound(c, jacobian, model);
  const bool t2_above_t1 = tissue.r2_free_hz < tissue.r1_free_hz;
  const bool usable = c.norm() >= physics::min_signal_norm && all.condition <= physics::max_condition && !t2_above_t1;
  if (usable) return all;
  return {.crb = Eigen::VectorXd::Constant(all.crb.size(), std::numeric_limits<double>::infinity())};
}

void expect_cached(const std::string& path, const physics::Dataset& found, const physics::Dataset& like,
                   const std::vector<physics::Tissue>& tissues) {
  if (found.sequence_sha256 != like.sequence_sha256)
    throw base::InputError(path, "grids of the sequence " + like.sequence_sha256, found.sequence_sha256);
  if (found.basis_sha256 != like.basis_sha256)
    throw base::InputError(path, "grids on the basis " + like.basis_sha256, found.basis_sha256);
  const bool same =
      found.t1_model == like.t1_model && std::equal(tissues.begin(), tissues.end(), found.tissues.begin(), found.tissues.end(),
                                                    [](const auto& a, const auto& b) { return a.values() == b.values(); });
  if (!same) throw base::InputError(path, "the grids that this version simulates", "other tissues; remove the file");
}

}  // namespace

double Axis::value(std::size_t i) const { return std::lerp(first, last, static_cast<double>(i) / static_cast<double>(n - 1)); }

physics::Tissue Grid::tissue(std::size_t ix, std::size_t iy) const {
  physics::Tissue tissue;
  tissue.m0_semi_frac = kind == Kind::m0s_t1 ? y.value(iy) : 0.12;
  tissue.r1_free_hz = tissue.r1_semi_hz = 1 / x.value(ix);
  tissue.r2_free_hz = 1 / (kind == Kind::t1_t2f ? y.value(iy) : 0.1);
  tissue.exchange_hz = 44;
  tissue.t2_semi_s = 10e-6;
  return tissue;
}

std::vector<Grid> paper_grids(std::size_t n) {
  const Axis t1{"t1_apparent_s", "s", 0.3, 3, n};
  return {{Grid::Kind::m0s_t1, "m0s_t1", t1, {"m0_semi_frac", "1", 0, 0.35, n}},
          {Grid::Kind::t1_t2f, "t1_t2f", t1, {"t2_free_s", "s", 0.01, 0.3, n}}};
}

physics::Dataset simulate_grids(const std::vector<Grid>& grids, const physics::Sequence& sequence, const physics::Dataset& like,
                                unsigned threads) {
  physics::Dataset set = like;
  set.tissues = tissues_of(grids);
  const std::size_t n = set.size(), n_block = (n + block_size - 1) / block_size;
  const physics::Simulator simulator(sequence, physics::TissueDomain::of(set.tissues));
  set.coefficients.resize(like.basis.cols(), static_cast<Eigen::Index>(n));
  set.crb.resize(like.crb.rows(), static_cast<Eigen::Index>(n));
  set.signal_per_m0_crb.emplace(static_cast<Eigen::Index>(n));
  set.provenance = R"({"what": "test set 2: regular grids"})";
  base::Progress progress("simulating grids", n);
  for_each_index(n_block, threads, [&](unsigned, std::size_t block) {
    const std::size_t begin = block * block_size, size = std::min(block_size, n - begin);
    const std::span<const physics::Tissue> tissues(&set.tissues[begin], size);
    physics::Signals coefficients, jacobian;
    simulator.simulate_projected(tissues, like.basis, coefficients, jacobian);
    for (std::size_t t = 0; t < size; ++t) {
      const auto source = static_cast<Eigen::Index>(t), target = static_cast<Eigen::Index>(begin + t);
      constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
      set.coefficients.col(target) = coefficients.col(source);
      const auto bounds = bounds_of(tissues[t], coefficients.col(source),
                                    jacobian.middleCols(source * n_parameter, n_parameter), like.t1_model);
      set.crb.col(target) = bounds.crb;
      (*set.signal_per_m0_crb)[target] = bounds.signal_per_m0_crb;
    }
    progress.advance(size);
  });
  return set;
}

physics::Dataset cached_grids(const std::string& cache, const std::vector<Grid>& grids, const physics::Sequence* sequence,
                              const physics::Dataset& like, unsigned threads) {
  if (!cache.empty() && std::filesystem::exists(cache)) {
    physics::Dataset set = physics::read_dataset({cache});
    expect_cached(cache, set, like, tissues_of(grids));
    set.snr_min = like.snr_min;
    set.snr_max = like.snr_max;
    return set;
  }
  if (sequence == nullptr) throw base::UsageError("--grid-cache " + cache + " does not exist yet: give --sequence to make it");
  physics::Dataset set = simulate_grids(grids, *sequence, like, threads);
  if (!cache.empty()) physics::write_dataset(cache, set);
  return set;
}

}  // namespace crbrt::evaluation
