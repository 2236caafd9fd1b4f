/// A model's network between the file and the program: plain numbers and views into the FlatBuffer, already checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::loading {

enum class Normalization { none, batch, group };

/// pre = weights * in + bias (+ pre of layer skip_from); out = relu?(normalization(pre)).
struct Layer {
  std::string name;
  std::uint32_t n_in = 0;
  std::uint32_t n_out = 0;
  std::span<const float> weights;  ///< [n_out, n_in] row-major
  std::span<const float> bias;     ///< [n_out]
  Normalization normalization = Normalization::none;
  std::uint32_t n_group = 0;
  float epsilon = 0;
  std::span<const float> gamma, beta;     ///< [n_out] where normalised
  std::span<const float> mean, variance;  ///< [n_out], batch only
  bool relu = false;
  std::size_t skip_from = no_skip;  ///< index of an earlier layer of the same width

  static constexpr std::size_t no_skip = static_cast<std::size_t>(-1);
};

struct OutputSpec {
  std::string name, unit;
  float offset = 0, scale = 1, minimum = 0, maximum = 0;
};

/// An operation of the integer form, as the file has it: sizes are checked where the operation is known (lower_fixed).
struct FixedOpSpec {
  Number out = Number::f32;  ///< f32: the file names none
  std::span<const std::int8_t> weights_s8;
  std::span<const std::int16_t> weights_s16;
  std::span<const std::int32_t> bias;
  std::span<const std::uint8_t> shift;
  std::span<const std::int16_t> multiplier;
  std::optional<FixedGroupNorm> group_norm;
};

struct FixedSpec {
  std::span<const float> input_scale, output_scale;
  std::vector<FixedOpSpec> ops;
};

struct Network {
  std::string name;
  std::uint32_t n_coeff = 0;
  std::int32_t phase_reference = -1;
  bool l2_normalize = false;
  std::span<const float> mean, std;  ///< [2 * n_coeff]
  std::vector<Layer> layers;
  std::vector<OutputSpec> outputs;
  std::optional<Uncertainty> uncertainty;
  std::optional<Atypicality> atypicality;
  std::optional<FixedSpec> fixed;
};

}  // namespace crbrt::loading
