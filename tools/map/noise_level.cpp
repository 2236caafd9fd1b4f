// Both estimates read blocks of neighbouring voxels spread over the image: some ten thousand samples say as much as millions.
#include "tools/map/noise_level.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <iterator>
#include <numbers>

#include "base/median.h"
#include "base/number_text.h"
#include "tools/volume/image_values.h"

namespace crbrt::map {
namespace {

constexpr std::size_t block_size = 128, max_blocks = 256;
constexpr double mad_of_normal = 0.6744897501960817;  // median |x| of a standard normal number
constexpr double max_background_spread = 1.25;

std::string number(double value) { return base::number_text(value, "%.4g"); }

/// At most max_blocks runs of block_size consecutive entries, evenly spread.
std::vector<std::size_t> spread_blocks(const std::vector<std::size_t>& all) {
  if (all.size() <= block_size * max_blocks) return all;
  std::vector<std::size_t> chosen;
  for (std::size_t b = 0; b < max_blocks; ++b) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(b * (all.size() - block_size) / (max_blocks - 1));
    chosen.insert(chosen.end(), first, first + block_size);
  }
  return chosen;
}

/// The coefficients of some voxels of the image.
class Sample {
 public:
  Sample(const volume::CoefficientImage& image, std::vector<std::size_t> voxels)
      : voxels_(std::move(voxels)), width_(2 * image.n_coeff()) {
    std::sort(voxels_.begin(), voxels_.end());
    voxels_.erase(std::unique(voxels_.begin(), voxels_.end()), voxels_.end());
    values_.resize(voxels_.size() * width_);
    volume::BatchReader(image).read(voxels_, values_.data());
  }

  /// Real and imaginary parts, interleaved; null where the voxel is empty or not finite.
  const float* find(std::size_t voxel) const {
    const auto index = static_cast<std::size_t>(std::lower_bound(voxels_.begin(), voxels_.end(), voxel) - voxels_.begin());
    const float* const c = values_.data() + index * width_;
    const bool finite = std::all_of(c, c + width_, [](float x) { return std::isfinite(x); });
    return finite && std::any_of(c, c + width_, [](float x) { return x != 0; }) ? c : nullptr;
  }

 private:
  std::vector<std::size_t> voxels_;
  std::size_t width_;
  std::vector<float> values_;
};

/// Those of the ascending voxels whose two neighbours along one dimension are listed too.
std::vector<std::size_t> centres(const volume::Shape& shape, std::span<const std::size_t> voxels, std::size_t dimension) {
  std::size_t stride = 1;
  for (std::size_t d = 0; d < dimension; ++d) stride *= shape[d];
  std::vector<bool> marked(volume::n_voxel(shape));
  for (const std::size_t v : voxels) marked[v] = true;
  std::vector<std::size_t> result;
  result.reserve(voxels.size());
  const std::size_t line = stride * shape[dimension];  // voxels of the lines along the dimension that start side by side
  std::size_t start = 0;                               // of the lines of v; the voxels ascend
  for (const std::size_t v : voxels) {
    while (v >= start + line) start += line;
    const bool is_inside = v >= start + stride && v + stride < start + line;
    if (is_inside && marked[v - stride] && marked[v + stride]) result.push_back(v);
  }
  return result;
}

/// The voxels of the middles and their neighbours.
Sample sample_around(const volume::CoefficientImage& image, const std::vector<std::size_t>& middles, std::size_t stride) {
  std::vector<std::size_t> needed;
  for (const std::size_t v : middles) needed.insert(needed.end(), {v - stride, v, v + stride});
  return Sample(image, std::move(needed));
}

/// [coefficient]: |real| and |imaginary part| of the second difference at every middle. `apart`: how many middles further on
/// the second and the third voxel are taken from; 0 for neighbours.
std::vector<std::vector<float>> second_differences(const Sample& sample, std::size_t n_coeff,
                                                   const std::vector<std::size_t>& middles, std::size_t stride,
                                                   std::size_t apart = 0) {
  std::vector<std::vector<float>> sizes(n_coeff);
  const std::size_t n = middles.size();
  for (std::size_t m = 0; m < n; ++m) {
    const float* const a = sample.find(middles[m] - stride);
    const float* const b = sample.find(middles[(m + apart) % n]);
    const float* const c = sample.find(middles[(m + 2 * apart) % n] + stride);
    if (a == nullptr || b == nullptr || c == nullptr) continue;
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) sizes[i / 2].push_back(std::abs(a[i] - 2 * b[i] + c[i]));
  }
  return sizes;
}

std::vector<double> sigma_of(std::vector<std::vector<float>>& sizes) {
  std::vector<double> sigma;
  for (std::vector<float>& size : sizes) sigma.push_back(base::upper_median(size) / (mad_of_normal * std::sqrt(6.0)));
  return sigma;
}

/// Noise alone is equally strong in all coefficients, wherever voxels are taken from. Signal of neighbours is alike.
std::string doubt_of(const std::vector<double>& near, const std::vector<double>& far) {
  constexpr double least_likeness = 0.7, noise_alone = 1.5;
  const auto strongest = std::max_element(near.begin(), near.end());
  const bool is_noise_alone = *strongest < noise_alone * *std::min_element(near.begin(), near.end());
  const double far_apart = far[static_cast<std::size_t>(strongest - near.begin())];
  if (is_noise_alone || *strongest < least_likeness * far_apart) return "";
  return "neighbouring voxels differ as much as distant ones, so that the noise estimated from them may be far too high";
}

/// The smallest over the coefficients; none where even that is zero.
NoiseEstimate smallest(const std::vector<double>& sigma, NoiseSource source, std::size_t n_sample, const char* if_zero) {
  const auto least = std::min_element(sigma.begin(), sigma.end());
  if (!(*least >= FLT_MIN && *least <= FLT_MAX)) return {std::nullopt, if_zero};
  return {NoiseLevel{*least, source, n_sample, static_cast<std::size_t>(least - sigma.begin())}, ""};
}

}  // namespace

std::string NoiseLevel::in_words() const {
  switch (source) {
    case NoiseSource::given: return number(sigma) + " (--sigma)";
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
  return {{"Sigma", sigma},
          {"Source", source == NoiseSource::neighbours ? "neighbours" : "background"},
          {"Voxels", n_sample},
          {"Coefficient", coefficient}};
}

NoiseEstimate noise_of_neighbours(const volume::CoefficientImage& image, std::span<const std::size_t> voxels) {
  const volume::Shape& shape = image.grid().shape;
  if (std::count_if(shape.begin(), shape.end(), [](std::size_t extent) { return extent > 1; }) < 2)
    return {std::nullopt, "a list of voxels has no neighbours"};
  std::size_t stride = 1;
  for (std::size_t d = 0; d < shape.size(); stride *= shape[d++]) {
    const std::vector<std::size_t> middles = spread_blocks(centres(shape, voxels, d));
    if (middles.size() < min_differences) continue;
    const Sample sample = sample_around(image, middles, stride);
    std::vector<std::vector<float>> sizes = second_differences(sample, image.n_coeff(), middles, stride);
    const std::size_t n = sizes[0].size() / 2;
    if (n < min_differences) continue;  // blank voxels
    const std::vector<double> near = sigma_of(sizes);
    NoiseEstimate estimate = smallest(near, NoiseSource::neighbours, n, "neighbouring voxels do not differ");
    if (!estimate.level) return estimate;
    sizes = second_differences(sample, image.n_coeff(), middles, stride, middles.size() / 3);
    if (!sizes[0].empty()) estimate.doubt = doubt_of(near, sigma_of(sizes));
    return estimate;
  }
  return {std::nullopt, "fewer than " + std::to_string(min_differences) + " voxels with two neighbours"};
}

NoiseEstimate noise_of_background(const volume::CoefficientImage& image, std::span<const std::size_t> voxels) {
  std::vector<std::size_t> all = volume::all_voxels(image.grid().shape), outside;
  std::set_difference(all.begin(), all.end(), voxels.begin(), voxels.end(), std::back_inserter(outside));
  outside = spread_blocks(outside);
  const Sample sample(image, outside);
  std::vector<std::vector<float>> modulus(image.n_coeff());
  for (const std::size_t v : outside) {
    const float* const c = sample.find(v);
    if (c == nullptr) continue;
    for (std::size_t k = 0; k < modulus.size(); ++k) modulus[k].push_back(std::hypot(c[2 * k], c[2 * k + 1]));
  }
  const std::size_t n = modulus[0].size();
  if (n < min_background) return {std::nullopt, "fewer than " + std::to_string(min_background) + " voxels of background"};
  if (10 * n < 9 * outside.size()) return {std::nullopt, "a background that is zero-filled"};
  std::vector<double> sigma;
  for (std::vector<float>& size : modulus) sigma.push_back(base::upper_median(size) / std::sqrt(2 * std::numbers::ln2));
  if (*std::max_element(sigma.begin(), sigma.end()) > max_background_spread * *std::min_element(sigma.begin(), sigma.end()))
    return {std::nullopt, "a background that is not noise alone"};
  return smallest(sigma, NoiseSource::background, n, "a background of zeros");
}

NoiseEstimate estimate_noise(const volume::CoefficientImage& image, std::span<const std::size_t> voxels) {
  NoiseEstimate inside = noise_of_neighbours(image, voxels);
  if (inside.level) return inside;
  const NoiseEstimate background = noise_of_background(image, voxels);
  if (background.level) return background;
  const NoiseEstimate anywhere = noise_of_neighbours(image, volume::all_voxels(image.grid().shape));
  if (anywhere.level) return anywhere;
  inside.why_not += "; " + background.why_not;
  return inside;
}

}  // namespace crbrt::map
