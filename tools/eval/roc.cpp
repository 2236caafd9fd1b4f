// One walk down the sorted scores; ties are one slanted step of the curve, which is what counting them half means.
#include "tools/eval/roc.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace crbrt::evaluation {
namespace {

std::vector<RocPoint> whole_curve(const std::vector<float>& typical, const std::vector<float>& atypical) {
  std::vector<RocPoint> curve{{0, 0}};
  std::size_t t = 0, a = 0;
  while (t < typical.size() || a < atypical.size()) {
    const bool from_typical = a == atypical.size() || (t < typical.size() && typical[t] > atypical[a]);
    const float threshold = from_typical ? typical[t] : atypical[a];
    while (t < typical.size() && typical[t] == threshold) ++t;
    while (a < atypical.size() && atypical[a] == threshold) ++a;
    curve.push_back({static_cast<double>(t) / static_cast<double>(typical.size()),
                     static_cast<double>(a) / static_cast<double>(atypical.size())});
  }
  return curve;
}

double area_of(const std::vector<RocPoint>& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    area += (curve[i].false_alarms - curve[i - 1].false_alarms) * (curve[i].hits + curve[i - 1].hits) / 2;
  return area;
}

/// Points that follow each other closely along the curve are dropped; rare false alarms, which matter most, stay apart.
std::vector<RocPoint> thinned(const std::vector<RocPoint>& curve, std::size_t max_points) {
  if (curve.size() <= max_points) return curve;
  // A monotonous coordinate from 0 to 1: half of it along log10 of the false alarms down to 1e-4, half along the hits.
  const auto position = [](const RocPoint& p) { return (std::log10(std::max(p.false_alarms, 1e-4)) / 4 + 1 + p.hits) / 2; };
  std::vector<RocPoint> kept{curve.front()};
  const double step = 1 / static_cast<double>(max_points - 2);
  for (std::size_t i = 1; i + 1 < curve.size(); ++i)
    if (position(curve[i]) >= position(kept.back()) + step) kept.push_back(curve[i]);
  kept.push_back(curve.back());
  return kept;
}

}  // namespace

Roc roc(std::vector<float> typical, std::vector<float> atypical, std::size_t max_points) {
  std::sort(typical.begin(), typical.end(), std::greater<>());
  std::sort(atypical.begin(), atypical.end(), std::greater<>());
  const std::vector<RocPoint> curve = whole_curve(typical, atypical);
  return {area_of(curve), thinned(curve, max_points)};
}

}  // namespace crbrt::evaluation
