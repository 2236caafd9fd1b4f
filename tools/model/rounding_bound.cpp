// SPDX-License-Identifier: Apache-2.0
/// Forward in double with a bound on every rounding, then backward for the derivatives; see rounding_bound.h.
#include "tools/model/rounding_bound.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace crbrt::model {
namespace {

constexpr double u = 0x1p-24;
constexpr double lambda = 8;

/// A value of the network and what is known of the step that wrote it.
struct Step {
  std::vector<double> value;   ///< after ReLU
  std::vector<double> error;   ///< rounding committed in this step
  std::size_t block = 1;       ///< so many neighbouring values share roundings
  std::vector<double> factor;  ///< derivative through ReLU or activation
};

/// Mean and 1 / sqrt(variance + epsilon) of one group.
struct GroupMoments {
  double mean, variance, inverse_std;
};

GroupMoments moments(std::span<const double> x, double epsilon) {
  const double n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  return {mean, squares / n, 1 / std::sqrt(squares / n + epsilon)};
}

/// The l2 norm and the phase carry relative errors of (n_coeff + 4) u and 4 u; two products, a sum, mean and scale follow.
Step preprocess(const Network& p, std::span<const float> c) {
  const std::size_t n = p.n_coeff;
  const std::vector<float> inverse = inverse_std(p);
  double norm = 1, phase_re = 1, phase_im = 0;
  if (p.l2_normalize) {
    norm = 0;
    for (const float x : c) norm += double{x} * x;
    norm = std::sqrt(norm);
  }
  if (p.phase_reference >= 0) {
    const auto r = static_cast<std::size_t>(p.phase_reference);
    const double modulus = std::hypot(double{c[r]}, double{c[n + r]});
    if (modulus > 0) phase_re = c[r] / modulus, phase_im = -c[n + r] / modulus;
  }
  const auto turned_imag = [&](std::size_t k) { return double{c[n + k]} * phase_re + double{c[k]} * phase_im; };
  const bool conjugates = p.conjugate_reference >= 0 && turned_imag(static_cast<std::size_t>(p.conjugate_reference)) < 0;
  Step step;
  for (std::size_t i = 0; i < 2 * n; ++i) {
    const double re = c[i % n], im = c[n + i % n];
    const double sign = conjugates && i >= n ? -1 : 1;
    const double a = sign * (i < n ? re * phase_re : re * phase_im) / norm;
    const double b = sign * (i < n ? -im * phase_im : im * phase_re) / norm;
    const double centred = a + b - p.feature_mean[i], scale = inverse[i];
    step.value.push_back(centred * scale);
    step.error.push_back(scale * u * (static_cast<double>(n + 12) * (std::abs(a) + std::abs(b)) + 3 * std::abs(centred)));
  }
  step.factor.assign(2 * n, 1);
  step.block = 2 * n;
  return step;
}

/// n_in + 1 sums of at most `magnitude`, and products that are magnitude together: sqrt(n_in + 2) u magnitude.
void apply_dense(const Operation& op, const std::vector<double>& in, const std::vector<double>* add, Step& out) {
  for (std::size_t j = 0; j < op.n_out; ++j) {
    double sum = op.bias[j], magnitude = std::abs(sum);
    const float* const row = &op.weights[j * op.n_in];
    for (std::size_t k = 0; k < op.n_in; ++k) {
      const double product = double{row[k]} * in[k];
      sum += product;
      magnitude += std::abs(product);
    }
    if (add != nullptr) sum += (*add)[j], magnitude += std::abs((*add)[j]);
    out.value.push_back(sum);
    out.error.push_back(std::sqrt(op.n_in + 2.0) * u * magnitude);
  }
}

/// Worst case, because a group's roundings are shared. With m features a group: the mean is off by delta = (m + 2) u (mean |x|
/// + max |d|) or less, and so is d = x - mean. The variance is off by (m + 2) u v + 2 delta sqrt(v), which makes 1 / std off by
/// (m + 2) u / 2 + delta / std + 3 u, relative.
void apply_group_norm(const Operation& op, const std::vector<double>& in, Step& out) {
  const std::size_t m = op.n_in / op.n_group;
  out.block = m;
  for (std::size_t first = 0; first < op.n_in; first += m) {
    const std::span<const double> x(&in[first], m);
    const GroupMoments g = moments(x, op.epsilon);
    double magnitude = 0, farthest = 0;
    for (const double value : x) {
      magnitude += std::abs(value) / static_cast<double>(m);
      farthest = std::max(farthest, std::abs(value - g.mean));
    }
    const double terms = static_cast<double>(m + 2) * u;
    const double delta = terms * (magnitude + farthest);
    const double relative = terms / 2 + delta * g.inverse_std + 3 * u;
    for (std::size_t i = 0; i < m; ++i) {
      const double gamma = op.weights[first + i], beta = op.bias[first + i], d = (x[i] - g.mean) * g.inverse_std;
      out.value.push_back(gamma * d + beta);
      out.error.push_back(std::abs(gamma) * (delta * g.inverse_std + std::abs(d) * relative) +
                          3 * u * (std::abs(gamma * d) + std::abs(beta)));
    }
  }
}

void apply_affine(const Operation& op, const std::vector<double>& in, Step& out) {
  for (std::size_t j = 0; j < op.n_in; ++j) {
    out.value.push_back(double{op.weights[j]} * in[j] + op.bias[j]);
    out.error.push_back(2 * u * (std::abs(op.weights[j] * in[j]) + std::abs(double{op.bias[j]})));
  }
}

/// A product rounds, unless it is by 0 or 1.
void apply_activation(const Operation& op, const std::vector<double>& in, Step& out) {
  for (std::size_t j = 0; j < op.n_in; ++j) {
    const double slope = activation_slope(op, j, in[j]);
    out.value.push_back(activated(op, j, in[j]));
    out.error.push_back(slope == 0 || slope == 1 ? 0 : u * std::abs(out.value[j]));
    out.factor.push_back(slope);
  }
}

void apply_relu(Step& step) {
  for (std::size_t j = 0; j < step.value.size(); ++j) {
    step.factor[j] = step.value[j] > 0 ? 1 : 0;
    step.value[j] = std::max(step.value[j], 0.0);
  }
}

std::vector<Step> forward(const Network& network, std::span<const float> coefficients) {
  std::vector<Step> steps{preprocess(network, coefficients)};
  for (const Operation& op : network.operations) {
    Step step;
    const std::vector<double>& in = steps[op.in].value;
    if (op.kind == OperationKind::dense)
      apply_dense(op, in, op.add == Operation::none ? nullptr : &steps[op.add].value, step);
    else if (op.kind == OperationKind::group_norm)
      apply_group_norm(op, in, step);
    else if (is_activation(op.kind))
      apply_activation(op, in, step);
    else
      apply_affine(op, in, step);
    if (step.factor.empty()) step.factor.assign(step.value.size(), 1);
    if (op.relu) apply_relu(step);
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Adds to `to` the derivative by the op's input, given that by its value before ReLU.
void differentiate(const Operation& op, const std::vector<double>& in, const std::vector<double>& from,
                   std::vector<double>& to) {
  if (op.kind == OperationKind::dense) {
    for (std::size_t j = 0; j < op.n_out; ++j)
      for (std::size_t k = 0; k < op.n_in; ++k) to[k] += double{op.weights[j * op.n_in + k]} * from[j];
  } else if (op.kind == OperationKind::group_norm) {
    const std::size_t m = op.n_in / op.n_group;
    for (std::size_t first = 0; first < op.n_in; first += m) {
      const GroupMoments g = moments({&in[first], m}, op.epsilon);
      double sum = 0, projected = 0;
      for (std::size_t i = first; i < first + m; ++i) {
        sum += op.weights[i] * from[i];
        projected += op.weights[i] * from[i] * (in[i] - g.mean) * g.inverse_std;
      }
      for (std::size_t i = first; i < first + m; ++i)
        to[i] += g.inverse_std *
                 (op.weights[i] * from[i] - (sum + (in[i] - g.mean) * g.inverse_std * projected) / static_cast<double>(m));
    }
  } else {
    for (std::size_t j = 0; j < op.n_in; ++j) to[j] += (op.kind == OperationKind::affine ? op.weights[j] : 1.0) * from[j];
  }
}

/// sum over blocks of (sum within the block of |d| e)^2
double squared_error(const Step& step, const std::vector<double>& derivative) {
  double squares = 0;
  for (std::size_t first = 0; first < step.value.size(); first += step.block) {
    double sum = 0;
    for (std::size_t j = first; j < first + step.block; ++j) sum += std::abs(derivative[j]) * step.error[j];
    squares += sum * sum;
  }
  return squares;
}

double propagated_error(const Network& network, const std::vector<Step>& steps, std::size_t output) {
  std::vector<std::vector<double>> derivative;
  for (const Step& step : steps) derivative.emplace_back(step.value.size(), 0.0);
  derivative.back()[output] = network.outputs[output].scale;
  double squares = 0;
  for (std::size_t s = steps.size(); s-- > 0;) {
    const Step& step = steps[s];
    for (std::size_t j = 0; j < step.value.size(); ++j) derivative[s][j] *= step.factor[j];
    squares += squared_error(step, derivative[s]);
    if (s == 0) break;
    const Operation& op = network.operations[s - 1];
    differentiate(op, steps[op.in].value, derivative[s], derivative[op.in]);
    if (op.add == Operation::none) continue;
    for (std::size_t j = 0; j < step.value.size(); ++j) derivative[op.add][j] += derivative[s][j];
  }
  return lambda * std::sqrt(squares);
}

}  // namespace

ExactRun run_exactly(const Network& folded, std::span<const float> coefficients) {
  const std::vector<Step> steps = forward(folded, coefficients);
  ExactRun run;
  for (std::size_t o = 0; o < folded.outputs.size(); ++o) {
    const NetworkOutput& output = folded.outputs[o];
    const double scaled = steps.back().value[o] * output.scale;
    run.estimates.push_back(scaled + output.offset);
    run.bound.push_back(propagated_error(folded, steps, o) + 2 * u * (std::abs(scaled) + std::abs(double{output.offset})));
  }
  return run;
}

}  // namespace crbrt::model
