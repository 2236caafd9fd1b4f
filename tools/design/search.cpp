// SPDX-License-Identifier: Apache-2.0
// Every coefficient runs over its interval through a logistic function, so that the search itself is unconstrained.
#include "tools/design/search.h"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/json_reader.h"
#include "base/read_file.h"
#include "base/sealed_file.h"

namespace crbrt::design {
namespace {

constexpr std::string_view seal_label = "state of a crbrt-design search";

/// value = minimum + (maximum - minimum) / (1 + exp(-x))
struct Interval {
  double minimum, maximum;
  double fraction(double x) const { return 1 / (1 + std::exp(-x)); }
  double value(double x) const { return minimum + (maximum - minimum) * fraction(x); }
  double slope(double x) const { return (maximum - minimum) * fraction(x) * (1 - fraction(x)); }
  /// Kept off the ends, where the logistic function is flat and a search would never leave.
  double position(double value) const {
    const double share = std::clamp((value - minimum) / (maximum - minimum), 0.02, 0.98);
    return std::log(share / (1 - share));
  }
};

Interval alpha_interval(const Limits& limits) { return {0, limits.alpha_max_rad}; }
Interval log_trf_interval(const Limits& limits) { return {std::log(limits.trf_min_s), std::log(limits.trf_max_s)}; }

Shape shape_at(const Problem& problem, const double* x) {
  Shape shape{problem.name, problem.tr_s, problem.n_pulse, std::vector<double>(problem.n_alpha),
              std::vector<double>(problem.n_trf)};
  for (double& alpha : shape.alpha_rad) alpha = alpha_interval(problem.limits).value(*x++);
  for (double& trf : shape.trf_s) trf = std::exp(log_trf_interval(problem.limits).value(*x++));
  return shape;
}

/// The logarithm of the cost: bounds span orders of magnitude on the way.
class LogCost final : public ceres::FirstOrderFunction {
 public:
  LogCost(const Problem& problem, const TrainCost& cost, Eigen::MatrixXd basis)
      : problem_(problem), cost_(cost), basis_(std::move(basis)) {}

  int NumParameters() const override { return static_cast<int>(problem_.n_alpha + problem_.n_trf); }

  bool Evaluate(const double* x, double* value, double* gradient) const override {
    const Shape shape = shape_at(problem_, x);
    const TrainResult result =
        cost_.evaluate(expand(shape, problem_.limits, Durations::continuous), basis_, gradient != nullptr);
    *value = std::log(result.cost);
    if (!std::isfinite(*value)) return false;
    if (gradient == nullptr) return true;
    const ShapeSlopes slopes = slopes_of_shape(shape, problem_.limits, result.slopes);
    for (double slope : slopes.alpha_rad) *gradient++ = slope / result.cost * alpha_interval(problem_.limits).slope(*x++);
    for (double slope : slopes.log_trf) *gradient++ = slope / result.cost * log_trf_interval(problem_.limits).slope(*x++);
    return true;
  }

 private:
  const Problem& problem_;
  const TrainCost& cost_;
  Eigen::MatrixXd basis_;
};

class Advance final : public ceres::IterationCallback {
 public:
  explicit Advance(const std::function<void(double)>& advance) : advance_(advance) {}
  ceres::CallbackReturnType operator()(const ceres::IterationSummary& summary) override {
    if (summary.iteration > 0) advance_(std::exp(summary.cost));
    return ceres::SOLVER_CONTINUE;
  }

 private:
  const std::function<void(double)>& advance_;
};

}  // namespace

SearchState start_of(const Problem& problem, const std::string& problem_text, const Shape& shape) {
  SearchState state{problem_text, 0, {}, {}};
  for (double alpha : shape.alpha_rad) state.positions.push_back(alpha_interval(problem.limits).position(alpha));
  for (double trf : shape.trf_s) state.positions.push_back(log_trf_interval(problem.limits).position(std::log(trf)));
  return state;
}

Shape shape_of(const Problem& problem, const SearchState& state) { return shape_at(problem, state.positions.data()); }

void run_round(const Problem& problem, const TrainCost& cost, int n_iteration, const std::function<void(double)>& advance,
               SearchState& state) {
  const Compression& c = problem.compression;
  Eigen::MatrixXd basis;
  if (c.share > 0)
    basis = cost.basis_of(expand(shape_of(problem, state), problem.limits, Durations::continuous), c.kind, c.n_draw);
  const ceres::GradientProblem gradient_problem(new LogCost(problem, cost, std::move(basis)));
  Advance callback(advance);
  ceres::GradientProblemSolver::Options options;
  options.max_num_iterations = n_iteration;
  options.max_lbfgs_rank = 30;
  options.function_tolerance = 1e-7;
  options.logging_type = ceres::SILENT;
  options.callbacks = {&callback};
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, gradient_problem, state.positions.data(), &summary);
  ++state.n_round;
  state.costs.push_back(std::exp(summary.final_cost));
}

void write_state(const std::string& path, const SearchState& state) {
  const base::Json json{
      {"problem", state.problem}, {"rounds", state.n_round}, {"positions", state.positions}, {"costs", state.costs}};
  base::AtomicFile file(path);
  base::write_text(file.temporary(), json.dump(1) + "\n", path);
  base::seal(file.temporary(), seal_label, path);
  file.commit();
}

std::optional<SearchState> read_state(const std::string& path, const std::string& problem_text) {
  const std::optional<std::string> text =
      base::has_seal(path) ? base::sealed_bytes(path, seal_label) : base::read_file(path, "the state of a search");
  if (!text) return std::nullopt;
  const auto json = base::JsonReader::from_text(*text, path);
  json.expect_only({"problem", "rounds", "positions", "costs"});
  SearchState state{json.at("problem").text(), static_cast<int>(json.at("rounds").number()), json.at("positions").numbers(),
                    json.at("costs").numbers()};
  if (state.problem != problem_text)
    throw base::InputError(path, "the state of a search for this problem (remove it to start anew)", "that of another");
  return state;
}

}  // namespace crbrt::design
