/// Drawing, simulating and ranking of starting points.
#include "physics/nlls/start_pool.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace crbrt::physics {
namespace {

constexpr std::size_t batch = 64;  // bounds the memory of a batch, and fills the lanes

Tissue into(const FitRange& range, const Tissue& tissue) { return range.to_tissue(range.to_scaled(tissue).data()); }

}  // namespace

StartPool::StartPool(const Simulator& simulator, const Eigen::MatrixXd& basis, const Prior& prior, const FitRange& range,
                     std::size_t n_draw, std::uint64_t seed)
    : mean_(into(range, mean_tissue(prior.classes.front(), prior.t1_model))) {
  for (const TissueClass& tissue_class : prior.classes)
    tissues_.push_back(into(range, mean_tissue(tissue_class, prior.t1_model)));
  for (std::size_t i = 0; i < n_draw; ++i) tissues_.push_back(into(range, prior.draw(seed, Stream::start, i)));

  directions_.resize(basis.cols(), static_cast<Eigen::Index>(tissues_.size()));
  Signals coefficients;
  for (std::size_t first = 0; first < tissues_.size(); first += batch) {
    const std::size_t n = std::min(batch, tissues_.size() - first);
    simulator.simulate_projected(std::span(tissues_).subspan(first, n), basis, coefficients);
    directions_.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n)) = coefficients;
  }
  directions_.colwise().normalize();  // leaves a column of zeros as it is
}

std::vector<Tissue> StartPool::best(const Eigen::VectorXcd& data, std::size_t n_start) const {
  // ||d||^2 - |c^H d|^2 / ||c||^2 is the residual with M0 eliminated; conj(c)^H d = c^T d is that of -omega0.
  const Eigen::VectorXd match = (directions_.adjoint() * data).cwiseAbs2();
  const Eigen::VectorXd mirrored = (directions_.transpose() * data).cwiseAbs2();
  const auto score = [&](std::size_t i) {
    const auto k = static_cast<Eigen::Index>(i % tissues_.size());
    return i < tissues_.size() ? match[k] : mirrored[k];
  };
  std::vector<std::size_t> order(2 * tissues_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t n_kept = std::min(n_start, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_kept), order.end(),
                    [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  std::vector<Tissue> starts;
  for (std::size_t k = 0; k < n_kept && starts.size() < n_start; ++k) {
    Tissue tissue = tissues_[order[k] % tissues_.size()];
    if (order[k] >= tissues_.size()) tissue.omega0_rad_s = -tissue.omega0_rad_s;
    starts.push_back(tissue);
    if (k == 0 && n_start > 1) {
      Tissue mean = mean_;
      mean.omega0_rad_s = tissue.omega0_rad_s;
      mean.b1_rel = tissue.b1_rel;
      starts.push_back(mean);
    }
  }
  return starts;
}

}  // namespace crbrt::physics
