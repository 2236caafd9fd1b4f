#include "codegen/quantize/scales.h"

#include <algorithm>
#include <cmath>

namespace crbrt::codegen {
namespace {

/// Requantisation reaches what its multiplier is, 2^14 at least: more of 16 bits is not used.
constexpr double used_s16 = (1 << 14) - 1;

/// Values that calibration did not see may be this much larger: 14 bits have room for them.
constexpr double headroom = 1.5;

/// Weighted squared error of a row in steps of `scale`.
double clipping_error(const Eigen::VectorXf& row, const Eigen::VectorXf& weight, float scale) {
  const Eigen::ArrayXf steps = (row.array() / scale + 0.5f).floor().cwiseMin(255.0f).cwiseMax(0.0f) * scale;
  return double{((steps - row.array()).square() * weight.array()).sum()};
}

}  // namespace

Scales scales_u8(const Values& values, const Values& weights) {
  Scales scales;
  for (Eigen::Index j = 0; j < values.rows(); ++j) {
    const Eigen::VectorXf row = values.row(j).transpose().cwiseMax(0.0f);
    const Eigen::VectorXf weight = (weights.row(j).transpose().array() + 0.01f * weights.row(j).mean() + 1e-30f).matrix();
    const float largest = row.maxCoeff() / 255;
    if (largest <= 0) {
      scales.push_back(1e-6);  // never active: any step
      continue;
    }
    float best = largest;
    double least = clipping_error(row, weight, best);
    for (float scale = largest; scale > 0.2f * largest; scale *= 0.94f)
      if (const double error = clipping_error(row, weight, scale); error < least) least = error, best = scale;
    scales.push_back(best);
  }
  return scales;
}

Scales scales_s16(const Values& values) {
  Scales scales;
  for (Eigen::Index j = 0; j < values.rows(); ++j)
    scales.push_back(std::max(headroom * double{values.row(j).cwiseAbs().maxCoeff()} / used_s16, 1e-12));
  return scales;
}

Requant requant_to(double sum_scale, Number out, double& out_scale) {
  const double most = out == Number::u8 ? u8_max + 0.5 : used_s16;
  const double ratio = sum_scale / out_scale;
  Requant r{0, 0};
  while (r.shift < shift_max && most / ratio / std::ldexp(1.0, r.shift) > s16_max) ++r.shift;
  r.multiplier = static_cast<std::int32_t>(std::clamp(std::nearbyint(std::ldexp(ratio, 15 + r.shift)), 1.0, double{s16_max}));
  out_scale = std::ldexp(sum_scale, 15 + r.shift) / r.multiplier;
  return r;
}

}  // namespace crbrt::codegen
