// SPDX-License-Identifier: Apache-2.0
// Thresholds lie in the two valleys of the histogram of mricron's ch2bet: CSF below 66, grey matter around 86, white around
// 111.
#include "tools/phantom/brain.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tools/volume/image_values.h"

namespace crbrt::phantom {
namespace {

constexpr float csf_below = 66, white_matter_from = 100;

TissueClass classify(float intensity) {
  if (!(intensity > 0)) return TissueClass::outside;
  if (intensity < csf_below) return TissueClass::csf;
  return intensity < white_matter_from ? TissueClass::grey_matter : TissueClass::white_matter;
}

std::array<std::size_t, 3> coordinates(const volume::Shape& shape, std::size_t voxel) {
  return {voxel % shape[0], voxel / shape[0] % shape[1], voxel / (shape[0] * shape[1])};
}

// Shapes of the fields are invented; ranges are those of a head at 3 T with TR 3.5 ms, where pi / TR is 143 Hz.
double spot(const Position& p, const Position& centre, double radius) noexcept {
  double distance2 = 0;
  for (std::size_t d = 0; d < 3; ++d) distance2 += (p[d] - centre[d]) * (p[d] - centre[d]);
  return std::exp(-distance2 / (radius * radius));
}

// White and grey matter: Stanisz et al., "T1, T2 relaxation and magnetization transfer in tissue at 3T", Magn Reson Med 54:507
// (2005), table 1: T1, T2, pool ratio f = 13.9 +- 2.8 and 5.0 +- 0.5 %, exchange R = 23 +- 4 and 40 +- 1 /s, T2s = 10.0 +- 1.0
// and 9.1 +- 0.2 us. There the free pool is 1, so our fraction is f / (1 + f) and our exchange rate R (1 + f). CSF: as good as
// water; its small semi-solid pool stands for partial volume.
struct Value {
  double mean, std;
};
struct Values {
  Value m0_semi_frac, t1_s, t2_free_s, exchange_hz, t2_semi_s;
};

constexpr Values white_matter{{0.122, 0.020}, {1.084, 0.045}, {0.069, 0.003}, {26, 4.5}, {10.0e-6, 1.0e-6}};
constexpr Values grey_matter{{0.048, 0.005}, {1.820, 0.114}, {0.099, 0.007}, {42, 1.0}, {9.1e-6, 0.2e-6}};
constexpr Values csf{{0.010, 0.001}, {3.000, 0.150}, {0.500, 0.040}, {30, 3.0}, {10.0e-6, 1.0e-6}};

/// Gaussian, redrawn until within 2.5 standard deviations.
double draw(const Value& value, physics::CounterRandom& random) {
  double deviation = random.normal();
  while (std::abs(deviation) > 2.5) deviation = random.normal();
  return value.mean + value.std * deviation;
}

/// The same field of view in voxels of another width (or nearly so: their number is whole), each with the value of the nearest
/// one. The corner of the first voxel stays where it is in the world, not its centre.
volume::ImageValues with_voxels_of(const volume::ImageValues& image, double voxel_mm) {
  const auto affine = volume::affine_mm(image.grid.geometry);
  volume::ImageValues result;
  std::array<double, 3> step{};  // in voxels of the image
  for (std::size_t d = 0; d < 3; ++d) {
    const double extent = static_cast<double>(image.grid.shape[d]);
    const double width = std::hypot(affine[0][d], affine[1][d], affine[2][d]);
    result.grid.shape[d] = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(extent * width / voxel_mm)));
    step[d] = extent / static_cast<double>(result.grid.shape[d]);
    result.grid.geometry.spacing[d] = width * step[d];
  }
  volume::Geometry& geometry = result.grid.geometry;
  geometry.is_known = image.grid.geometry.is_known;
  geometry.sform_code = std::max({1, image.grid.geometry.sform_code, image.grid.geometry.qform_code});
  for (std::size_t row = 0; row < 3; ++row) {
    geometry.sform[row][3] = affine[row][3];
    for (std::size_t d = 0; d < 3; ++d) {
      geometry.sform[row][d] = affine[row][d] * step[d];
      geometry.sform[row][3] += affine[row][d] * (step[d] - 1) / 2;
    }
  }
  for (std::size_t v = 0; v < volume::n_voxel(result.grid.shape); ++v) {
    const auto at = coordinates(result.grid.shape, v);
    std::array<std::size_t, 3> from{};
    for (std::size_t d = 0; d < 3; ++d) from[d] = static_cast<std::size_t>((static_cast<double>(at[d]) + 0.5) * step[d]);
    result.values.push_back(image.values[from[0] + image.grid.shape[0] * (from[1] + image.grid.shape[1] * from[2])]);
  }
  return result;
}

}  // namespace

const char* short_name(TissueClass tissue) noexcept {
  switch (tissue) {
    case TissueClass::white_matter: return "wm";
    case TissueClass::grey_matter: return "gm";
    case TissueClass::csf: return "csf";
    case TissueClass::outside: break;
  }
  return "outside";
}

std::array<double, 3> Brain::position(std::size_t voxel) const {
  const auto at = coordinates(grid.shape, voxel);
  std::array<double, 3> position;
  for (std::size_t d = 0; d < 3; ++d) {
    const double low = static_cast<double>(first[d]), high = static_cast<double>(last[d]);
    position[d] = high > low ? (2 * static_cast<double>(at[d]) - low - high) / (high - low) : 0;
  }
  return position;
}

Brain read_brain(const std::string& path, std::optional<double> voxel_mm) {
  volume::ImageValues image = volume::read_values(path);
  if (voxel_mm) image = with_voxels_of(image, *voxel_mm);
  Brain brain;
  brain.grid = image.grid;
  brain.first = brain.grid.shape;
  for (std::size_t v = 0; v < image.values.size(); ++v) {
    brain.tissue.push_back(classify(image.values[v]));
    if (brain.tissue.back() == TissueClass::outside) continue;
    brain.voxels.push_back(v);
    const auto at = coordinates(brain.grid.shape, v);
    for (std::size_t d = 0; d < 3; ++d) {
      brain.first[d] = std::min(brain.first[d], at[d]);
      brain.last[d] = std::max(brain.last[d], at[d]);
    }
  }
  if (brain.voxels.empty()) throw base::InputError(path, "an image of a brain", "no voxel above zero");
  return brain;
}

double omega0_relative(const Position& p) noexcept {
  const double shim = 0.12 * std::sin(2.1 * p[1] + 0.4) + 0.10 * p[0] - 0.08 * p[2] * p[2];
  const double sinus = 0.75 * spot(p, {0.0, 0.80, -0.45}, 0.38);
  const double ears = -0.45 * (spot(p, {0.75, -0.05, -0.65}, 0.30) + spot(p, {-0.75, -0.05, -0.65}, 0.30));
  return std::clamp(shim + sinus + ears, -omega0_limit, omega0_limit);
}

double b1_rel(const Position& p) noexcept {
  const double r2 = p[0] * p[0] + 0.8 * p[1] * p[1] + 0.7 * p[2] * p[2];
  return std::clamp(1.18 - 0.26 * r2 + 0.05 * p[0] * p[1], b1_min_rel, b1_max_rel);
}

std::complex<double> m0(const Position& p) noexcept {
  const double magnitude = 1 - 0.09 * p[1] + 0.05 * std::cos(2 * p[0]) - 0.03 * p[2];
  const double phase = 1.2 + 1.5 * p[0] - 2.2 * p[1] + 0.6 * p[2] * p[2] + 0.9 * p[0] * p[2];
  return std::polar(std::clamp(magnitude, 0.85, 1.15), phase);
}

physics::Tissue draw_tissue(TissueClass tissue, double omega0_rad_s, double b1_rel, physics::CounterRandom& random) {
  const Values& values = tissue == TissueClass::white_matter  ? white_matter
                         : tissue == TissueClass::grey_matter ? grey_matter
                                                              : csf;
  physics::Tissue result;
  result.m0_semi_frac = draw(values.m0_semi_frac, random);
  result.r1_free_hz = result.r1_semi_hz = 1 / draw(values.t1_s, random);
  result.r2_free_hz = 1 / draw(values.t2_free_s, random);
  result.exchange_hz = draw(values.exchange_hz, random);
  result.t2_semi_s = draw(values.t2_semi_s, random);
  result.omega0_rad_s = omega0_rad_s;
  result.b1_rel = b1_rel;
  return result;
}

}  // namespace crbrt::phantom
