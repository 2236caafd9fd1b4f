/// A float program in integers, operation by operation: each one is fitted to what the integers before it really give.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/integer_model.h"
#include "codegen/quantize/integer_values.h"
#include "codegen/quantize/scales.h"

namespace crbrt::codegen {

/// What each operation writes, in the order of the float program; the last one s32. The input is s16.
using Widths = std::vector<Number>;

/// Operations that may write u8 as well as s16: they end in a ReLU, and neither a skip nor the operation after them needs s16.
std::vector<bool> free_widths(const Program& program);

/// Every free operation u8 (or s16), all others as they must.
Widths all_widths(const Program& program, Number free);

/// Why the network has no integer form; empty where it has one.
std::string why_no_integers(const Program& program);

/// What does not depend on the widths, computed once for many tries.
class Quantizer {
 public:
  /// `program` has an integer form and must outlive the object.
  Quantizer(const Program& program, const Calibration& calibration);

  IntegerModel quantize(const Widths& widths) const;

 private:
  struct Progress;
  void add(std::size_t op, const Widths& widths, Progress& progress) const;

  const Program& program_;
  FloatValues float_;
  std::vector<Values> sensitivity_;
  std::vector<Scales> shared_scale_;
  Scales input_scale_;
  std::vector<float> inverse_input_scale_;
  Integers input_;
};

}  // namespace crbrt::codegen
