// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/forward_network.h"

#include <cmath>
#include <numbers>
#include <random>

#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr double u = 0x1p-24;  // half a unit in the last place of a float
constexpr double period = 1800;
constexpr std::size_t n_latent = 5, n_coeff = 3, n_interval = 40;

/// The cubic B-spline of knots 0, 1, 2, 3, 4 by truncated powers, and its derivative.
double spline(double x, bool is_slope) {
  constexpr double binomial[] = {1, -4, 6, -4, 1};
  double sum = 0;
  for (int k = 0; k <= 4; ++k)
    if (x > k) sum += binomial[k] * (is_slope ? std::pow(x - k, 2) / 2 : std::pow(x - k, 3) / 6);
  return sum;
}

/// Of root_silu, whose slope is at most 1.1 and whose second derivative at most 1: value x / 2 (1 + s) of four roundings, whose
/// errors are at most 6 u |x| together; slope of five, at most 8 u.
std::vector<Rounded> activated(const std::vector<Rounded>& in) {
  std::vector<Rounded> out;
  for (const Rounded& x : in) {
    const double s = x.value / std::sqrt(x.value * x.value + 1), slope = (1 + s * (2 - s * s)) / 2;
    Rounded y{x.value / 2 * (1 + s), 1.11 * x.value_error + 6 * u * std::abs(x.value), {}, {}};
    for (std::size_t i = 0; i < y.slope.size(); ++i) {
      y.slope[i] = slope * x.slope[i];
      y.slope_error[i] = 1.11 * x.slope_error[i] + std::abs(x.slope[i]) * (x.value_error + 8 * u);
    }
    out.push_back(y);
  }
  return out;
}

}  // namespace

ForwardNetwork::ForwardNetwork(PhaseKind kind, std::uint32_t seed)
    : inputs_{{"a", 0.01, 0.3}, {"b", 0.2, 4}, {"omega", -period / 2, period / 2}, {"c", 5e-6, 2e-5}},
      zeros_(64, 0.0f),
      kind_(kind),
      table_(normal_values((n_interval + 3) * n_latent * padded_parts(n_coeff), seed + 40)) {
  using F = ForwardFunction;
  const double angle = 2 * std::numbers::pi / period;
  features_ = {{F::identity, 1, {0}, 1, 0, 0.1f, 10},       {F::saturation, 1, {1}, 1, 2.5, 0.3f, 3.5f},
               {F::saturation, 2, {0, 1}, 3, 0.1, 0.4f, 3}, {F::identity, 4, {0, 1, 1, 3}, 1e5, 0, 0.2f, 1},
               {F::identity, 1, {3}, 1e5, 0, 1.2f, 2},      {F::cosine, 1, {2}, angle, 0, 0, 1.4f},
               {F::sine, 1, {2}, angle, 0, 0, 1.4f},        {F::cosine, 1, {2}, 3 * angle, 0, 0, 1.4f}};
  const bool has_table = kind == PhaseKind::table;
  if (has_table) features_.resize(5);
  layers_.reserve(4);
  add_layer(21, 0, 1, -1, seed);
  add_layer(9, 2, 0, -1, seed + 10);
  add_layer(21, 2, 0, 1, seed + 20);
  add_layer(has_table ? n_latent : 2 * n_coeff, 2, 0, -1, seed + 30);
  slot_width_ = {23, 23, 23};
  program_.version = forward_program_version;
  program_.name = "made_up";
  program_.model_sha256 = "";
  program_.n_coeff = 3;
  program_.n_input = 4;
  program_.n_feature = static_cast<std::uint32_t>(features_.size());
  program_.n_op = static_cast<std::uint32_t>(ops_.size());
  program_.n_slot = 3;
  program_.inputs = inputs_.data();
  program_.features = features_.data();
  program_.ops = ops_.data();
  program_.slot_width = slot_width_.data();
  program_.periodic_input = 2;
  program_.period = period;
  program_.is_mirrored = kind == PhaseKind::whole ? 0 : 1;
  if (!has_table) return;
  program_.is_antiperiodic = 1;
  program_.table_intervals = n_interval;
  program_.table = table_.data();
}

/// A dense operation and, but for the last, the activation from its slot to slot 2.
void ForwardNetwork::add_layer(std::uint32_t n_out, std::uint32_t in_slot, std::uint32_t out_slot, std::int32_t add_slot,
                               std::uint32_t seed) {
  const auto n_in = layers_.empty() ? static_cast<std::uint32_t>(features_.size()) : layers_.back().n_out;
  layers_.push_back({n_in, n_out, normal_values(n_out * n_in, seed), normal_values(n_out, seed + 1), {}});
  Layer& layer = layers_.back();
  for (float& w : layer.weights) w *= std::sqrt(2 / static_cast<float>(n_in));
  layer.packed.assign(layout::packed_size(n_in + 1, n_out), 0.0f);
  for (std::size_t j = 0; j < n_out; ++j)
    for (std::size_t k = 0; k <= n_in; ++k)
      layer.packed[layout::packed_index(n_in + 1, n_out, j, k)] = k == 0 ? layer.bias[j] : layer.weights[j * n_in + k - 1];
  Op op{};
  op.kind = OpKind::dense;
  op.n_in = n_in + 1;
  op.n_out = n_out;
  op.in_slot = in_slot;
  op.out_slot = out_slot;
  op.add_slot = add_slot;
  op.weights = layer.packed.data();
  op.bias = zeros_.data();
  ops_.push_back(op);
  if (layers_.size() == 4) return;
  op = {};
  op.kind = OpKind::root_silu;
  op.n_in = op.n_out = n_out;
  op.in_slot = out_slot;
  op.out_slot = 2;
  op.add_slot = -1;
  ops_.push_back(op);
}

std::vector<double> ForwardNetwork::tissues(std::size_t n, std::uint32_t seed) const {
  std::mt19937 random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i)
    for (const ForwardInput& input : inputs_)
      values.push_back(std::uniform_real_distribution<double>(input.minimum, input.maximum)(random));
  return values;
}

std::vector<Rounded> ForwardNetwork::exact_features(const double* tissue) const {
  double x[4] = {tissue[0], tissue[1], tissue[2] - period * std::round(tissue[2] / period), tissue[3]};
  if (kind_ != PhaseKind::whole) x[2] = std::abs(x[2]);
  std::vector<Rounded> result;
  for (const ForwardFeature& f : features_) {
    const auto value = [&](const double* at) {
      double product = f.factor;
      for (std::size_t i = 0; i < f.n_factor; ++i) product *= at[f.inputs[i]];
      switch (f.function) {
        case ForwardFunction::identity: return product;
        case ForwardFunction::saturation: return product / (product + f.offset);
        case ForwardFunction::cosine: return std::cos(product);
        case ForwardFunction::sine: break;
      }
      return std::sin(product);
    };
    Rounded feature{(value(x) - f.mean) * f.inverse_std, 0, {}, {}};
    feature.value_error = u * std::abs(feature.value);
    for (std::size_t i = 0; i < 4; ++i) {
      // Fourth order: off by h^4 of the fifth derivative, about 1e-13 relative at a step of 1e-3 of the input's size.
      const double h = 1e-3 * (i == 2 ? period / 20 : x[i]);
      const auto moved = [&](double by) {
        double at[4] = {x[0], x[1], x[2], x[3]};
        at[i] += by;
        return value(at);
      };
      feature.slope[i] = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h) * f.inverse_std;
      feature.slope_error[i] = 2 * u * std::abs(feature.slope[i]);
    }
    result.push_back(feature);
  }
  return result;
}

/// A sum of n products is off by at most (n + 1) u times the sum of their magnitudes, whether products round or not.
std::vector<Rounded> ForwardNetwork::dense(const Layer& layer, const std::vector<Rounded>& in,
                                           const std::vector<Rounded>* add) const {
  const double grow = (layer.n_in + 3) * u;
  std::vector<Rounded> out;
  for (std::size_t j = 0; j < layer.n_out; ++j) {
    Rounded y{layer.bias[j], std::abs(layer.bias[j]) * grow, {}, {}};
    const auto include = [&](double w, const Rounded& x) {
      y.value += w * x.value;
      y.value_error += std::abs(w) * (x.value_error + grow * std::abs(x.value));
      for (std::size_t i = 0; i < y.slope.size(); ++i) {
        y.slope[i] += w * x.slope[i];
        y.slope_error[i] += std::abs(w) * (x.slope_error[i] + grow * std::abs(x.slope[i]));
      }
    };
    for (std::size_t k = 0; k < layer.n_in; ++k) include(layer.weights[j * layer.n_in + k], in[k]);
    if (add != nullptr) include(1, (*add)[j]);
    out.push_back(y);
  }
  return out;
}

/// Four factors of at most 2/3 (of their derivatives 2/3 an interval) round, and so do four products and n_latent sums of
/// products.
std::vector<Rounded> ForwardNetwork::contracted(const std::vector<Rounded>& latent, double omega0) const {
  const double per_interval = 2.0 * n_interval / period, at = omega0 * per_interval, grow = (n_latent + 8) * u;
  const std::size_t n_part = padded_parts(n_coeff);
  std::vector<Rounded> parts(2 * n_coeff);
  for (std::size_t r = 0; r < n_latent; ++r)
    for (std::size_t j = 0; j < 2 * n_coeff; ++j) {
      double w = 0, slope = 0, size = 0, slope_size = 0;
      for (std::size_t i = 0; i < n_interval + 3; ++i) {
        const double point = table_.data()[(i * n_latent + r) * n_part + j], x = at + 3 - static_cast<double>(i);
        if (x <= 0 || x >= 4) continue;
        w += spline(x, false) * point;
        slope += spline(x, true) * point * per_interval;
        size += 2.0 / 3 * std::abs(point);
        slope_size += 2.0 / 3 * std::abs(point) * per_interval;
      }
      Rounded& part = parts[j];
      const Rounded& g = latent[r];
      part.value += w * g.value;
      part.value_error += std::abs(w) * g.value_error + grow * size * std::abs(g.value);
      for (std::size_t k = 0; k < 4; ++k) {
        part.slope[k] += w * g.slope[k] + (k == 2 ? slope * g.value : 0);
        part.slope_error[k] += std::abs(w) * g.slope_error[k] + grow * size * std::abs(g.slope[k]);
        if (k == 2) part.slope_error[k] += std::abs(slope) * g.value_error + 2 * grow * slope_size * std::abs(g.value);
      }
    }
  return parts;
}

std::vector<Rounded> ForwardNetwork::exact(const double* tissue) const {
  const std::vector<Rounded> first = dense(layers_[0], exact_features(tissue), nullptr),
                             second = dense(layers_[1], activated(first), nullptr),
                             third = dense(layers_[2], activated(second), &first);
  std::vector<Rounded> last = dense(layers_[3], activated(third), nullptr);
  const double folded = tissue[2] - period * std::round(tissue[2] / period);
  if (kind_ == PhaseKind::table) last = contracted(last, std::abs(folded));
  if (program_.is_mirrored == 0 || folded >= 0) return last;
  for (std::size_t j = 0; j < last.size(); ++j) {
    const bool is_imaginary = j >= 3;
    if (is_imaginary) last[j].value = -last[j].value;
    for (std::size_t i = 0; i < 4; ++i)
      if (is_imaginary != (i == 2)) last[j].slope[i] = -last[j].slope[i];
  }
  return last;
}

}  // namespace crbrt::tests
