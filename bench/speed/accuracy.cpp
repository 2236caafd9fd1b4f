// The bound is that of tools/model/rounding_bound.h: every order of summation, fused or not, stays within it, preprocessing
// included. It holds for each engine against the exact estimate; tolerance() is for two float runs and only more generous.
#include "bench/speed/accuracy.h"

#include <algorithm>
#include <cmath>

#include "base/model_file.h"
#include "bench/peers/plain_network.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::bench {
namespace {

constexpr std::size_t n_checked = 24;

double standard_deviation(const std::vector<double>& values, std::size_t first, std::size_t step) {
  double sum = 0, squares = 0, n = 0;
  for (std::size_t i = first; i < values.size(); i += step) sum += values[i], n += 1;
  for (std::size_t i = first; i < values.size(); i += step) squares += (values[i] - sum / n) * (values[i] - sum / n);
  return std::sqrt(squares / n);
}

}  // namespace

Truth::Truth(const std::filesystem::path& task_folder) {
  const Network network = folded(base::load_network((task_folder / "model.crbm").string()).network);
  const std::vector<float> coefficients = read_numbers(task_folder / "coefficients.f32");
  const std::size_t width = network.width(0);
  for (std::size_t v = 0; v < std::min(n_checked, coefficients.size() / width); ++v) {
    const tools::ExactRun exact = tools::run_exactly(network, {coefficients.data() + v * width, width});
    estimates_.insert(estimates_.end(), exact.estimates.begin(), exact.estimates.end());
    for (const double bound : exact.bound) bound_.push_back(tools::tolerance(bound));
  }
  const std::size_t n = network.outputs.size();
  for (std::size_t o = 0; o < n; ++o) spread_.push_back(standard_deviation(estimates_, o, n));
}

Truth::Difference Truth::difference(const std::vector<float>& estimates) const {
  Difference result;
  const std::size_t n = std::min(estimates.size(), estimates_.size());
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double difference = std::abs(estimates[i] - estimates_[i]), relative = difference / spread_[i % n_output()];
    // NaN counts as infinitely wrong.
    result.max = std::isfinite(relative) ? std::max(result.max, relative) : INFINITY;
    result.of_bound = std::isfinite(difference) ? std::max(result.of_bound, difference / bound_[i]) : INFINITY;
    squares += relative * relative;
  }
  result.rms = std::sqrt(squares / static_cast<double>(n));
  result.n_voxel = n / n_output();
  return result;
}

}  // namespace crbrt::bench
