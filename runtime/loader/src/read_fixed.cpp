/// The integer form of a model file: what it says of itself is checked here, its tables against the operations in
/// lower_fixed().
#include <algorithm>
#include <cmath>
#include <iterator>

#include "runtime/loader/src/limits.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt::loading {
namespace {

constexpr std::string_view precisions[] = {"i8", "i16", "mixed"};

/// SNRs that the cost is measured at, at most.
constexpr std::size_t n_cost_snr = 8;

Number number_of(fbs::FixedNumber number) noexcept {
  switch (number) {
    case fbs::FixedNumber::s32: return Number::s32;
    case fbs::FixedNumber::s16: return Number::s16;
    case fbs::FixedNumber::u8: return Number::u8;
    case fbs::FixedNumber::none: break;
  }
  return Number::f32;
}

/// `n_number` counts the numbers of all operations, before they are copied.
IntegerOperation read_operation(const fbs::FixedOp& from, const std::string& field, std::size_t& n_number, Checks& checks) {
  IntegerOperation to;
  checks.in_range(static_cast<std::uint64_t>(from.out()), 1, 3, member(field, "out"));
  to.out = number_of(from.out());
  const auto weights_s8 = view(from.weights_s8());
  const auto weights_s16 = view(from.weights_s16()), multiplier = view(from.multiplier());
  const auto bias = view(from.bias());
  const auto shift = view(from.shift());
  n_number += weights_s8.size() + weights_s16.size() + bias.size() + shift.size() + multiplier.size();
  checks.in_range(n_number, 0, limits::fixed_numbers, "fixed.ops: numbers");
  copy(weights_s8, to.weights_s8, checks);
  copy(weights_s16, to.weights_s16, checks);
  copy(bias, to.bias, checks);
  copy(shift, to.shift, checks);
  copy(multiplier, to.multiplier, checks);
  if (const fbs::FixedGroupNorm* c = from.group_norm(); c != nullptr)
    to.group_norm = FixedGroupNorm{c->mean_shift(), c->mean_multiplier(), c->square_shift(), c->epsilon()};
  return to;
}

bool is_output(const Network& network, std::string_view name) {
  return std::any_of(network.outputs.begin(), network.outputs.end(),
                     [&](const NetworkOutput& output) { return output.name == name; });
}

void read_cost(const fbs::Fixed& from, const Network& network, FixedInfo& to, Checks& checks) {
  if (from.cost() == nullptr) return;
  checks.in_range(from.cost()->size(), 0, n_cost_snr * network.outputs.size(), "fixed.cost");
  for (const fbs::FixedCost* cost : *from.cost()) {
    const std::string field = indexed("fixed.cost", to.cost.size());
    checks.expect(is_output(network, view(cost->output())), member(field, "output"), "the name of an output", "another text");
    checks.not_negative(cost->snr(), member(field, "snr"));
    checks.not_negative(cost->loss_float(), member(field, "loss_float"));
    checks.not_negative(cost->loss_fixed(), member(field, "loss_fixed"));
    checks.finite(cost->bias2_float(), member(field, "bias2_float"));
    checks.finite(cost->bias2_fixed(), member(field, "bias2_fixed"));
    if (!checks.ok()) return;
    to.cost.push_back({cost->snr(), std::string(view(cost->output())), cost->loss_float(), cost->loss_fixed(),
                       cost->bias2_float(), cost->bias2_fixed()});
  }
}

}  // namespace

void read_fixed(const fbs::Model& model, Network& network, ModelInfo& info, Checks& checks) {
  if (model.fixed() == nullptr) return;
  const fbs::Fixed& from = *model.fixed();
  IntegerForm to;
  info.fixed.precision = view(from.precision());
  checks.expect(std::find(std::begin(precisions), std::end(precisions), info.fixed.precision) != std::end(precisions),
                "fixed.precision", "i8, i16 or mixed", "another text");
  info.fixed.calibration = view(from.calibration());
  checks.text(info.fixed.calibration, "fixed.calibration");
  info.fixed.budget = from.budget();
  checks.not_negative(from.budget(), "fixed.budget");
  info.fixed.relative_rms = from.relative_rms();
  checks.not_negative(from.relative_rms(), "fixed.relative_rms");
  checks.all_positive(view(from.input_scale()), "fixed.input_scale");
  checks.all_positive(view(from.output_scale()), "fixed.output_scale");
  checks.in_range(from.ops()->size(), 1, 2 * limits::n_layer, "fixed.ops");
  copy(view(from.input_scale()), to.input_scale, checks);
  copy(view(from.output_scale()), to.output_scale, checks);
  if (checks.ok()) read_cost(from, network, info.fixed, checks);
  std::size_t n_number = 0;
  for (std::size_t i = 0; i < from.ops()->size() && checks.ok(); ++i)
    to.operations.push_back(
        read_operation(*from.ops()->Get(static_cast<flatbuffers::uoffset_t>(i)), indexed("fixed.ops", i), n_number, checks));
  network.integers = std::move(to);
}

}  // namespace crbrt::loading
