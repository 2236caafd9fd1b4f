// SPDX-License-Identifier: Apache-2.0
// What cannot be trained on is dropped and counted here.
#include "trainer/forward/forward_data.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include <Eigen/Cholesky>

#include "base/error.h"
#include "base/sha256.h"
#include "trainer/held_out.h"

namespace crbrt::trainer {
namespace {

constexpr const char* off_resonance = "omega0_rad_s";
constexpr double nearly_all = 0.99;  // of half a period: then a prior that is uniform over the period ends where it ends

using Names = std::vector<std::string>;

std::size_t index_of(const Names& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::size_t expect_unknown(const Names& names, const std::string& name, const std::string& file) {
  const std::size_t index = index_of(names, name);
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  if (index == names.size()) throw base::DisagreementError(file, "the unknown " + name, all);
  return index;
}

/// Everything about the set that no fingerprint changes.
struct Plan {
  const physics::Dataset& dataset;
  const ForwardConfig& config;
  const Names names;
  const std::size_t periodic;  ///< index of the off-resonance, or the number of unknowns
  const bool is_mirrored;
  std::vector<std::size_t> wanted;
  double half_period = 0;
  std::vector<double> spread;  ///< of every unknown over the set

  std::size_t n_part() const { return 2 * static_cast<std::size_t>(dataset.coefficients.rows()); }
};

Plan make_plan(const physics::Dataset& dataset, const ForwardConfig& config, const std::string& file) {
  if (dataset.foreign)
    throw base::DisagreementError(file, "fingerprints of crbrt-simulate --prior", "those of another simulator");
  const Names names = dataset.bound_names();
  if (names.size() > forward_inputs_max)
    throw base::DisagreementError(file, "at most " + std::to_string(forward_inputs_max) + " unknowns",
                                  std::to_string(names.size()));
  const std::size_t periodic = index_of(names, off_resonance);
  const bool has_phase = periodic < names.size(), is_complex = dataset.basis.is_complex();
  if (config.table && !has_phase) throw base::DisagreementError(file, "the unknown omega0_rad_s for a table", "none");
  if (config.table && is_complex) throw base::DisagreementError(file, "a real basis for a table", "a complex one");
  Plan plan{dataset, config, names, periodic, has_phase && !is_complex, {}, std::numbers::pi / dataset.tr_s, {}};
  for (const OutputConfig& output : config.common.outputs) plan.wanted.push_back(expect_unknown(names, output.name, file));
  return plan;
}

/// Unknowns of a fingerprint in the order of the bounds.
std::vector<double> unknowns_of(const Plan& plan, std::size_t i) {
  const auto values = plan.dataset.tissues[i].values();
  std::vector<double> result;
  for (const physics::Parameter parameter : plan.dataset.unknowns.parameters())
    result.push_back(values[static_cast<std::size_t>(parameter)]);
  return result;
}

/// Inputs as features see them (crbrt/format/forward_program.h), and whether the fingerprint is conjugated.
bool fold(const Plan& plan, std::vector<double>& x) {
  if (plan.periodic == plan.names.size()) return false;
  double& omega0 = x[plan.periodic];
  omega0 -= 2 * plan.half_period * std::round(omega0 / (2 * plan.half_period));
  const bool is_conjugated = plan.is_mirrored && omega0 < 0;
  if (is_conjugated) omega0 = -omega0;
  return is_conjugated;
}

/// A feature and its derivative along `t`, a change of the inputs.
struct Sloped {
  double value, slope;
};

Sloped feature_of(const ForwardPart::Feature& feature, const std::vector<double>& x, const std::vector<double>& t) {
  Sloped product{feature.factor, 0};
  for (const std::uint8_t input : feature.inputs)
    product = {product.value * x[input], product.slope * x[input] + product.value * t[input]};
  switch (feature.function) {
    case ForwardFunction::identity: return product;
    case ForwardFunction::saturation: {
      const double sum = product.value + feature.offset;
      return {product.value / sum, product.slope * feature.offset / (sum * sum)};
    }
    case ForwardFunction::cosine: return {std::cos(product.value), -product.slope * std::sin(product.value)};
    case ForwardFunction::sine: break;
  }
  return {std::sin(product.value), product.slope * std::cos(product.value)};
}

void append_parts(const Eigen::VectorXcd& z, bool is_conjugated, double scale, std::vector<float>& to) {
  for (Eigen::Index k = 0; k < z.size(); ++k) to.push_back(static_cast<float>(scale * z[k].real()));
  for (Eigen::Index k = 0; k < z.size(); ++k) to.push_back(static_cast<float>((is_conjugated ? -scale : scale) * z[k].imag()));
}

/// The tissues t_i of the wanted unknowns, one column each; the off-resonance as it is in the set.
Eigen::MatrixXd tangent_tissues(const Plan& plan, const Eigen::VectorXcd& c, const Eigen::MatrixXcd& derivatives,
                                const std::vector<double>& x) {
  const Eigen::MatrixXd columns = physics::real_unknowns(c, derivatives) * forward_snr;
  Eigen::MatrixXd precision = columns.transpose() * columns;
  for (std::size_t p = 0; p < x.size(); ++p) {
    const auto at = static_cast<Eigen::Index>(p + 2);
    const double spread = p == plan.periodic ? plan.spread[p] : std::min(plan.spread[p], 0.6 * std::abs(x[p]));
    precision(at, at) += 1 / (spread * spread);
  }
  // Scaled to a unit diagonal: unknowns differ by ten orders of magnitude.
  const Eigen::VectorXd scale = precision.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd covariance =
      scale.asDiagonal() *
      (scale.asDiagonal() * precision * scale.asDiagonal()).ldlt().solve(Eigen::MatrixXd(scale.asDiagonal()));
  Eigen::MatrixXd tissues(static_cast<Eigen::Index>(x.size()), static_cast<Eigen::Index>(plan.wanted.size()));
  for (std::size_t w = 0; w < plan.wanted.size(); ++w) {
    const auto at = static_cast<Eigen::Index>(plan.wanted[w] + 2);
    tissues.col(static_cast<Eigen::Index>(w)) = covariance.col(at).tail(tissues.rows()) / std::sqrt(covariance(at, at));
  }
  return tissues;
}

/// What one fingerprint adds, before it is known in which order.
struct Row {
  std::vector<double> tissue;
  std::vector<float> features, targets, directions;
  float place = 0;
  std::vector<std::vector<float>> feature_tangents, target_tangents;  ///< [n_wanted]
  std::vector<float> place_tangents;
};

/// Without signal or usable bound: nothing.
std::optional<Row> row_of(const Plan& plan, const ForwardPart& part, std::size_t i) {
  const auto column = static_cast<Eigen::Index>(i);
  const Eigen::VectorXcd c = plan.dataset.coefficients.col(column);
  const auto n_unknown = static_cast<Eigen::Index>(plan.names.size());
  if (!c.allFinite() || c.norm() < physics::min_signal_norm) return std::nullopt;
  const Eigen::MatrixXcd derivatives =
      plan.dataset.jacobian->col(column).cast<std::complex<double>>().reshaped(c.size(), n_unknown);
  const Eigen::MatrixXcd directions = physics::efficient_directions(c, derivatives);
  for (const std::size_t wanted : plan.wanted) {
    const double norm = directions.col(static_cast<Eigen::Index>(wanted)).norm();
    if (!std::isfinite(norm) || !(norm > 0)) return std::nullopt;
  }
  Row row;
  row.tissue = unknowns_of(plan, i);
  std::vector<double> x = row.tissue;
  const bool is_conjugated = fold(plan, x);
  const double per_place = plan.config.table ? static_cast<double>(plan.config.table->intervals) / plan.half_period : 0;
  if (plan.config.table) row.place = static_cast<float>(x[plan.periodic] * per_place);
  append_parts(c, is_conjugated, forward_snr, row.targets);
  for (const std::size_t wanted : plan.wanted)
    append_parts(directions.col(static_cast<Eigen::Index>(wanted)).normalized(), is_conjugated, 1, row.directions);
  for (const ForwardPart::Feature& feature : part.features)
    row.features.push_back(static_cast<float>(feature_of(feature, x, x).value));
  if (plan.config.derivative_weight == 0) return row;
  const Eigen::MatrixXd tissues = tangent_tissues(plan, c, derivatives, row.tissue);
  for (Eigen::Index w = 0; w < tissues.cols(); ++w) {
    std::vector<double> t(tissues.col(w).begin(), tissues.col(w).end());
    append_parts(derivatives * tissues.col(w), is_conjugated, forward_snr, row.target_tangents.emplace_back());
    if (is_conjugated) t[plan.periodic] = -t[plan.periodic];
    row.place_tangents.push_back(plan.config.table ? static_cast<float>(t[plan.periodic] * per_place) : 0.0f);
    row.feature_tangents.emplace_back();
    for (const ForwardPart::Feature& feature : part.features)
      row.feature_tangents.back().push_back(static_cast<float>(feature_of(feature, x, t).slope));
  }
  return row;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Tangents of one wanted unknown lie together: a step reads those of one.
struct Tangents {
  std::vector<std::vector<float>> features, targets, places;  ///< [n_wanted]
};

void append(const Plan& plan, const Row& row, ForwardSamples& samples, Tangents& tangents) {
  append(samples.tissues, row.tissue);
  append(samples.features, row.features);
  append(samples.targets, row.targets);
  append(samples.directions, row.directions);
  if (plan.config.table) samples.place.push_back(row.place);
  for (std::size_t w = 0; w < row.feature_tangents.size(); ++w) {
    append(tangents.features[w], row.feature_tangents[w]);
    append(tangents.targets[w], row.target_tangents[w]);
    tangents.places[w].push_back(row.place_tangents[w]);
  }
  ++samples.n;
}

void join(const Tangents& tangents, ForwardSamples& samples) {
  for (std::size_t w = 0; w < tangents.features.size(); ++w) {
    append(samples.feature_tangents, tangents.features[w]);
    append(samples.target_tangents, tangents.targets[w]);
    append(samples.place_tangents, tangents.places[w]);
  }
}

/// Standard deviation of every unknown over the set.
std::vector<double> spreads_of(const Plan& plan) {
  const std::size_t n = plan.dataset.size(), n_unknown = plan.names.size();
  std::vector<double> sum(n_unknown, 0.0), squares(n_unknown, 0.0), spread;
  for (std::size_t i = 0; i < n; ++i) {
    const std::vector<double> x = unknowns_of(plan, i);
    for (std::size_t p = 0; p < n_unknown; ++p) sum[p] += x[p] / static_cast<double>(n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::vector<double> x = unknowns_of(plan, i);
    for (std::size_t p = 0; p < n_unknown; ++p) squares[p] += (x[p] - sum[p]) * (x[p] - sum[p]) / static_cast<double>(n);
  }
  for (const double square : squares) spread.push_back(std::sqrt(square));
  return spread;
}

void name_features(const Plan& plan, const std::string& file, ForwardPart& part) {
  for (const ForwardFeatureConfig& from : plan.config.features) {
    ForwardPart::Feature to{from.function, {}, from.factor, from.offset};
    for (const std::string& input : from.inputs) {
      const std::size_t index = expect_unknown(plan.names, input, file);
      if (plan.config.table && index == plan.periodic)
        throw base::DisagreementError(file, "no feature of omega0_rad_s beside a table", "one");
      to.inputs.push_back(static_cast<std::uint8_t>(index));
    }
    part.features.push_back(std::move(to));
  }
}

void measure_ranges(const Plan& plan, const ForwardSamples& samples, ForwardPart& part) {
  const std::size_t n_input = plan.names.size();
  for (std::size_t p = 0; p < n_input; ++p) {
    double low = samples.tissues[p], high = low;
    for (std::size_t i = 0; i < samples.n; ++i) {
      low = std::min(low, samples.tissues[i * n_input + p]);
      high = std::max(high, samples.tissues[i * n_input + p]);
    }
    if (p == plan.periodic) {
      const double largest = std::max(std::abs(low), std::abs(high));
      if (plan.is_mirrored) low = -largest, high = largest;
      if (largest > nearly_all * plan.half_period) low = -(1 + 1e-9) * plan.half_period, high = -low;
    }
    part.inputs.push_back({plan.names[p], low, high});
  }
}

/// Mean and standard deviation of each feature over the training samples; a feature that is the same for all keeps its size.
void standardize(ForwardData& data) {
  const std::size_t n = data.training.n, n_feature = data.n_feature;
  for (std::size_t f = 0; f < n_feature; ++f) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < n; ++i) sum += data.training.features[i * n_feature + f];
    const double mean = sum / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) squares += std::pow(data.training.features[i * n_feature + f] - mean, 2);
    const double std = std::sqrt(squares / static_cast<double>(n));
    data.part.network.feature_mean.push_back(static_cast<float>(mean));
    data.part.network.feature_std.push_back(std > 0 ? static_cast<float>(std) : 1.0f);
  }
  for (ForwardSamples* samples : {&data.training, &data.validation})
    for (std::size_t i = 0; i < samples->features.size(); ++i) {
      const std::size_t f = i % n_feature;
      samples->features[i] = (samples->features[i] - data.part.network.feature_mean[f]) / data.part.network.feature_std[f];
    }
  for (ForwardSamples* samples : {&data.training, &data.validation})
    for (std::size_t i = 0; i < samples->feature_tangents.size(); ++i)
      samples->feature_tangents[i] /= data.part.network.feature_std[i % n_feature];
}

}  // namespace

ForwardData prepare_forward_data(const physics::Dataset& dataset, const ForwardConfig& config, const std::string& file) {
  Plan plan = make_plan(dataset, config, file);
  plan.spread = spreads_of(plan);
  ForwardData data;
  data.n_coeff = static_cast<std::size_t>(dataset.coefficients.rows());
  data.n_feature = config.features.size();
  data.n_wanted = plan.wanted.size();
  data.part.is_mirrored = plan.is_mirrored;
  data.part.is_antiperiodic = config.is_antiperiodic && plan.periodic < plan.names.size();
  name_features(plan, file, data.part);
  const std::vector<bool> held = held_out_of(dataset.size(), config.common.validation, config.common.seed, file);
  const auto none = [&] { return std::vector<std::vector<float>>(data.n_wanted); };
  Tangents of_training{none(), none(), none()}, of_validation{none(), none(), none()};
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::optional<Row> row = row_of(plan, data.part, i);
    if (!row)
      ++data.n_dropped;
    else if (held[i])
      append(plan, *row, data.validation, of_validation);
    else
      append(plan, *row, data.training, of_training);
  }
  join(of_training, data.training);
  join(of_validation, data.validation);
  expect_enough(data.training.n, data.validation.n, data.n_dropped, file);
  measure_ranges(plan, data.training, data.part);
  standardize(data);
  return data;
}

std::string forward_identity(const ForwardConfig& config, const ForwardData& data) {
  base::Sha256 hash;
  hash.add(config.common.text.data(), config.common.text.size());
  for (const ForwardSamples* samples : {&data.training, &data.validation}) {
    hash.add(samples->features.data(), samples->features.size() * sizeof(float));
    hash.add(samples->targets.data(), samples->targets.size() * sizeof(float));
    hash.add(samples->directions.data(), samples->directions.size() * sizeof(float));
    hash.add(samples->target_tangents.data(), samples->target_tangents.size() * sizeof(float));
  }
  return base::hex(hash.digest());
}

}  // namespace crbrt::trainer
