// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/accuracy.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/median.h"
#include "tools/evaluation/realise.h"

namespace crbrt::bench {
namespace {

constexpr double far_error = 5;

/// Means over fingerprints of one output, squared and over the bound.
struct Squares {
  double total = 0, bias = 0, variance = 0, median = 0, far = 0, standard_error = 0;
  std::size_t n_fingerprint = 0;
};

Squares squares_of(const Eigen::ArrayXXd& values, const Yardstick& yardstick, Eigen::Index j) {
  Squares sum;
  double total2 = 0;
  std::vector<double> losses;
  for (Eigen::Index f = 0; f < yardstick.truth.cols(); ++f) {
    const double bound = yardstick.bound(j, f);
    if (!(bound < yardstick.prior_variance[j])) continue;
    std::vector<double> errors;
    for (std::size_t n = 0; n < yardstick.n_realisation; ++n) {
      const auto v = f * static_cast<Eigen::Index>(yardstick.n_realisation) + static_cast<Eigen::Index>(n);
      errors.push_back(values(j, v) - yardstick.truth(j, f));
      losses.push_back(errors.back() * errors.back() / bound);
    }
    const evaluation::ErrorSplit split = evaluation::split_error(errors);
    const double total = split.mean_square() / bound;
    sum.total += total;
    total2 += total * total;
    sum.bias += split.bias2 / bound;
    sum.variance += split.variance / bound;
    ++sum.n_fingerprint;
  }
  if (sum.n_fingerprint == 0) return sum;
  const auto n = static_cast<double>(sum.n_fingerprint);
  sum.total /= n;
  sum.bias /= n;
  sum.variance /= n;
  sum.standard_error = n > 1 ? std::sqrt(std::max(0.0, total2 / n - sum.total * sum.total) / (n - 1)) : 0;
  sum.median = base::median(losses);
  for (const double loss : losses) sum.far += (loss > far_error * far_error ? 1.0 : 0.0) / static_cast<double>(losses.size());
  return sum;
}

/// Of a square's error, that of its root.
base::Json json_of(const Squares& s) {
  if (s.n_fingerprint == 0)
    return {{"total", nullptr},  {"bias", nullptr}, {"spread", nullptr},
            {"median", nullptr}, {"far", nullptr},  {"total_standard_error", nullptr},
            {"fingerprints", 0}};
  const double total = std::sqrt(s.total);
  return {{"total", total},
          {"bias", std::sqrt(std::max(0.0, s.bias))},
          {"spread", std::sqrt(s.variance)},
          {"median", std::sqrt(s.median)},
          {"far", s.far},
          {"total_standard_error", total > 0 ? s.standard_error / (2 * total) : 0},
          {"fingerprints", s.n_fingerprint}};
}

}  // namespace

base::Json accuracy_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Yardstick& yardstick) {
  base::Json json = base::Json::object();
  Squares all;
  double n = 0;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const Squares squares = squares_of(values, yardstick, static_cast<Eigen::Index>(j));
    json[names[j]] = json_of(squares);
    if (squares.n_fingerprint == 0) continue;
    all.total += squares.total;
    all.bias += squares.bias;
    all.variance += squares.variance;
    all.median += squares.median;
    all.far += squares.far;
    all.standard_error = std::hypot(all.standard_error, squares.standard_error);
    all.n_fingerprint = std::max(all.n_fingerprint, squares.n_fingerprint);
    ++n;
  }
  if (n > 0)
    all = {all.total / n, all.bias / n,           all.variance / n, all.median / n,
           all.far / n,   all.standard_error / n, all.n_fingerprint};
  json["all"] = json_of(all);
  return json;
}

base::Json agreement_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Eigen::ArrayXXd& others,
                          const Yardstick& yardstick) {
  constexpr double close = 0.2;
  base::Json json = base::Json::object();
  for (std::size_t output = 0; output < names.size(); ++output) {
    const auto j = static_cast<Eigen::Index>(output);
    std::vector<double> differences;
    double n_close = 0;
    for (Eigen::Index v = 0; v < values.cols(); ++v) {
      const double bound = yardstick.bound(j, v / static_cast<Eigen::Index>(yardstick.n_realisation));
      if (!(bound < yardstick.prior_variance[j])) continue;
      differences.push_back((values(j, v) - others(j, v)) / std::sqrt(bound));
      n_close += std::abs(differences.back()) < close ? 1 : 0;
    }
    json[names[output]] = scaled_errors_json("root", differences);
    if (!differences.empty()) json[names[output]]["within"] = n_close / static_cast<double>(differences.size());
  }
  return json;
}

base::Json scaled_errors_json(const std::string& root_name, const std::vector<double>& errors) {
  const std::string error_name = root_name + "_standard_error";
  if (errors.empty())
    return {{root_name, nullptr}, {"median", nullptr},   {"shift", nullptr},
            {"far", nullptr},     {error_name, nullptr}, {"voxels", 0}};
  const auto n = static_cast<double>(errors.size());
  double square = 0, fourth = 0, far = 0;
  std::vector<double> magnitudes;
  for (const double error : errors) {
    square += error * error / n;
    fourth += error * error * error * error / n;
    far += (std::abs(error) > far_error ? 1 : 0) / n;
    magnitudes.push_back(std::abs(error));
  }
  const double root = std::sqrt(square);
  const double scatter = n > 1 ? std::sqrt(std::max(0.0, fourth - square * square) / (n - 1)) : 0;
  return {{root_name, root},
          {"median", base::median(magnitudes)},
          {"shift", base::median(errors)},
          {"far", far},
          {error_name, root > 0 ? scatter / (2 * root) : 0},
          {"voxels", errors.size()}};
}

}  // namespace crbrt::bench
