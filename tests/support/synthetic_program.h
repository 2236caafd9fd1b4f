// SPDX-License-Identifier: Apache-2.0
/// Programs with random weights for tests and benchmarks of the runtime: the shape of a real model, none of its meaning.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::tests {

/// Owns what a Program points at. Build it with input(), then layers in order, then outputs().
class SyntheticProgram {
 public:
  explicit SyntheticProgram(std::uint32_t n_coeff, std::uint32_t seed = 1);
  SyntheticProgram(const SyntheticProgram&) = delete;
  SyntheticProgram& operator=(const SyntheticProgram&) = delete;

  /// Each layer reads what the layer before it wrote. Slots alternate between 1 and 2; a skip source keeps one for itself.
  void dense(std::uint32_t n_out, bool relu, std::int32_t add_slot = -1);
  void group_norm(std::uint32_t n_group, bool relu);
  void affine(bool relu);
  void relu();
  /// Copies the current features (by an affine of scale 1 and shift 0) to a slot of their own and returns it, for add_slot.
  std::int32_t keep();

  /// The last layer holds the features of these, too: finish() counts the outputs accordingly.
  void give_uncertainty() { program_.uncertainty = &uncertainty_; }
  void give_atypicality() { program_.atypicality = &atypicality_; }

  /// Every output is 0.5 + 2 * network output, allowed anywhere.
  const Program& finish();

  Program& program() noexcept { return program_; }  ///< for tests that spoil it
  std::vector<Op>& ops() noexcept { return ops_; }
  std::vector<Output>& outputs() noexcept { return outputs_; }
  std::vector<std::uint32_t>& slot_width() noexcept { return slot_width_; }
  Preprocessing& preprocessing() noexcept { return program_.preprocessing; }
  Uncertainty& uncertainty() noexcept { return uncertainty_; }
  Atypicality& atypicality() noexcept { return atypicality_; }

 private:
  std::uint32_t next_slot(std::uint32_t width);
  Op& push(OpKind kind, std::uint32_t n_out, std::uint32_t out_slot, bool relu);
  const float* random(std::size_t n, float mean, float std);
  /// Weights as they were drawn, four outputs at a time and input after input: an order of its own, so that the network stays
  /// the same when the layout of packed weights changes.
  const float* packed(const float* drawn, std::size_t n_in, std::size_t n_out);

  std::mt19937 random_;
  Program program_{};
  std::vector<std::vector<float>> data_;
  std::vector<Op> ops_;
  std::vector<Output> outputs_;
  std::vector<std::uint32_t> slot_width_;
  Uncertainty uncertainty_{-2.5f, -1.25f, 0.75f};
  Atypicality atypicality_{1.5f};
  std::uint32_t slot_ = 0;   ///< where the current features lie
  std::uint32_t width_ = 0;  ///< how many there are
};

/// 26-64x4-32-3, ReLU after every layer but the last: 16,096 multiply-adds per voxel, the size of the shipped models.
void build_lean_network(SyntheticProgram& program);

/// Every op, skips, widths that are no multiple of a tile. Eight coefficients, five outputs.
void build_mixed_network(SyntheticProgram& program);

/// The same two, with standard deviations and atypicality: 13 and 21 features in the last layer.
void build_uncertain_lean_network(SyntheticProgram& program);
void build_uncertain_mixed_network(SyntheticProgram& program);

/// [n_voxel, 2 * n_coeff] coefficients of mean 0 and standard deviation 1.
std::vector<float> random_coefficients(std::size_t n_voxel, std::size_t n_coeff, std::uint32_t seed = 2);

}  // namespace crbrt::tests
