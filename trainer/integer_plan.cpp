#include "trainer/integer_plan.h"

namespace crbrt::trainer {

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
