// SPDX-License-Identifier: Apache-2.0
/// Numbers first, then sizes, then the rules of legality.h: each check may rely on those before it.
#include "runtime/loader/src/lower.h"

#include <string_view>

#include "crbrt/format/legality.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {
namespace {

void check_numbers(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks) {
  const bool is_dense = place.op.kind == OperationKind::dense;
  checks.expect(is_dense || place.in == Number::s16, field, "an operation that reads s16, as all but dense layers do",
                std::string("one that reads ") + number_name(place.in));
  const std::string out = member(field, "out");
  if (place.is_last) {
    checks.expect(spec.out == Number::s32, out, "s32, the sums of the last layer", number_name(spec.out));
    checks.expect(is_dense && place.add == Number::f32 && !place.op.relu, field,
                  "a last layer without skip, normalisation and ReLU", "one with");
    return;
  }
  checks.expect(spec.out == Number::s16 || spec.out == Number::u8, out, "s16 or u8", number_name(spec.out));
  if (place.add == Number::f32) return;
  checks.expect(place.add == Number::s16, field, "a skip from s16", std::string("one from ") + number_name(place.add));
  checks.expect(spec.out == Number::s16, out, "s16 where a skip is added", number_name(spec.out));
}

void check_sizes(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks) {
  const bool is_dense = place.op.kind == OperationKind::dense;
  const std::size_t n = place.op.n_out, n_weight = is_dense ? n * place.op.n_in : n;
  const std::size_t n_s8 = is_dense && place.in == Number::u8 ? n_weight : 0;
  checks.size_is(spec.weights_s8.size(), n_s8, member(field, "weights_s8"));
  checks.size_is(spec.weights_s16.size(), n_s8 == 0 ? n_weight : 0, member(field, "weights_s16"));
  checks.size_is(spec.bias.size(), n, member(field, "bias"));
  checks.size_is(spec.shift.size(), place.is_last ? 0 : n, member(field, "shift"));
  checks.size_is(spec.multiplier.size(), place.is_last ? 0 : n, member(field, "multiplier"));
  const bool is_group_norm = place.op.kind == OperationKind::group_norm;
  checks.expect(spec.group_norm.has_value() == is_group_norm, member(field, "group_norm"),
                is_group_norm ? "its constants" : "none, for an operation of another kind", is_group_norm ? "none" : "some");
}

/// Tables of a file, in rows and without padding, as legality.h asks for them.
struct Rows {
  const IntegerOperation& spec;
  std::size_t n_in;  ///< 1 for operations that are not dense

  std::int32_t weight(std::size_t j, std::size_t k) const noexcept { return k < n_in ? spec.weight(j * n_in + k) : 0; }
  std::int32_t bias(std::size_t j) const noexcept { return spec.bias[j]; }
  Requant requant(std::size_t j) const noexcept { return {spec.shift[j], spec.multiplier[j]}; }
};

std::string found_text(const Breach& breach, const IntegerShape& shape) {
  if (*breach.table == '\0') return std::to_string(shape.n_group) + " of " + std::to_string(shape.n_in / shape.n_group);
  const bool is_of_output = std::string_view(breach.table).starts_with("weights");
  return (is_of_output ? "those of output " : "") + std::to_string(breach.found);
}

void check_rules(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks) {
  const bool is_dense = place.op.kind == OperationKind::dense;
  const IntegerShape shape{integer_kind(place.op.kind, place.in), place.op.n_in, place.op.n_out, place.op.n_group, spec.out};
  const Breach breach =
      first_breach(shape, Rows{spec, is_dense ? shape.n_in : 1}, spec.group_norm ? &*spec.group_norm : nullptr);
  if (!breach) return;
  std::string at = *breach.table == '\0' ? field : member(field, breach.table);
  if (breach.at != Breach::whole) at = indexed(at, breach.at);
  checks.expect(false, at, breach.expected, found_text(breach, shape));
}

}  // namespace

void check_integer_op(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks) {
  check_numbers(spec, place, field, checks);
  if (checks.ok()) check_sizes(spec, place, field, checks);
  if (checks.ok()) check_rules(spec, place, field, checks);
}

}  // namespace crbrt::loader
