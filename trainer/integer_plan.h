/// What the integers of every layer mean (docs/numerics.md): chosen once before fine-tuning, and then the same while the
/// weights move, in the file that is written, and in the runtime.
///
///   sum[j]  = bias[j] + sum_k weights[j, k] * in[k]       real value: sum_scale[j] * sum[j]
///   next[j] = requantize(sum[j], requant[j])              real value: out_scale[j] * next[j]
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crbrt/format/layout.h"
#include "crbrt/format/requant.h"

namespace crbrt::trainer {

struct LayerPlan {
  Number in = Number::s16, out = Number::s16;  ///< out: s32 in the last layer
  std::vector<double> in_scale;                ///< [n_in]
  std::vector<double> sum_scale;               ///< [n_out]; the last layer also has the rows of the heads
  std::vector<Requant> requant;                ///< [n_out], none in the last layer
};

struct IntegerPlan {
  std::vector<float> input_factor;  ///< [n_input] quantised input = round(input * factor)
  std::vector<LayerPlan> layers;
};

/// A checkpoint's form of the plan: scales, shifts and multipliers in one row. `read_numbers` fills a plan whose `in` and `out`
/// are set and whose vectors have their sizes.
std::vector<double> numbers_of(const IntegerPlan& plan);
void read_numbers(const std::vector<double>& numbers, IntegerPlan& plan);

}  // namespace crbrt::trainer
