#include "codegen/quantize/scales.h"

#include <algorithm>

namespace crbrt::codegen {
namespace {

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
    scales.push_back(std::max(s16_headroom * double{values.row(j).cwiseAbs().maxCoeff()} / used_s16, 1e-12));
  return scales;
}

}  // namespace crbrt::codegen
