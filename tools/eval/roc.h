/// How well a score tells two samples apart: the receiver operating characteristic and the area under it.
#pragma once

#include <cstddef>
#include <vector>

namespace crbrt::evaluation {

struct RocPoint {
  double false_alarms = 0;  ///< share of typical scores at or above a threshold
  double hits = 0;          ///< share of atypical scores at or above it
};

struct Roc {
  double area = 0;              ///< P(atypical > typical) + P(equal) / 2
  std::vector<RocPoint> curve;  ///< from (0, 0) to (1, 1), at most `max_points`
};

/// A high score should mean atypical. Equal scores count half. Both samples must hold something and no NaN.
Roc roc(std::vector<float> typical, std::vector<float> atypical, std::size_t max_points = 101);

}  // namespace crbrt::evaluation
