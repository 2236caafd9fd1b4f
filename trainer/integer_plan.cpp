#include "trainer/integer_plan.h"

#include <algorithm>
#include <cmath>

namespace crbrt::trainer {

double scale_after(const Requant& r, double sum_scale) noexcept { return std::ldexp(sum_scale, 15 + r.shift) / r.multiplier; }

Requant requant_to(double sum_scale, Number out, double out_scale) noexcept {
  const double most = out == Number::u8 ? u8_max + 0.5 : used_s16;
  const double ratio = sum_scale / out_scale;
  Requant r{0, 0};
  while (r.shift < shift_max && std::ldexp(most / ratio, -r.shift) > s16_max) ++r.shift;
  r.multiplier = static_cast<std::int32_t>(std::clamp(std::nearbyint(std::ldexp(ratio, 15 + r.shift)), 1.0, double{s16_max}));
  return r;
}

std::vector<double> numbers_of(const IntegerPlan& plan) {
  std::vector<double> numbers(plan.input_factor.begin(), plan.input_factor.end());
  for (const LayerPlan& layer : plan.layers) {
    numbers.insert(numbers.end(), layer.in_scale.begin(), layer.in_scale.end());
    numbers.insert(numbers.end(), layer.sum_scale.begin(), layer.sum_scale.end());
    for (const Requant& r : layer.requant) {
      numbers.push_back(r.shift);
      numbers.push_back(r.multiplier);
    }
  }
  return numbers;
}

void read_numbers(const std::vector<double>& numbers, IntegerPlan& plan) {
  auto next = numbers.begin();
  for (float& factor : plan.input_factor) factor = static_cast<float>(*next++);
  for (LayerPlan& layer : plan.layers) {
    for (double& scale : layer.in_scale) scale = *next++;
    for (double& scale : layer.sum_scale) scale = *next++;
    for (Requant& r : layer.requant) {
      r.shift = static_cast<std::int32_t>(*next++);
      r.multiplier = static_cast<std::int32_t>(*next++);
    }
  }
}

}  // namespace crbrt::trainer
