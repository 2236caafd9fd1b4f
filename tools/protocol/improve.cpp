// Every coefficient runs over its interval through a logistic function, so that the search itself is unconstrained.
#include "tools/protocol/improve.h"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>

#include "physics/counter_random.h"
#include "tools/eval/parallel.h"

namespace crbrt::protocol {
namespace {

/// value = minimum + (maximum - minimum) / (1 + exp(-x))
struct Interval {
  double minimum, maximum;
  double value(double x) const { return minimum + (maximum - minimum) / (1 + std::exp(-x)); }
  /// Kept off the ends, where the logistic function is flat and a search would never leave.
  double position(double value) const {
    const double fraction = std::clamp((value - minimum) / (maximum - minimum), 0.02, 0.98);
    return std::log(fraction / (1 - fraction));
  }
};

class Search final : public ceres::FirstOrderFunction {
 public:
  Search(const Shape& start, const Limits& limits, const BrainPrecision& precision, double time_weight, unsigned threads)
      : start_(start),
        limits_(limits),
        precision_(precision),
        time_weight_(time_weight),
        threads_(threads),
        alpha_{0, limits.alpha_max_rad},
        log_trf_{std::log(limits.trf_min_s), std::log(limits.trf_max_s)} {}

  int NumParameters() const override { return static_cast<int>(start_.alpha_rad.size() + start_.trf_s.size()); }

  std::vector<double> position(const Shape& shape) const {
    std::vector<double> x;
    for (double alpha : shape.alpha_rad) x.push_back(alpha_.position(alpha));
    for (double trf : shape.trf_s) x.push_back(log_trf_.position(std::log(trf)));
    return x;
  }

  Shape shape(const double* x) const {
    Shape shape = start_;
    for (double& alpha : shape.alpha_rad) alpha = alpha_.value(*x++);
    for (double& trf : shape.trf_s) trf = std::exp(log_trf_.value(*x++));
    return shape;
  }

  double cost(const double* x) const { return precision_.cost(expand(shape(x), limits_, Durations::continuous), time_weight_); }

  /// Forward differences: steps of 1e-4 in the logistic positions keep truncation and rounding below 1e-4 of the gradient.
  bool Evaluate(const double* x, double* value, double* gradient) const override {
    const auto n = static_cast<std::size_t>(NumParameters());
    if (gradient == nullptr) {
      *value = cost(x);
      return std::isfinite(*value);
    }
    constexpr double step = 1e-4;
    std::vector<double> costs(n + 1);
    evaluation::for_each_index(n + 1, threads_, [&](unsigned, std::size_t i) {
      std::vector<double> moved(x, x + n);
      if (i < n) moved[i] += step;
      costs[i] = cost(moved.data());
    });
    for (std::size_t i = 0; i < n; ++i) gradient[i] = (costs[i] - costs[n]) / step;
    *value = costs[n];
    return std::isfinite(*value);
  }

 private:
  const Shape& start_;
  const Limits& limits_;
  const BrainPrecision& precision_;
  double time_weight_;
  unsigned threads_;
  Interval alpha_, log_trf_;
};

}  // namespace

Shape random_shape(const Shape& like, const Limits& limits, std::uint64_t seed, std::uint64_t index) {
  physics::CounterRandom random(seed, physics::Stream::start, index);
  const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
  Shape shape = like;
  const double floor_rad = between(0.05, 0.3), last = static_cast<double>(like.alpha_rad.size() - 1);
  for (double& alpha : shape.alpha_rad) alpha = floor_rad;
  const int n_lobe = 3 + static_cast<int>(between(0, 4));
  for (int lobe = 0; lobe < n_lobe; ++lobe) {
    const double centre = random.uniform(), width = between(0.02, 0.12), height = between(0.4, limits.alpha_max_rad);
    for (std::size_t i = 0; i < shape.alpha_rad.size(); ++i) {
      const double distance = (static_cast<double>(i) / last - centre) / width;
      shape.alpha_rad[i] = std::min(limits.alpha_max_rad, shape.alpha_rad[i] + height * std::exp(-distance * distance));
    }
  }
  for (double& trf : shape.trf_s) trf = limits.trf_min_s * std::pow(limits.trf_max_s / limits.trf_min_s, random.uniform());
  return shape;
}

Improvement improve(const Shape& start, const Limits& limits, const BrainPrecision& precision, double time_weight,
                    double max_seconds, unsigned threads) {
  auto* search = new Search(start, limits, precision, time_weight, threads);  // owned by the problem
  const ceres::GradientProblem problem(search);
  std::vector<double> x = search->position(start);
  ceres::GradientProblemSolver::Options options;
  options.max_num_iterations = 10000;
  options.max_solver_time_in_seconds = max_seconds;
  options.function_tolerance = 1e-6;
  options.minimizer_progress_to_stdout = true;
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, problem, x.data(), &summary);
  return {search->shape(x.data()), summary.initial_cost, summary.final_cost, static_cast<int>(summary.iterations.size()) - 1};
}

}  // namespace crbrt::protocol
