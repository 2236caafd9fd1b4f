#include "codegen/quantize/quantize_network.h"

#include <algorithm>
#include <cmath>

#include "codegen/quantize/fit_dense.h"
#include "codegen/quantize/skip_scales.h"
#include "crbrt/format/fixed_bounds.h"
#include "crbrt/format/requant_choice.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t sensitivity_draws = 4;

/// Constants of a group normalisation of values of one scale.
FixedGroupNorm group_constants(const Op& op, double scale) {
  const std::int32_t size = static_cast<std::int32_t>(op.n_in / op.n_group);
  FixedGroupNorm c{0, 0, 2, 1};
  while (1 << c.mean_shift < size) ++c.mean_shift;
  c.mean_multiplier = (std::int32_t{1} << (14 + c.mean_shift)) / size;
  while (1 << (c.square_shift + 1) <= size) c.square_shift += 2;
  const double epsilon = std::ldexp(double{op.epsilon} * size / (scale * scale), -c.square_shift);
  c.epsilon = static_cast<std::int32_t>(std::clamp(std::nearbyint(epsilon), 1.0, double{1 << 28}));
  return c;
}

/// Scale of what group_norm_fixed makes of d / deviation.
double normalised_scale(const Op& op) { return std::sqrt(static_cast<double>(op.n_in / op.n_group)) / std::exp2(13.5); }

/// One weight an output: the scale is chosen so that it is 2^14 or 0, and exact.
Scales fit_diagonal(const Op& from, const Scales& in_scale, IntegerOp& op) {
  constexpr double weight = 1 << 14, bias_max = 1 << 29;
  const bool is_relu = from.kind == OpKind::relu;
  Scales sum_scale;
  for (std::size_t j = 0; j < from.n_out; ++j) {
    const double unit = from.kind == OpKind::group_norm ? normalised_scale(from) : in_scale[j];
    const double factor = (is_relu ? 1.0 : double{from.weights[j]}) * unit, shift = is_relu ? 0.0 : double{from.bias[j]};
    const double scale = std::max({std::abs(factor) / weight, std::abs(shift) / bias_max, 1e-30});
    op.weights.push_back(static_cast<std::int16_t>(std::nearbyint(factor / scale)));
    op.bias.push_back(static_cast<std::int32_t>(std::nearbyint(shift / scale)));
    sum_scale.push_back(scale);
  }
  return sum_scale;
}

/// Shifts and multipliers to `scales`, which become what u8 really mean; those of s16 stay, because others share them.
void requantize_to(Scales& scales, const Scales& sum_scale, IntegerOp& op) {
  for (std::size_t j = 0; j < scales.size(); ++j) {
    double exact = scales[j];
    const Requant r = requant_to(sum_scale[j], op.out, exact);
    if (op.out == Number::u8) scales[j] = exact;
    op.shift.push_back(static_cast<std::uint8_t>(r.shift));
    op.multiplier.push_back(static_cast<std::int16_t>(r.multiplier));
    op.bias[j] += first_shift_half(r);
  }
}

}  // namespace

/// What the operations so far have become.
struct Quantizer::Progress {
  IntegerModel model;
  std::vector<Integers> values;
  std::vector<Scales> scales;
};

std::vector<bool> free_widths(const Program& program) {
  std::vector<bool> is_free(program.n_op, true);
  const auto needs_s16 = [&](std::ptrdiff_t writer) {
    if (writer >= 0) is_free[static_cast<std::size_t>(writer)] = false;
  };
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    if (op.kind != OpKind::dense) needs_s16(writer_of(program, i, op.in_slot));
    if (op.relu == 0 && op.kind != OpKind::relu) is_free[i] = false;
    if (op.add_slot < 0) continue;
    is_free[i] = false;
    needs_s16(writer_of(program, i, static_cast<std::uint32_t>(op.add_slot)));
  }
  is_free.back() = false;
  return is_free;
}

Widths all_widths(const Program& program, Number free) {
  Widths widths;
  for (const bool is_free : free_widths(program)) widths.push_back(is_free ? free : Number::s16);
  widths.back() = Number::s32;
  return widths;
}

std::string why_no_integers(const Program& program) {
  const Op& last = program.ops[program.n_op - 1];
  if (last.kind != OpKind::dense || last.relu != 0 || last.add_slot >= 0)
    return "a last layer with a skip, normalisation or ReLU";
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    if (op.kind == OpKind::group_norm && !group_fits(op.n_in, op.n_group))
      return "groups of " + std::to_string(op.n_in / op.n_group) + " features, no multiple of 4 nor one even group";
  }
  return {};
}

Quantizer::Quantizer(const Program& program, const Calibration& calibration) : program_(program) {
  const Values features = features_of(program, calibration.coefficients);
  float_ = float_values(program, features);
  sensitivity_ = sensitivities(program, float_, calibration.importance, sensitivity_draws);
  shared_scale_ = shared_scales(program, float_);
  for (const double scale : scales_s16(features)) {
    inverse_input_scale_.push_back(static_cast<float>(1 / scale));
    input_scale_.push_back(1 / double{inverse_input_scale_.back()});
  }
  input_ = quantized(features, inverse_input_scale_);
}

IntegerModel Quantizer::quantize(const Widths& widths) const {
  Progress progress;
  progress.model.input_scale = inverse_input_scale_;
  for (std::size_t i = 0; i < program_.n_op; ++i) add(i, widths, progress);
  return std::move(progress.model);
}

void Quantizer::add(std::size_t i, const Widths& widths, Progress& progress) const {
  const Op& from = program_.ops[i];
  const std::ptrdiff_t source = writer_of(program_, i, from.in_slot);
  const auto at = static_cast<std::size_t>(source);
  const Integers& in = source < 0 ? input_ : progress.values[at];
  const Scales& in_scale = source < 0 ? input_scale_ : progress.scales[at];
  IntegerOp op;
  op.in = source < 0 ? Number::s16 : widths[at];
  op.out = widths[i];
  if (from.kind == OpKind::group_norm) op.group_norm = group_constants(from, in_scale[0]);
  const Scales sum_scale = from.kind == OpKind::dense ? fit_dense({from, in, in_scale, float_.sums[i], sensitivity_[i]}, op)
                                                      : fit_diagonal(from, in_scale, op);
  if (op.out == Number::s32) {
    progress.model.output_scale.assign(sum_scale.begin(), sum_scale.end());
  } else {
    progress.scales.push_back(op.out == Number::u8 ? scales_u8(float_.out[i], sensitivity_[i]) : shared_scale_[i]);
    requantize_to(progress.scales.back(), sum_scale, op);
    const std::ptrdiff_t skip = from.add_slot < 0 ? -1 : writer_of(program_, i, static_cast<std::uint32_t>(from.add_slot));
    progress.values.push_back(
        integer_values(from, op, in, skip < 0 ? nullptr : &progress.values[static_cast<std::size_t>(skip)]));
  }
  progress.model.ops.push_back(std::move(op));
}

}  // namespace crbrt::codegen
