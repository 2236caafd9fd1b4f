// SPDX-License-Identifier: Apache-2.0
/// A forward program that is made up, and what it should give: the same network in double precision, with its derivatives by
/// the chain rule and, beside each number, how far single precision can be from it.
#pragma once

#include <array>
#include <vector>

#include "crbrt/forward_session.h"
#include "tests/support/guarded_buffer.h"

namespace crbrt::tests {

/// Value and derivatives of one number, with bounds of what rounding can do to them.
struct Rounded {
  double value = 0, value_error = 0;
  std::array<double, forward_inputs_max> slope{}, slope_error{};
};

/// How the off-resonance enters: by features over the whole period, by features of its magnitude, or by a table.
enum class PhaseKind { whole, mirrored, table };

/// Four inputs of which the third is periodic; one feature of every function, products among them; three hidden layers, the
/// third of which adds the sums of the first. With a table the last of them gives five factors, and no feature reads the third
/// input.
class ForwardNetwork {
 public:
  ForwardNetwork(PhaseKind kind, std::uint32_t seed);
  ForwardNetwork(const ForwardNetwork&) = delete;
  ForwardNetwork& operator=(const ForwardNetwork&) = delete;

  const ForwardProgram& program() const { return program_; }
  ForwardProgram& program() { return program_; }
  ForwardFeature& feature(std::size_t i) { return features_[i]; }
  ForwardInput& input(std::size_t i) { return inputs_[i]; }
  Op& op(std::size_t i) { return ops_[i]; }

  /// [n, 4] inside the inputs' ranges.
  std::vector<double> tissues(std::size_t n, std::uint32_t seed) const;

  /// The 2 n_coeff numbers of a tissue.
  std::vector<Rounded> exact(const double* tissue) const;

 private:
  struct Layer {
    std::uint32_t n_in, n_out;
    std::vector<float> weights, bias;  ///< [n_out, n_in], [n_out]
    std::vector<float> packed;
  };

  void add_layer(std::uint32_t n_out, std::uint32_t in_slot, std::uint32_t out_slot, std::int32_t add_slot, std::uint32_t seed);
  std::vector<Rounded> contracted(const std::vector<Rounded>& latent, double omega0) const;
  std::vector<Rounded> exact_features(const double* tissue) const;
  std::vector<Rounded> dense(const Layer& layer, const std::vector<Rounded>& in, const std::vector<Rounded>* add) const;

  std::vector<ForwardInput> inputs_;
  std::vector<ForwardFeature> features_;
  std::vector<Layer> layers_;
  std::vector<float> zeros_;
  PhaseKind kind_;
  GuardedBuffer<float> table_;
  std::vector<Op> ops_;
  std::vector<std::uint32_t> slot_width_;
  ForwardProgram program_{};
};

}  // namespace crbrt::tests
