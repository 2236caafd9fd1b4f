// SPDX-License-Identifier: Apache-2.0
// Every estimate reads neighbouring voxels spread over the image: some ten thousand samples say as much as millions.
#include "tools/map/noise_level.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/median.h"
#include "base/number_text.h"
#include "base/parallel.h"
#include "tools/map/patch_spectra.h"
#include "tools/map/second_differences.h"
#include "tools/map/voxel_estimator.h"

namespace crbrt::map {
namespace {

constexpr double mad_of_normal = 0.6744897501960817;  // median |x| of a standard normal number
constexpr double max_background_spread = 1.25;

// Seven tissue parameters and |M0| are what can vary within a patch; a floor needs some directions more.
constexpr std::size_t directions_of_tissue = 8, least_noise_directions = 4;
constexpr const char* no_floor =
    "the spectra of its patches have no floor, as those of regularised and filtered images, so that the noise estimated from "
    "neighbours may be far too low";

std::string number(double value) { return base::number_text(value, "%.4g"); }

double sigma_of(std::vector<float>& sizes) { return base::upper_median(sizes) / (mad_of_normal * std::sqrt(6.0)); }

/// Noise is equally strong in all coefficients, wherever voxels are taken from, and those of the least energy hold little else.
/// Signal of neighbours is alike.
std::string doubt_of(const std::vector<double>& near, const SecondDifferences& differences) {
  constexpr double least_likeness = 0.7, noise_alone = 1.5, most_apart = 10;
  std::vector<double> sorted = near;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() > 1 && sorted[1] > most_apart * sorted[0])
    return "the quietest coefficient has less than a tenth of the noise of any other, so that the noise estimated from it may "
           "be far too low";
  const auto strongest = std::max_element(near.begin(), near.end());
  if (*strongest < noise_alone * *std::min_element(near.begin(), near.end())) return "";
  std::vector<float> far = differences.far(static_cast<std::size_t>(strongest - near.begin()));
  if (far.empty() || *strongest < least_likeness * sigma_of(far)) return "";
  return "neighbouring voxels differ as much as distant ones, so that the noise estimated from them may be far too high";
}

/// The smallest over the coefficients; none where even that is zero.
NoiseEstimate smallest(const std::vector<double>& sigma, NoiseSource source, std::size_t n_sample, const char* if_zero) {
  const auto least = std::min_element(sigma.begin(), sigma.end());
  if (!is_noise(*least)) return {std::nullopt, if_zero};
  return {NoiseLevel{*least, source, n_sample, static_cast<std::size_t>(least - sigma.begin())}, ""};
}

}  // namespace

std::string NoiseLevel::in_words() const {
  switch (source) {
    case NoiseSource::given: return number(sigma) + " (--sigma)";
    case NoiseSource::patches:
      return number(sigma) + " (from the spectra of " + std::to_string(n_patch) + " patches, " + std::to_string(n_sample) +
             " voxels)";
    case NoiseSource::neighbours:
      return number(sigma) + " (from differences of neighbours, " + std::to_string(n_sample) + " voxels, coefficient " +
             std::to_string(coefficient) + ")";
    case NoiseSource::background:
      return number(sigma) + " (from the background, " + std::to_string(n_sample) + " voxels, coefficient " +
             std::to_string(coefficient) + ")";
  }
  return "";
}

base::Json NoiseLevel::to_json() const {
  if (source == NoiseSource::given) return {{"Sigma", sigma}, {"Source", "given"}};
  if (source == NoiseSource::patches)
    return {{"Sigma", sigma}, {"Source", "patches"}, {"Voxels", n_sample}, {"Patches", n_patch}};
  return {{"Sigma", sigma},
          {"Source", source == NoiseSource::neighbours ? "neighbours" : "background"},
          {"Voxels", n_sample},
          {"Coefficient", coefficient}};
}

NoiseEstimate noise_of_patches(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads) {
  const PatchSpectra spectra = patch_spectra(image, voxels, threads);
  if (spectra.floors.empty()) return {std::nullopt, "no patches of neighbouring voxels"};
  std::vector<double> variances;
  for (const Floor& floor : spectra.floors)
    if (floor.is_found()) variances.push_back(floor.variance);
  if (2 * variances.size() < spectra.floors.size()) {
    NoiseEstimate none{std::nullopt, "spectra of patches without a floor"};
    if (spectra.n_direction >= directions_of_tissue + least_noise_directions) none.doubt = no_floor;
    return none;
  }
  const double sigma = std::sqrt(base::median(variances));
  if (!is_noise(sigma)) return {std::nullopt, "neighbouring voxels do not differ"};
  NoiseLevel level{.sigma = sigma, .source = NoiseSource::patches, .n_sample = spectra.n_voxel};
  level.n_patch = spectra.floors.size();
  return {level, ""};
}

NoiseEstimate noise_of_neighbours(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads) {
  const volume::Shape& shape = image.grid().shape;
  if (std::count_if(shape.begin(), shape.end(), [](std::size_t extent) { return extent > 1; }) < 2)
    return {std::nullopt, "a list of voxels has no neighbours"};
  std::size_t stride = 1;
  for (std::size_t d = 0; d < shape.size(); stride *= shape[d++]) {
    const volume::VoxelList middles = volume::with_neighbours(voxels, shape, d);
    if (middles.size() < min_differences) continue;
    SecondDifferences differences(image, spread_blocks(middles), stride, threads);
    if (differences.count() < min_differences) continue;  // blank voxels
    std::vector<double> sigma(image.n_coeff());
    base::for_each_index(
        sigma.size(), threads, [&](unsigned, std::size_t k) { sigma[k] = sigma_of(differences.near()[k]); }, 1);
    NoiseEstimate estimate = smallest(sigma, NoiseSource::neighbours, differences.count(), "neighbouring voxels do not differ");
    if (estimate.level) estimate.doubt = doubt_of(sigma, differences);
    return estimate;
  }
  return {std::nullopt, "fewer than " + std::to_string(min_differences) + " voxels with two neighbours"};
}

NoiseEstimate noise_of_background(const volume::CoefficientImage& image, const volume::VoxelList& voxels) {
  const auto blocks = spread_blocks(volume::others(voxels, volume::n_voxel(image.grid().shape)));
  std::vector<std::vector<float>> modulus(image.n_coeff());
  volume::BatchReader reader(image);
  if (image.is_sequential()) reader.gather_now(joined(blocks));
  std::size_t n_outside = 0;
  for (const std::vector<std::size_t>& outside : blocks) {
    const Coefficients c = reader.read_planes(outside);
    n_outside += outside.size();
    for (std::size_t v = 0; v < c.n_voxel; ++v) {
      if (!volume::is_usable(c, v)) continue;
      for (std::size_t k = 0; k < c.n_coeff; ++k) {
        const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
        modulus[k].push_back(std::hypot(c.real[at], c.imag[at]));
      }
    }
  }
  const std::size_t n = modulus[0].size();
  if (n < min_background) return {std::nullopt, "fewer than " + std::to_string(min_background) + " voxels of background"};
  if (10 * n < 9 * n_outside) return {std::nullopt, "a background that is zero-filled"};
  std::vector<double> sigma;
  for (std::vector<float>& size : modulus) sigma.push_back(base::upper_median(size) / std::sqrt(2 * std::numbers::ln2));
  if (*std::max_element(sigma.begin(), sigma.end()) > max_background_spread * *std::min_element(sigma.begin(), sigma.end()))
    return {std::nullopt, "a background that is not noise alone"};
  return smallest(sigma, NoiseSource::background, n, "a background of zeros");
}

NoiseEstimate estimate_noise(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads) {
  NoiseEstimate inside = noise_of_neighbours(image, voxels, threads);
  NoiseEstimate patches = noise_of_patches(image, voxels, threads);
  if (inside.doubt.empty()) inside.doubt = patches.doubt;
  if (patches.level) {
    patches.doubt = inside.doubt;
    return patches;
  }
  if (inside.level) return inside;
  const NoiseEstimate background = noise_of_background(image, voxels);
  if (background.level) return background;
  const NoiseEstimate anywhere = noise_of_neighbours(image, volume::VoxelList::all(image.grid().shape), threads);
  if (anywhere.level) return anywhere;
  inside.why_not += "; " + background.why_not;
  return inside;
}

}  // namespace crbrt::map
