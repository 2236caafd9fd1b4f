// SPDX-License-Identifier: Apache-2.0
/// The integer form of a model file: what it says of itself is checked here, its tables against the operations in
/// lower_integer().
#include <algorithm>
#include <cmath>
#include <iterator>

#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt::loader {
namespace {

constexpr std::string_view precisions[] = {"i8", "i16", "mixed"};

/// SNRs that the cost is measured at, at most.
constexpr std::size_t n_cost_snr = 8;

Number number_of(fbs::IntegerNumber number) noexcept {
  switch (number) {
    case fbs::IntegerNumber::s32: return Number::s32;
    case fbs::IntegerNumber::s16: return Number::s16;
    case fbs::IntegerNumber::u8: return Number::u8;
    case fbs::IntegerNumber::none: break;
  }
  return Number::f32;
}

/// `n_number` counts the numbers of all operations, before they are copied.
IntegerOperation read_operation(const fbs::IntegerOp& from, const std::string& field, std::size_t& n_number, Checks& checks) {
  IntegerOperation to;
  checks.in_range(static_cast<std::uint64_t>(from.out()), 1, 3, member(field, "out"));
  to.out = number_of(from.out());
  const auto weights_s8 = view(from.weights_s8());
  const auto weights_s16 = view(from.weights_s16()), multiplier = view(from.multiplier());
  const auto bias = view(from.bias());
  const auto shift = view(from.shift());
  n_number += weights_s8.size() + weights_s16.size() + bias.size() + shift.size() + multiplier.size();
  checks.in_range(n_number, 0, limits::integer_numbers, "integers.ops: numbers");
  copy(weights_s8, to.weights_s8, checks);
  copy(weights_s16, to.weights_s16, checks);
  copy(bias, to.bias, checks);
  copy(shift, to.shift, checks);
  copy(multiplier, to.multiplier, checks);
  if (const fbs::IntegerGroupNorm* c = from.group_norm(); c != nullptr)
    to.group_norm = IntegerGroupNorm{c->mean_shift(), c->mean_multiplier(), c->square_shift(), c->epsilon()};
  return to;
}

bool is_output(const Network& network, std::string_view name) {
  return std::any_of(network.outputs.begin(), network.outputs.end(),
                     [&](const NetworkOutput& output) { return output.name == name; });
}

void read_cost(const fbs::Integers& from, const Network& network, IntegerInfo& to, Checks& checks) {
  if (from.cost() == nullptr) return;
  checks.in_range(from.cost()->size(), 0, n_cost_snr * network.outputs.size(), "integers.cost");
  for (const fbs::IntegerCost* cost : *from.cost()) {
    const std::string field = indexed("integers.cost", to.cost.size());
    checks.expect(is_output(network, view(cost->output())), member(field, "output"), "the name of an output", "another text");
    checks.not_negative(cost->snr(), member(field, "snr"));
    checks.not_negative(cost->loss_float(), member(field, "loss_float"));
    checks.not_negative(cost->loss_integer(), member(field, "loss_integer"));
    checks.finite(cost->bias2_float(), member(field, "bias2_float"));
    checks.finite(cost->bias2_integer(), member(field, "bias2_integer"));
    if (!checks.ok()) return;
    to.cost.push_back({cost->snr(), std::string(view(cost->output())), cost->loss_float(), cost->loss_integer(),
                       cost->bias2_float(), cost->bias2_integer()});
  }
}

}  // namespace

void read_integer(const fbs::Model& model, Network& network, ModelInfo& info, Checks& checks) {
  if (model.integers() == nullptr) return;
  const fbs::Integers& from = *model.integers();
  IntegerForm to;
  info.integers.precision = view(from.precision());
  checks.expect(std::find(std::begin(precisions), std::end(precisions), info.integers.precision) != std::end(precisions),
                "integers.precision", "i8, i16 or mixed", "another text");
  info.integers.calibration = view(from.calibration());
  checks.text(info.integers.calibration, "integers.calibration");
  info.integers.budget = from.budget();
  checks.not_negative(from.budget(), "integers.budget");
  info.integers.relative_rms = from.relative_rms();
  checks.not_negative(from.relative_rms(), "integers.relative_rms");
  checks.all_positive(view(from.input_scale()), "integers.input_scale");
  checks.all_positive(view(from.output_scale()), "integers.output_scale");
  checks.in_range(from.ops()->size(), 1, 2 * limits::n_layer, "integers.ops");
  copy(view(from.input_scale()), to.input_scale, checks);
  copy(view(from.output_scale()), to.output_scale, checks);
  if (checks.ok()) read_cost(from, network, info.integers, checks);
  std::size_t n_number = 0;
  for (std::size_t i = 0; i < from.ops()->size() && checks.ok(); ++i)
    to.operations.push_back(
        read_operation(*from.ops()->Get(static_cast<flatbuffers::uoffset_t>(i)), indexed("integers.ops", i), n_number, checks));
  network.integers = std::move(to);
}

}  // namespace crbrt::loader
