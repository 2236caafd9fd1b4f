// SPDX-License-Identifier: Apache-2.0
/// What a voxel looks like to the network: a clean fingerprint, its M0 and its noise, then the preprocessing that the model
/// stores (runtime/include/crbrt/format/program.h).
///
/// sigma = 1 / snr_max and |M0| = SNR / snr_max with SNR uniform in [snr_min, snr_max]; for 10 to 100 that is
/// |M0| in [0.1, 1] with sigma = 0.01, as in [paper] Section 2.4 (docs/references.md). The phase is uniform; sigma is the
/// standard deviation of real and imaginary part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "trainer/training_data.h"

namespace at {
class Tensor;
}
namespace c10 {
struct Device;
}

namespace crbrt::trainer {

// Draws outside the epochs have numbers that no epoch has.
inline constexpr std::uint64_t statistics_epoch = ~std::uint64_t{0};  ///< the draw that measures the standardisation
inline constexpr std::uint64_t refinement_epoch = statistics_epoch - 1;
inline constexpr std::uint64_t integer_epoch = statistics_epoch - 2;  ///< the draw that scales of integers are chosen on

/// LibTorch's generators of random numbers become a function of seed and epoch, so that a checkpoint need not hold their state.
void seed_generators(std::uint64_t seed, std::uint64_t epoch);

/// [n, 2 * n_coeff] float coefficients -> phase rotation and l2 norm, without standardisation.
at::Tensor normalize_coefficients(const at::Tensor& coefficients, const PreprocessingConfig& config);

/// The same and then (x - mean) / std, as the network sees it.
at::Tensor preprocess(const at::Tensor& coefficients, const PreprocessingConfig& config,
                      const Standardization& standardization);

/// Mean and standard deviation of normalised training inputs; inputs that do not vary (the imaginary part of the phase
/// reference) get mean 0 and std 1.
void standardize_inputs(const at::Tensor& normalized, const PreprocessingConfig& config, Standardization& standardization);

/// Noisy voxels as tensors on the device (defined in voxel_batch.h, so that LibTorch's headers stay out of this one).
struct VoxelBatch;

/// Samples on the device, ready to be drawn from.
class NoisySource {
 public:
  NoisySource(const TrainingData& data, const Samples& samples, const Standardization& standardization,
              const c10::Device& device);
  ~NoisySource();

  std::size_t size() const noexcept;

  /// Fresh M0, phase and noise for the samples `index` ([n] int64), from LibTorch's generators as they stand: `realisations`
  /// consecutive rows per sample that share |M0| and differ in phase and noise.
  VoxelBatch draw(const at::Tensor& index, std::size_t realisations) const;
  /// One row per sample, with the logarithm of the SNR uniform, low SNRs as often as high ones, from the lowest SNR divided by
  /// `beyond` to the highest times `beyond`.
  VoxelBatch draw_log_snr(const at::Tensor& index, double beyond) const;

  /// The same with noise that depends on `seed` only (Stream::validation_noise), for all samples and the same on every device.
  VoxelBatch draw_fixed(std::uint64_t seed, std::size_t realisations) const;
  /// The same at one SNR.
  VoxelBatch draw_fixed_at(std::uint64_t seed, double snr) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::trainer
