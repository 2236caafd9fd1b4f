// Two passes in double: the errors are small differences of large numbers only once.
#include "tools/eval/error_split.h"

namespace crbrt::evaluation {

ErrorSplit split_error(std::span<const double> errors) noexcept {
  const double n = static_cast<double>(errors.size());
  double mean = 0;
  for (double e : errors) mean += e / n;
  double variance = 0;
  for (double e : errors) variance += (e - mean) * (e - mean) / (n - 1);
  return {.mean = mean, .bias2 = mean * mean - variance / n, .variance = variance};
}

}  // namespace crbrt::evaluation
