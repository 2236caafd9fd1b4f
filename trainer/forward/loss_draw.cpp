// SPDX-License-Identifier: Apache-2.0
#include "trainer/forward/loss_draw.h"

#include <algorithm>
#include <cmath>

namespace crbrt::trainer {

LossDraw::LossDraw(std::size_t n, double share) : share_(share), losses_(n, -1.0f) {}

DrawnRows LossDraw::draw(double offset) const {
  const std::size_t n = losses_.size();
  double sum = 0;
  std::size_t n_seen = 0;
  for (const float loss : losses_)
    if (loss >= 0) sum += std::sqrt(double{loss}), ++n_seen;
  const double mean = sum > 0 ? sum / static_cast<double>(n_seen) : 1;
  const auto expected = [&](float loss) {  // n p; what was never seen counts as the mean
    const double relative = loss < 0 || sum == 0 ? 1 : std::sqrt(double{loss}) / mean;
    return 1 - share_ + share_ * relative;
  };
  DrawnRows drawn;
  drawn.rows.reserve(n);
  drawn.weights.reserve(n);
  double end = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double times = expected(losses_[k]);
    end += times;
    while (drawn.rows.size() < n && static_cast<double>(drawn.rows.size()) + offset < end) {
      drawn.rows.push_back(static_cast<std::int64_t>(k));
      drawn.weights.push_back(static_cast<float>(1 / times));
    }
  }
  // The sum of all n p is n but for rounding.
  while (drawn.rows.size() < n) drawn.rows.push_back(drawn.rows.back()), drawn.weights.push_back(drawn.weights.back());
  return drawn;
}

void LossDraw::remember(std::int64_t row, float loss) {
  float& kept = losses_[static_cast<std::size_t>(row)];
  kept = kept < 0 ? loss : 0.5f * (kept + loss);
}

}  // namespace crbrt::trainer
