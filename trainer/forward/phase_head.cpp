// SPDX-License-Identifier: Apache-2.0
// Compiled for several generations of CPUs, of which the machine's own is taken when the program starts: these loops are a
// tenth of a step where they are vectors, and most of it where they are not.
#include "trainer/forward/phase_head.h"

#include <algorithm>
#include <cmath>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CRBRT_FOR_EVERY_CPU __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define CRBRT_FOR_EVERY_CPU
#endif

namespace crbrt::trainer {
namespace {

struct Place {
  std::size_t interval;
  float a[4], slope[4];
};

/// As table_place() of the runtime; slopes are those by the place.
Place place_of(float at, std::size_t intervals) {
  const float last = static_cast<float>(intervals - 1);
  const float interval = std::clamp(std::floor(at), 0.0f, last), f = at - interval, g = 1 - f;
  return {static_cast<std::size_t>(interval),
          {g * g * g / 6, (3 * f * f * f - 6 * f * f + 4) / 6, (3 * g * g * g - 6 * g * g + 4) / 6, f * f * f / 6},
          {-g * g / 2, (3 * f - 4) * f / 2, (4 - 3 * g) * g / 2, f * f / 2}};
}

/// functions[i] = sum of four control points.
CRBRT_FOR_EVERY_CPU void mix(const float* points, std::size_t n, const float* a, float factor, float* functions) {
  const float a0 = factor * a[0], a1 = factor * a[1], a2 = factor * a[2], a3 = factor * a[3];
  const float *p0 = points, *p1 = points + n, *p2 = points + 2 * n, *p3 = points + 3 * n;
  for (std::size_t i = 0; i < n; ++i) functions[i] = a0 * p0[i] + a1 * p1[i] + a2 * p2[i] + a3 * p3[i];
}

/// Sums in sixteen strands, which the compiler may not make of one.
CRBRT_FOR_EVERY_CPU float product(const float* x, const float* y, std::size_t n) {
  float strand[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (std::size_t s = 0; s < 16; ++s) strand[s] += x[i + s] * y[i + s];
  float sum = 0;
  for (; i < n; ++i) sum += x[i] * y[i];
  for (const float each : strand) sum += each;
  return sum;
}

CRBRT_FOR_EVERY_CPU void add_multiple(float factor, const float* x, std::size_t n, float* to) {
  for (std::size_t i = 0; i < n; ++i) to[i] += factor * x[i];
}

/// One fingerprint on its way through the head.
class Head {
 public:
  Head(const HeadShape& shape, const HeadBatch& batch, HeadResults& results, std::vector<float>& space)
      : s_(shape),
        b_(batch),
        r_(results),
        n_node_(shape.n_part * shape.n_latent),
        has_tangents_(batch.latent_tangents != nullptr) {
    space.resize(2 * n_node_ + 4 * s_.n_part);
    functions_ = space.data();
    slopes_ = functions_ + n_node_;
    error_ = slopes_ + n_node_;
    derivative_error_ = error_ + s_.n_part;
    by_part_ = derivative_error_ + s_.n_part;
    by_derivative_ = by_part_ + s_.n_part;
  }

  /// Returns its loss times its weight.
  double run(std::size_t i) {
    mix_table(i);
    const double squares = measure(i), derivative = has_tangents_ ? measure_derivative(i) : 0;
    double loss = s_.residual_weight / static_cast<double>(s_.n_part) * squares + s_.derivative_weight * derivative;
    const double weight = b_.weights != nullptr ? double{b_.weights[i]} : 1;
    const double mean = 2 * weight / static_cast<double>(b_.n), share = 1 / static_cast<double>(s_.n_wanted);
    const auto of_residual = static_cast<float>(mean * s_.residual_weight / static_cast<double>(s_.n_part));
    const auto of_derivative = static_cast<float>(mean * s_.derivative_weight);
    for (std::size_t j = 0; j < s_.n_part; ++j) by_part_[j] = of_residual * error_[j];
    for (std::size_t j = 0; j < s_.n_part && has_tangents_; ++j) by_derivative_[j] = of_derivative * derivative_error_[j];
    for (std::size_t w = 0; w < s_.n_wanted; ++w) {
      const float* const direction = b_.directions + (i * s_.n_wanted + w) * s_.n_part;
      const float p = product(direction, error_, s_.n_part);
      loss += share * p * p;
      if (r_.projected != nullptr) r_.projected[i * s_.n_wanted + w] = p;
      add_multiple(static_cast<float>(mean * share) * p, direction, s_.n_part, by_part_);
    }
    if (r_.residual != nullptr) r_.residual[i] = static_cast<float>(squares / static_cast<double>(s_.n_part));
    if (r_.derivative != nullptr) r_.derivative[i] = static_cast<float>(derivative);
    if (r_.losses != nullptr) r_.losses[i] = static_cast<float>(loss);
    if (r_.latent_gradient != nullptr) differentiate(i);
    return weight * loss;
  }

 private:
  void mix_table(std::size_t i) {
    if (b_.table == nullptr) return;
    const Place place = place_of(b_.place[i], s_.intervals);
    const float* const points = b_.table + place.interval * n_node_;
    mix(points, n_node_, place.a, 1, functions_);
    if (has_tangents_) mix(points, n_node_, place.slope, b_.place_tangents[i], slopes_);
  }

  float part(const float* functions, const float* latent, std::size_t j) const {
    return b_.table != nullptr ? product(functions + j * s_.n_latent, latent, s_.n_latent) : s_.scale * latent[j];
  }

  double measure(std::size_t i) {
    double squares = 0;
    for (std::size_t j = 0; j < s_.n_part; ++j) {
      error_[j] = part(functions_, b_.latent + i * s_.n_latent, j) - b_.targets[i * s_.n_part + j];
      squares += double{error_[j]} * error_[j];
    }
    return squares;
  }

  double measure_derivative(std::size_t i) {
    double squares = 0;
    for (std::size_t j = 0; j < s_.n_part; ++j) {
      float slope = part(functions_, b_.latent_tangents + i * s_.n_latent, j);
      if (b_.table != nullptr) slope += part(slopes_, b_.latent + i * s_.n_latent, j);
      derivative_error_[j] = slope - b_.target_tangents[i * s_.n_part + j];
      squares += double{derivative_error_[j]} * derivative_error_[j];
    }
    return squares;
  }

  void differentiate(std::size_t i) {
    float* const by_latent = r_.latent_gradient + i * s_.n_latent;
    float* const by_tangent = has_tangents_ ? r_.latent_tangent_gradient + i * s_.n_latent : nullptr;
    std::fill_n(by_latent, s_.n_latent, 0.0f);
    if (by_tangent != nullptr) std::fill_n(by_tangent, s_.n_latent, 0.0f);
    for (std::size_t j = 0; j < s_.n_part; ++j) {
      if (b_.table == nullptr) {
        by_latent[j] = s_.scale * by_part_[j];
        if (by_tangent != nullptr) by_tangent[j] = s_.scale * by_derivative_[j];
        continue;
      }
      add_multiple(by_part_[j], functions_ + j * s_.n_latent, s_.n_latent, by_latent);
      if (by_tangent == nullptr) continue;
      add_multiple(by_derivative_[j], slopes_ + j * s_.n_latent, s_.n_latent, by_latent);
      add_multiple(by_derivative_[j], functions_ + j * s_.n_latent, s_.n_latent, by_tangent);
    }
  }

  const HeadShape& s_;
  const HeadBatch& b_;
  HeadResults& r_;
  std::size_t n_node_;
  bool has_tangents_;
  float *functions_, *slopes_, *error_, *derivative_error_, *by_part_, *by_derivative_;
};

}  // namespace

void run_head(const HeadShape& shape, const HeadBatch& batch, HeadResults& results, std::vector<float>& space) {
  Head head(shape, batch, results, space);
  double sum = 0;
  for (std::size_t i = 0; i < batch.n; ++i) sum += head.run(i);
  results.loss = sum / static_cast<double>(batch.n);
}

}  // namespace crbrt::trainer
