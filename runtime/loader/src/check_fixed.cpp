/// Numbers first, then sizes, then bounds: each check may rely on those before it.
#include "runtime/loader/src/check_fixed.h"

#include "crbrt/format/fixed_bounds.h"
#include "crbrt/format/requant.h"

namespace crbrt::loading {
namespace {

/// Largest magnitude that a number of this kind can have; u8 count 256 where kernels take them as twice 128.
std::int64_t input_max(Number number) noexcept { return number == Number::u8 ? u8_max + 1 : -std::int64_t{s16_min}; }

constexpr std::int64_t diagonal_bias_max = std::int64_t{1} << 30;  // beside a product of two s16

void check_numbers(const IntegerOperation& spec, const FixedPlace& place, const std::string& field, Checks& checks) {
  const bool is_dense = place.op.kind == OpKind::dense;
  checks.expect(is_dense || place.in == Number::s16, field, "an operation that reads s16, as all but dense layers do",
                std::string("one that reads ") + number_name(place.in));
  const std::string out = member(field, "out");
  if (place.is_last) {
    checks.expect(spec.out == Number::s32, out, "s32, the sums of the last layer", number_name(spec.out));
    checks.expect(is_dense && place.add == Number::f32 && place.op.relu == 0, field,
                  "a last layer without skip, normalisation and ReLU", "one with");
    return;
  }
  checks.expect(spec.out == Number::s16 || spec.out == Number::u8, out, "s16 or u8", number_name(spec.out));
  if (place.add == Number::f32) return;
  checks.expect(place.add == Number::s16, field, "a skip from s16", std::string("one from ") + number_name(place.add));
  checks.expect(spec.out == Number::s16, out, "s16 where a skip is added", number_name(spec.out));
}

void check_sizes(const IntegerOperation& spec, const FixedPlace& place, const std::string& field, Checks& checks) {
  const bool is_dense = place.op.kind == OpKind::dense;
  const std::size_t n = place.op.n_out, n_weight = is_dense ? n * place.op.n_in : n;
  const std::size_t n_s8 = is_dense && place.in == Number::u8 ? n_weight : 0;
  checks.size_is(spec.weights_s8.size(), n_s8, member(field, "weights_s8"));
  checks.size_is(spec.weights_s16.size(), n_s8 == 0 ? n_weight : 0, member(field, "weights_s16"));
  checks.size_is(spec.bias.size(), n, member(field, "bias"));
  checks.size_is(spec.shift.size(), place.is_last ? 0 : n, member(field, "shift"));
  checks.size_is(spec.multiplier.size(), place.is_last ? 0 : n, member(field, "multiplier"));
  const bool is_group_norm = place.op.kind == OpKind::group_norm;
  checks.expect(spec.group_norm.has_value() == is_group_norm, member(field, "group_norm"),
                is_group_norm ? "its constants" : "none, for an operation of another kind", is_group_norm ? "none" : "some");
}

/// A group of n has n / 2 pairs, and the square of a pair is at most 2^31 before it is shifted.
void check_group_norm(const IntegerOperation& spec, const Op& op, const std::string& field, Checks& checks) {
  const FixedGroupNorm& constants = *spec.group_norm;
  const auto group = static_cast<std::int64_t>(op.n_in / op.n_group);
  checks.expect(group_fits(op.n_in, op.n_group), field, "groups of a multiple of 4 or one even group",
                std::to_string(op.n_group) + " of " + std::to_string(group));
  checks.expect(mean_fits(group, {constants.mean_shift, constants.mean_multiplier}), member(field, "group_norm.mean_shift"),
                "2^mean_shift of at least the size of a group, and a multiplier of at most 2^(14 + mean_shift) by it",
                std::to_string(constants.mean_shift) + " and " + std::to_string(constants.mean_multiplier));
  const std::int64_t largest = (std::int64_t{1} << (31 - constants.square_shift)) * (group / 2) + constants.epsilon;
  checks.expect(largest <= acc_max, member(field, "group_norm.square_shift"), "squares that add up to less than 2^31",
                std::to_string(largest));
}

void check_bounds(const IntegerOperation& spec, const FixedPlace& place, const std::string& field, Checks& checks) {
  const std::size_t n_in = place.op.kind == OpKind::dense ? place.op.n_in : 1;
  const std::size_t padded = layout::padded_inputs(Number::u8, n_in);
  const auto weight = [&](std::size_t j, std::size_t k) -> std::int32_t {
    if (k >= n_in) return 0;
    return place.in == Number::u8 ? spec.weights_s8[j * n_in + k] : spec.weights_s16[j * n_in + k];
  };
  for (std::size_t j = 0; j < place.op.n_out && checks.ok(); ++j) {
    checks.expect(sum_fits(weight, j, n_in, spec.bias[j], input_max(place.in)), member(field, "weights"),
                  "sums that stay within 32 bits", "output " + std::to_string(j) + " whose sums can leave them");
    if (place.op.kind != OpKind::dense)
      checks.expect(spec.bias[j] >= -diagonal_bias_max && spec.bias[j] <= diagonal_bias_max, indexed(member(field, "bias"), j),
                    "at most 2^30 in magnitude", std::to_string(spec.bias[j]));
    if (place.in == Number::u8)
      checks.expect(quads_fit(weight, j, padded), member(field, "weights_s8"),
                    "products of four inputs that stay within 16 bits",
                    "output " + std::to_string(j) + " whose products can leave them");
  }
}

}  // namespace

void check_fixed_op(const IntegerOperation& spec, const FixedPlace& place, const std::string& field, Checks& checks) {
  check_numbers(spec, place, field, checks);
  if (checks.ok()) check_sizes(spec, place, field, checks);
  if (checks.ok() && spec.group_norm) check_group_norm(spec, place.op, field, checks);
  if (checks.ok()) check_bounds(spec, place, field, checks);
}

}  // namespace crbrt::loading
