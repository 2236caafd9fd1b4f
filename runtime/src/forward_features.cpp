// SPDX-License-Identifier: Apache-2.0
// Taylor series after an exact reduction: a library's sine and cosine differ from machine to machine, and the runtime links
// none.
#include "runtime/src/forward_features.h"

#include <cstdint>

namespace crbrt {

namespace {

constexpr double nan() noexcept { return __builtin_nan(""); }

/// Nearest whole number of |x| <= 2^51: adding 1.5 * 2^52 leaves it in the last bits.
double rounded(double x) noexcept { return (x + 0x1.8p52) - 0x1.8p52; }

/// sum_i x^(2 i) (-1)^i / ((first + 2 i)! / first!) for |x| <= pi / 4, of which ten terms leave less than 2^-60.
double alternating_series(double x, double first) noexcept {
  double sum = 0;
  for (int i = 10; i > 0; --i) {
    const double n = first + 2 * i;
    sum = (1 + sum) * (-(x * x) / (n * (n - 1)));
  }
  return 1 + sum;
}

struct SineCosine {
  double sine, cosine;
};

/// pi / 2 in three parts, of which the first two have 33 bits, so that their products with a whole number below 2^20 are exact.
constexpr double half_pi[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};

SineCosine sine_cosine(double x) noexcept {
  const double n = rounded(x * 0x1.45f306dc9c883p-1);  // 2 / pi
  const double r = ((x - n * half_pi[0]) - n * half_pi[1]) - n * half_pi[2];
  const double s = r * alternating_series(r, 1), c = alternating_series(r, 0);
  switch (static_cast<std::uint64_t>(static_cast<std::int64_t>(n)) & 3) {
    case 0: return {s, c};
    case 1: return {c, -s};
    case 2: return {-s, -c};
    default: return {-c, s};
  }
}

bool is_finite(double x) noexcept { return x - x == 0; }

}  // namespace

Sloped forward_function(ForwardFunction function, double x, double offset) noexcept {
  const Sloped none{nan(), nan()};
  if (!is_finite(x)) return none;
  switch (function) {
    case ForwardFunction::identity: return {x, 1};
    case ForwardFunction::saturation: {
      const double sum = x + offset;
      return sum > 0 ? Sloped{x / sum, offset / (sum * sum)} : none;
    }
    case ForwardFunction::cosine:
    case ForwardFunction::sine: {
      if (!(x >= -forward_angle_max && x <= forward_angle_max)) return none;
      const SineCosine at = sine_cosine(x);
      return function == ForwardFunction::cosine ? Sloped{at.cosine, -at.sine} : Sloped{at.sine, at.cosine};
    }
  }
  return none;
}

FoldedInputs folded_inputs(const ForwardProgram& program, const double* tissue, std::size_t stride) noexcept {
  FoldedInputs folded{};
  for (std::size_t i = 0; i < program.n_input; ++i) {
    double x = tissue[i * stride];
    const bool is_periodic = static_cast<std::int64_t>(i) == program.periodic_input;
    if (is_periodic) {
      const double periods = x / program.period;
      const double whole = rounded(periods);
      x = periods >= -0x1p50 && periods <= 0x1p50 ? x - whole * program.period : nan();
      folded.is_negated = program.is_antiperiodic != 0 && whole * 0.5 != rounded(whole * 0.5);
    }
    folded.is_outside = folded.is_outside || !(x >= program.inputs[i].minimum && x <= program.inputs[i].maximum);
    if (is_periodic && program.is_mirrored != 0 && x < 0) {
      folded.is_conjugated = true;
      x = -x;
    }
    folded.x[i] = x;
  }
  return folded;
}

TablePlace table_place(const ForwardProgram& program, double omega0) noexcept {
  const double per_interval = program.table_intervals / (0.5 * program.period), at = omega0 * per_interval;
  const double last = program.table_intervals - 1;
  double interval = rounded(at - 0.5);
  if (!(interval > 0)) interval = 0;  // also where omega0 is no number
  if (interval > last) interval = last;
  const double f = at - interval, g = 1 - f;
  const double a[] = {g * g * g / 6, (3 * f * f * f - 6 * f * f + 4) / 6, (3 * g * g * g - 6 * g * g + 4) / 6, f * f * f / 6};
  const double slope[] = {-g * g / 2, (3 * f - 4) * f / 2, (4 - 3 * g) * g / 2, f * f / 2};
  TablePlace place{static_cast<std::size_t>(interval), {}, {}};
  for (std::size_t i = 0; i < 4; ++i) {
    place.a[i] = static_cast<float>(a[i]);
    place.a_slope[i] = static_cast<float>(slope[i] * per_interval);
  }
  return place;
}

double feature_of(const ForwardFeature& feature, const FoldedInputs& inputs, std::size_t n_input, double* slopes) noexcept {
  for (std::size_t i = 0; i < n_input; ++i) slopes[i] = 0;
  double product = feature.factor;
  for (std::size_t p = 0; p < feature.n_factor; ++p) product *= inputs.x[feature.inputs[p]];
  const Sloped at = forward_function(feature.function, product, feature.offset);
  for (std::size_t p = 0; p < feature.n_factor; ++p) {
    double others = feature.factor;
    for (std::size_t q = 0; q < feature.n_factor; ++q)
      if (q != p) others *= inputs.x[feature.inputs[q]];
    slopes[feature.inputs[p]] += at.slope * others * feature.inverse_std;
  }
  return (at.value - feature.mean) * feature.inverse_std;
}

}  // namespace crbrt
